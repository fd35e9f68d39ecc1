// reject: the size of a ring buffer is a power of two, in bytes
#include <bpfxx/map/ring_buffer.hpp>

auto ring() {
#ifdef REJECT
    return bpfxx::ring_buffer::create({.name = "events", .size_bytes = 3 * 4096});
#else
    return bpfxx::ring_buffer::create({.name = "events", .size_bytes = 4 * 4096});
#endif
}
