// reject: records of several lengths are copied to a buffer: consume\(room, visit\)
#include <bpfxx/ring/history_reader.hpp>

using namespace bpfxx;

struct event {
    unsigned long long number;
};

#ifdef REJECT
auto bad(ring_history<>& ring) {
    return ring.consume([](auto const&) {});
}
#else
auto good(ring_history<>& ring, std::span<std::uint64_t> room) {
    return ring.consume(room, [](auto const&) {});
}
#endif
