// reject: the kernel pads the records of perf events, so that nothing says how long a tail is: read raw_bytes
#include <bpfxx/perf/reader.hpp>

using namespace bpfxx;

struct head {
    std::uint32_t length;
};

#ifdef REJECT
void bad(perf_reader<with_tail<head, char>>& reader) { static_cast<void>(reader.drain()); }
#else
void good(perf_reader<raw_bytes>& reader, std::span<std::byte> room) { static_cast<void>(reader.drain(room)); }
#endif
