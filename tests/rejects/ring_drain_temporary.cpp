// reject: these records are unmapped at once: name the reader
#include <bpfxx/ring/reader.hpp>

using namespace bpfxx;

struct event {
    unsigned long long number;
};

#ifdef REJECT
void bad(ring_buffer const& map) {
    for (event const& one : ring_reader<event>::open(map).value().drain()) static_cast<void>(one);
}
#else
void good(ring_buffer const& map) {
    auto ring = ring_reader<event>::open(map).value();
    for (event const& one : ring.drain()) static_cast<void>(one);
}
#endif
