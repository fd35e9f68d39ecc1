// lpm_trie on the running kernel.
#include <bpfxx/map/ip_prefix.hpp>
#include <bpfxx/map/lpm_trie.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <thread>
#include <vector>

namespace {

using namespace bpfxx;
using namespace bpfxx::literals;

using routes_v4 = lpm_trie<ipv4_prefix, std::uint32_t>;
static_assert(routes_v4::guarantee == walk_guarantee::best_effort);

template <class Map>
concept takes = requires(Map const& map, ipv4_prefix key) { map.take(key); };
static_assert(!takes<routes_v4>);

TEST_CASE("lookup finds the longest prefix, erase means exactly one") {
    auto const routes = routes_v4::create({.name = "routes", .max_entries = 16}).value();
    CHECK(*routes.insert("0.0.0.0/0"_ipv4, 0));
    CHECK(*routes.insert("10.0.0.0/8"_ipv4, 8));
    CHECK(*routes.insert("10.1.0.0/16"_ipv4, 16));
    CHECK(*routes.insert("10.1.2.3"_ipv4, 32));
    auto const next_hop = [&](ipv4_prefix const& to) { return **routes.lookup(to); };
    CHECK(next_hop("10.1.2.3"_ipv4) == 32);
    CHECK(next_hop("10.1.2.4"_ipv4) == 16);
    CHECK(next_hop("10.2.2.3"_ipv4) == 8);
    CHECK(next_hop("11.0.0.1"_ipv4) == 0);
    CHECK(next_hop("10.1.0.0/16"_ipv4) == 16); // a prefix is looked up by its own bits
    CHECK(next_hop("10.1.0.0/15"_ipv4) == 8);

    CHECK_FALSE(*routes.erase("10.1.2.4"_ipv4)); // would be found, but is not there
    CHECK(*routes.erase("10.1.2.3"_ipv4));
    CHECK(next_hop("10.1.2.3"_ipv4) == 16);
    CHECK(*routes.erase("0.0.0.0/0"_ipv4));
    CHECK_FALSE(routes.lookup("11.0.0.1"_ipv4)->has_value());
    CHECK_FALSE(*routes.contains("11.0.0.1"_ipv4));
}

TEST_CASE("the bits after a prefix are kept and not looked at") {
    auto const routes = routes_v4::create({.max_entries = 4}).value();
    CHECK(*routes.insert("10.9.9.9/8"_ipv4, 1));
    CHECK_FALSE(*routes.insert("10.0.0.0/8"_ipv4, 2));
    CHECK(*routes.replace("10.0.0.0/8"_ipv4, 3));
    CHECK_FALSE(*routes.replace("10.0.0.0/9"_ipv4, 3));
    for (auto const& [key, value] : routes.entries()) {
        CHECK(key.network() == "10.0.0.0/8"_ipv4);
        CHECK(value == 3);
    }
    CHECK(*routes.erase("10.7.7.7/8"_ipv4));
}

TEST_CASE("a full trie says ENOSPC, a prefix that is there can still be changed") {
    auto const routes = routes_v4::create({.max_entries = 2}).value();
    CHECK(routes.update("10.0.0.0/8"_ipv4, 1));
    CHECK(routes.update("11.0.0.0/8"_ipv4, 2));
    CHECK(routes.update("12.0.0.0/8"_ipv4, 3).error() == error{errc::enospc, command::map_update_elem});
    CHECK(routes.insert("12.0.0.0/8"_ipv4, 3).error() == error{errc::enospc, command::map_update_elem});
    CHECK(routes.update("11.0.0.0/8"_ipv4, 4));
    CHECK(**routes.lookup("11.1.1.1"_ipv4) == 4);
}

TEST_CASE("the kernel refuses a length that the type makes impossible") {
    auto const routes = routes_v4::create({.max_entries = 2}).value();
    struct {
        std::uint32_t bits;
        std::array<std::uint8_t, 4> address;
    } const too_long{33, {}};
    std::uint32_t const value = 1;
    CHECK(detail::update(routes.fd(), too_long, value, element_flags::any).error().code == errc::einval);
}

TEST_CASE("IPv6, and keys of one's own") {
    auto const routes = lpm_trie<ipv6_prefix, std::uint32_t>::create({.max_entries = 8}).value();
    CHECK(*routes.insert("2001:db8::/32"_ipv6, 32));
    CHECK(*routes.insert("2001:db8:1::/48"_ipv6, 48));
    CHECK(**routes.lookup("2001:db8:1::7"_ipv6) == 48);
    CHECK(**routes.lookup("2001:db8:2::7"_ipv6) == 32);
    CHECK_FALSE(routes.lookup("2001:db9::"_ipv6)->has_value());

    struct domain { // compared from its last letter on, which is its first byte
        std::array<char, 64> reversed;
    };
    using domains = lpm_trie<lpm_key<domain>, int>;
    auto const blocked = domains::create({.max_entries = 8}).value();
    CHECK(*blocked.insert({.prefix_bits = 5 * 8, .address = {{'g', 'r', 'o', '.', 'a'}}}, 1));
    CHECK(*blocked.contains(lpm_key<domain>::whole({{'g', 'r', 'o', '.', 'a', '.', 'b'}})));
    CHECK_FALSE(*blocked.contains(lpm_key<domain>::whole({{'g', 'r', 'o', '.', 'b'}})));
}

TEST_CASE("a walk sees every prefix of a map at rest, by batches and by keys") {
    constexpr std::uint32_t many = 5000; // more than one batch
    auto const routes = routes_v4::create({.max_entries = many}).value();
    for (std::uint32_t i = 0; i != many; ++i) {
        auto const bytes = ipv4_address{10, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i), 0};
        REQUIRE(*routes.insert({.prefix_bits = 24, .address = bytes}, i));
    }
    std::vector<int> seen(many, 0);
    for (auto const& [key, value] : routes.entries()) {
        CHECK(key.address[1] * 256U + key.address[2] == value);
        ++seen.at(value);
    }
    CHECK(std::count(seen.begin(), seen.end(), 1) == many);
    std::uint32_t keys = 0;
    for ([[maybe_unused]] auto const& key : routes.keys()) ++keys;
    CHECK(keys == many);
}

