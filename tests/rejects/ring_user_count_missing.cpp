// reject: name a type of record that this ring has, or how many bytes or elements of the tail
#include <bpfxx/ring/user_producer.hpp>

auto room(bpfxx::user_ring_producer<>& orders) {
#ifdef REJECT
    return orders.try_reserve();
#else
    return orders.try_reserve(8);
#endif
}
