// reject: the size of a ring buffer is a multiple of the page size, in bytes
#include <bpfxx/map/ring_buffer.hpp>

auto ring() {
#ifdef REJECT
    return bpfxx::ring_buffer::create({.name = "events", .size_bytes = 2048});
#else
    return bpfxx::ring_buffer::create({.name = "events", .size_bytes = 4096});
#endif
}
