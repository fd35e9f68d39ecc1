// reject: a prefix is no longer than the address
#include <bpfxx/map/ip_prefix.hpp>

#ifdef REJECT
inline constexpr bpfxx::ipv4_prefix net{.prefix_bits = 33, .address = {10, 0, 0, 0}};
#else
inline constexpr bpfxx::ipv4_prefix net{.prefix_bits = 32, .address = {10, 0, 0, 0}};
#endif
