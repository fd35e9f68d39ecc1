// reject: programs write this ring: open a user_ring_buffer, which user space writes
#include <bpfxx/ring/user_producer.hpp>

#ifdef REJECT
auto open(bpfxx::ring_buffer const& ring) { return bpfxx::user_ring_producer<>::open(ring); }
#else
auto open(bpfxx::user_ring_buffer const& ring) { return bpfxx::user_ring_producer<>::open(ring); }
#endif
