// reject: a record is copied byte for byte: make it a trivially copyable, standard layout type without pointers
#include <bpfxx/perf/reader.hpp>

using namespace bpfxx;

struct owner {
    std::uint64_t number;
    ~owner() {}
};

#ifdef REJECT
void bad(perf_reader<owner>& reader) { static_cast<void>(reader.drain()); }
#else
void good(perf_reader<std::uint64_t>& reader) { static_cast<void>(reader.drain()); }
#endif
