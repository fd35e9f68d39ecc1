// reject: a record is read as the bytes that it is: make it a trivially copyable, standard layout type without pointers
#include <bpfxx/ring/reader.hpp>

using namespace bpfxx;

struct event {
    unsigned long long number;
};

#ifdef REJECT
auto bad(ring_buffer const& map) { return ring_reader<event*>::open(map); }
#else
auto good(ring_buffer const& map) { return ring_reader<event>::open(map); }
#endif
