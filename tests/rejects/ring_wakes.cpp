// reject: a reader is woken by the kernel or looks at intervals: when_woken, at_intervals
#include <bpfxx/ring/reader.hpp>

using namespace bpfxx;

struct event {
    unsigned long long number;
};

#ifdef REJECT
auto bad(ring_buffer const& map) { return ring_reader<event, int>::open(map); }
#else
auto good(ring_buffer const& map) { return ring_reader<event, at_intervals>::open(map); }
#endif
