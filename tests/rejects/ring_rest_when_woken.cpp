// reject: this reader is woken by the kernel: poll\(timeout\), or name at_intervals
#include <bpfxx/ring/reader.hpp>

using namespace bpfxx;

struct event {
    unsigned long long number;
};

#ifdef REJECT
auto bad(ring_reader<event> const& ring) { return ring.rest(timeout::now()); }
#else
auto good(ring_reader<event, at_intervals> const& ring) { return ring.rest(timeout::now()); }
#endif
