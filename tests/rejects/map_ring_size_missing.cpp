// reject: a ring buffer needs its size: give \.size_bytes
#include <bpfxx/map/ring_buffer.hpp>

auto ring() {
#ifdef REJECT
    return bpfxx::ring_buffer::create({.name = "events"});
#else
    return bpfxx::ring_buffer::create({.name = "events", .size_bytes = 4096});
#endif
}
