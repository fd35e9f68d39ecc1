// reject: the type of a record of this ring says its size: give the timeout alone
#include <bpfxx/ring/user_producer.hpp>

#include <chrono>

struct order {
    std::uint64_t what;
};

auto room(bpfxx::user_ring_producer<order>& orders) {
#ifdef REJECT
    return orders.reserve(8, std::chrono::seconds{1});
#else
    return orders.reserve(std::chrono::seconds{1});
#endif
}
