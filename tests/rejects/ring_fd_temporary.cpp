// reject: this descriptor is closed at once: name the reader
#include <bpfxx/ring/reader.hpp>

using namespace bpfxx;

struct event {
    unsigned long long number;
};

#ifdef REJECT
auto bad(ring_buffer const& map) { return ring_reader<event>::open(map).value().fd(); }
#else
auto good(ring_reader<event> const& ring) { return ring.fd(); }
#endif
