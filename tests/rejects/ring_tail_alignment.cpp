// reject: the tail would not be aligned: make the head's size a multiple of what the elements need
#include <bpfxx/ring/reader.hpp>

using namespace bpfxx;

struct event {
    unsigned long long number;
};

#ifdef REJECT
auto bad(ring_buffer const& map) { return ring_reader<with_tail<unsigned short, unsigned>>::open(map); }
#else
auto good(ring_buffer const& map) { return ring_reader<with_tail<unsigned, unsigned short>>::open(map); }
#endif
