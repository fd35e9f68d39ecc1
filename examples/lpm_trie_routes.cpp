// A routing table in the kernel: prefixes go in as text, addresses are looked up by their longest prefix.
#include <bpfxx/map/ip_prefix.hpp>
#include <bpfxx/map/lpm_trie.hpp>

#include <array>
#include <cstdio>

using namespace bpfxx::literals;

struct next_hop {
    std::array<char, 16> device;
};
using routing_table = bpfxx::lpm_trie<bpfxx::ipv4_prefix, next_hop>;

bpfxx::result<void> fill(routing_table const& routes) {
    BOOST_OUTCOME_TRYV(routes.update("0.0.0.0/0"_ipv4, {"eth0"})); // a text that is no prefix does not compile
    BOOST_OUTCOME_TRYV(routes.update("10.0.0.0/8"_ipv4, {"vpn0"}));
    BOOST_OUTCOME_TRYV(routes.update("10.20.0.0/16"_ipv4, {"rack20"}));
    BOOST_OUTCOME_TRYV(routes.update("10.20.30.40"_ipv4, {"lo"}));
    return bpfxx::outcome::success();
}

bpfxx::result<void> print_route(routing_table const& routes, char const* to) {
    auto const address = bpfxx::parse_ipv4_prefix(to); // at run time it is an optional
    if (!address) {
        std::printf("%-12s is no address\n", to);
        return bpfxx::outcome::success();
    }
    auto const found = routes.lookup(*address);
    if (!found) return found.error();
    std::printf("%-12s by %s\n", to, *found ? (*found)->device.data() : "no route");
    return bpfxx::outcome::success();
}

bpfxx::result<void> run(routing_table const& routes) {
    BOOST_OUTCOME_TRYV(fill(routes));
    for (auto const* const to : {"10.20.30.40", "10.20.30.41", "10.99.0.1", "192.0.2.7", "10.20.30"}) {
        BOOST_OUTCOME_TRYV(print_route(routes, to));
    }

    auto const gone = routes.erase("10.20.30.40"_ipv4); // exactly this prefix
    if (!gone) return gone.error();
    std::printf("%s\n", *gone ? "10.20.30.40 is gone:" : "10.20.30.40 was not there:");
    BOOST_OUTCOME_TRYV(print_route(routes, "10.20.30.40"));

    return routes.for_each([](bpfxx::ipv4_prefix const& prefix, next_hop const& hop) { // more specific ones first
        std::printf("  %-14s %s\n", text(prefix).c_str(), hop.device.data());
    });
}

int main() {
    auto const routes = routing_table::create({.name = "routes", .max_entries = 1024});
    if (!routes) {
        std::printf("%s\n", describe(routes.error()).c_str());
        return routes.error().code == bpfxx::errc::eperm ? 77 : 1;
    }
    auto const ran = run(*routes);
    if (!ran) std::printf("%s\n", describe(ran.error()).c_str());
    return ran ? 0 : 1;
}
