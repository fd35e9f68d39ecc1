// reject: a reader at intervals is never woken: let it rest\(interval\)
#include <bpfxx/ring/reader.hpp>

using namespace bpfxx;

struct event {
    unsigned long long number;
};

#ifdef REJECT
auto bad(ring_reader<event, at_intervals> const& ring) { return ring.poll(timeout::never()); }
#else
auto good(ring_reader<event> const& ring) { return ring.poll(timeout::never()); }
#endif