TEST_CASE("a walk sees a prefix after those that are more specific") {
    auto const routes = routes_v4::create({.max_entries = 8}).value();
    for (auto const& prefix :
         {"10.0.0.0/8"_ipv4, "10.1.2.0/24"_ipv4, "10.1.0.0/16"_ipv4, "0.0.0.0/0"_ipv4, "10.1.2.3"_ipv4})
        CHECK(routes.update(prefix, prefix.prefix_bits));
    std::vector<std::uint32_t> lengths;
    for (auto const& key : routes.keys()) lengths.push_back(key.prefix_bits);
    CHECK(lengths == std::vector<std::uint32_t>{32, 24, 16, 8, 0});
}

TEST_CASE("batches store, read and erase") {
    auto const routes = routes_v4::create({.max_entries = 4}).value();
    std::array<ipv4_prefix, 3> const prefixes{"10.0.0.0/8"_ipv4, "11.0.0.0/8"_ipv4, "12.0.0.0/8"_ipv4};
    std::array<std::uint32_t, 3> const hops{1, 2, 3};
    std::uint32_t done = 0;
    CHECK(routes.update_batch(prefixes, hops, done));
    CHECK(done == 3);
    batch_cursor<ipv4_prefix> cursor;
    std::array<ipv4_prefix, 2> keys{};
    std::array<std::uint32_t, 2> values{};
    auto step = routes.lookup_batch(cursor, keys, values).value();
    CHECK(step.count == 2);
    CHECK_FALSE(step.last);
    step = routes.lookup_batch(cursor, keys, values).value();
    CHECK(step.count == 1);
    CHECK(step.last);
    CHECK(*routes.erase_batch(prefixes, done));
    CHECK(done == 3);
}

TEST_CASE("under churn every walk ends, within its bound or by saying that it reached it") {
    constexpr std::uint32_t stable = 500;
    constexpr std::uint32_t churning = 500;
    auto const routes = routes_v4::create({.max_entries = stable + churning}).value();
    auto const numbered = [](std::uint8_t network, std::uint32_t i) {
        return ipv4_prefix{.prefix_bits = 24,
                           .address = {network, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i), 0}};
    };
    for (std::uint32_t i = 0; i != stable; ++i) REQUIRE(*routes.insert(numbered(10, i), i));
    std::atomic<bool> stop{false};
    std::atomic<std::uint64_t> changes{0};
    std::thread churn{[&] {
        for (std::uint32_t i = 0; !stop.load(std::memory_order_relaxed); i = (i + 1) % churning) {
            if (!*routes.erase(numbered(10, i + 1000))) static_cast<void>(routes.insert(numbered(10, i + 1000), i));
            changes.fetch_add(1, std::memory_order_relaxed);
        }
    }};
    std::uint64_t wrong = 0;
    std::uint64_t most = 0;
    std::array<ipv4_prefix, 7> keys{}; // small batches, so that the cursor's key is often gone
    std::array<std::uint32_t, 7> values{};
    for (int pass = 0; pass != 200; ++pass) {
        std::uint64_t seen = 0;
        auto const walked = routes.for_each(keys, values, [&](ipv4_prefix const&, std::uint32_t) { ++seen; });
        if (!walked && walked.error().code != errc::walk_bound_reached) ++wrong;
        most = std::max(most, seen);
    }
    stop = true;
    churn.join();
    CHECK(wrong == 0);
    CHECK(most <= stable + churning);
    CHECK(changes > 1000);
}

TEST_CASE("a trie is found again with its access, and refused as another") {
    auto const routes = routes_v4::create({.max_entries = 2}).value();
    CHECK(routes.update("10.0.0.0/8"_ipv4, 1));
    auto const id = routes.id().value();
    auto const reader = lpm_trie<ipv4_prefix, std::uint32_t, read_only>::open(id).value();
    CHECK(**reader.lookup("10.1.1.1"_ipv4) == 1);
    CHECK(lpm_trie<ipv6_prefix, std::uint32_t>::open(id).error().code == errc::key_size_differs);
}

} // namespace
