// reject: the type of a record of this ring says its size: reserve without a number
#include <bpfxx/ring/user_producer.hpp>

struct order {
    std::uint64_t what;
};

auto room(bpfxx::user_ring_producer<order>& orders) {
#ifdef REJECT
    return orders.try_reserve(8);
#else
    return orders.try_reserve();
#endif
}
