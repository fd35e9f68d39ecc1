// reject: records are aligned to 8 bytes: this type needs more
#include <bpfxx/ring/user_producer.hpp>

#ifdef REJECT
struct alignas(16) order {
#else
struct alignas(8) order {
#endif
    std::uint64_t what, more;
};

auto room(bpfxx::user_ring_producer<order>& orders) { return orders.try_reserve(); }
