// reject: name a type of record that this ring has, or how many bytes or elements
#include <bpfxx/ring/user_producer.hpp>

#include <chrono>

auto room(bpfxx::user_ring_producer<bpfxx::with_tail<std::uint64_t, std::uint32_t>>& orders) {
#ifdef REJECT
    return orders.reserve(std::chrono::seconds{1});
#else
    return orders.reserve(8, std::chrono::seconds{1});
#endif
}
