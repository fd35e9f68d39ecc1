// reject: the size of a ring buffer is a number of 32 bits
#include <bpfxx/map/ring_buffer.hpp>

auto ring() {
#ifdef REJECT
    return bpfxx::ring_buffer::create({.name = "events", .size_bytes = -4096});
#else
    return bpfxx::ring_buffer::create({.name = "events", .size_bytes = 4096});
#endif
}
