// reject: this is no IPv4 prefix: write it as 10.0.0.0/8
#include <bpfxx/map/ip_prefix.hpp>

using namespace bpfxx::literals;

#ifdef REJECT
inline constexpr auto net = "10.0.0/8"_ipv4;
#else
inline constexpr auto net = "10.0.0.0/8"_ipv4;
#endif
