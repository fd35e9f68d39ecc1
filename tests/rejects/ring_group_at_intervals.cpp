// reject: a reader at intervals is never woken: it cannot be waited for
#include <bpfxx/ring/group.hpp>
#include <bpfxx/ring/reader.hpp>

using namespace bpfxx;

struct event {
    unsigned long long number;
};

#ifdef REJECT
auto bad(ring_group const& group, ring_reader<event, at_intervals> const& ring) { return group.add(ring, 0); }
#else
auto good(ring_group const& group, ring_reader<event> const& ring) { return group.add(ring, 0); }
#endif
