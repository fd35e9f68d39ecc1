// reject: no record of this ring is of this one size: reserve it, then write to it
#include <bpfxx/ring/user_producer.hpp>

#ifdef REJECT
auto submit(bpfxx::user_ring_producer<>& orders) { return orders.try_submit(std::uint64_t{7}); }
#else
auto submit(bpfxx::user_ring_producer<std::uint64_t>& orders) { return orders.try_submit(std::uint64_t{7}); }
#endif
