// reject: name a type of record that this ring has, or how many bytes or elements of the tail
#include <bpfxx/ring/user_producer.hpp>

struct start {
    std::uint64_t what;
};
struct stop {
    std::uint64_t what;
};
using orders_type = bpfxx::one_of<&start::what, bpfxx::tagged<1, start>>;

auto room(bpfxx::user_ring_producer<orders_type>& orders) {
#ifdef REJECT
    return orders.try_reserve<stop>();
#else
    return orders.try_reserve<start>();
#endif
}
