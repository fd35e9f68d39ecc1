// reject: this is no IPv6 prefix: write it as 2001:db8::/32
#include <bpfxx/map/ip_prefix.hpp>

using namespace bpfxx::literals;

#ifdef REJECT
inline constexpr auto net = "2001::db8::/32"_ipv6;
#else
inline constexpr auto net = "2001:db8::/32"_ipv6;
#endif
