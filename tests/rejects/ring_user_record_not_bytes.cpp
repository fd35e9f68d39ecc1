// reject: a record is read as the bytes that it is: make it a trivially copyable, standard layout type without pointers
#include <bpfxx/ring/user_producer.hpp>

#include <string>

#ifdef REJECT
using order = std::string;
#else
using order = std::uint64_t;
#endif

auto room(bpfxx::user_ring_producer<order>& orders) { return orders.try_reserve(); }
