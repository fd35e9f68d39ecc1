// LRU hash tables on the running kernel: never full, and walked like other hash tables.
#include <bpfxx/map/lru_hash.hpp>

#include "map/churn.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <vector>

namespace {

using namespace bpfxx;
using lru = lru_hash_map<std::uint32_t, std::uint64_t>;
using lru_per_cpu = lru_per_cpu_hash_map<std::uint32_t, std::uint64_t>;

static_assert(lru::guarantee == walk_guarantee::each_stable_entry_once);
static_assert(lru_per_cpu::guarantee == walk_guarantee::each_stable_entry_once);

TEST_CASE("elements come and go") {
    auto const map = lru::create({.name = "recent", .max_entries = 1024}).value();
    CHECK(map.insert(1, 10).value());
    CHECK_FALSE(map.insert(1, 11).value());
    CHECK_FALSE(map.replace(2, 20).value());
    CHECK(map.replace(1, 12).value());
    CHECK(**map.lookup(1) == 12);
    CHECK(map.contains(1).value());
    CHECK_FALSE(map.lookup(2)->has_value());
    auto const taken = map.take(1);
    if (taken) CHECK(**taken == 12);
    CHECK(map.update(3, 30));
    CHECK(map.erase(3).value());
    CHECK_FALSE(map.erase(3).value());
    CHECK((*map.info())->type == map_type::lru_hash);
}

template <class Map, class Store>
std::uint32_t left_of(Map const& map, std::uint32_t stored, Store&& store) {
    for (std::uint32_t key = 0; key != stored; ++key) REQUIRE(store(key));
    std::uint32_t left = 0;
    for (std::uint32_t key = 0; key != stored; ++key) left += map.contains(key).value() ? 1 : 0;
    CHECK(map.contains(stored - 1).value());
    return left;
}

TEST_CASE("never full: what is stored last is there, something else went") {
    auto const plain = lru::create({.max_entries = 1024}).value();
    auto const of_plain = left_of(plain, 5000, [&](std::uint32_t key) { return plain.insert(key, key).value(); });
    CHECK(of_plain <= 1024);
    CHECK(of_plain > 0);
    auto const cpus = possible_cpus::read().value();
    per_cpu_buffer<std::uint64_t, 1024> buffer;
    auto const values = buffer.values(cpus).value();
    auto const map = lru_per_cpu::create({.max_entries = 1024}).value();
    auto const of_per_cpu = left_of(map, 5000, [&](std::uint32_t key) { return map.insert(key, values).value(); });
    CHECK(of_per_cpu <= 1024);
    CHECK(of_per_cpu > 0);
}

TEST_CASE("a list for each processor, and memory of one node") {
    CHECK(lru::create({.max_entries = 1024, .flags = map_flags::no_common_lru}));
    CHECK(lru_per_cpu::create({.max_entries = 1024, .flags = map_flags::no_common_lru}));
    CHECK(lru::create({.max_entries = 1024, .numa_node = 0}));
    // The two together are the kernel's to refuse.
    CHECK(lru::create({.max_entries = 1024, .flags = map_flags::no_common_lru, .numa_node = 0}).error() ==
          error{errc::einval, command::map_create});
    auto const id = (*lru::create({.max_entries = 64}).value().info())->id;
    CHECK(lru::open(id).error() == error{errc::enoent, command::map_get_fd_by_id}); // closed with its view
}

TEST_CASE("taken all, in batches") {
    auto const map = lru::create({.max_entries = 8192}).value();
    for (std::uint32_t key = 0; key != 1000; ++key) REQUIRE(map.update(key, key + 1));
    std::vector<int> seen(1000, 0);
    CHECK(map.take_all([&](std::uint32_t key, std::uint64_t value) { seen.at(key) += value == key + 1U ? 1 : 100; }));
    CHECK(seen == std::vector<int>(1000, 1));
    CHECK_FALSE(map.contains(1).value());
}

// With four times the room that is used nothing is evicted, though processors keep free elements aside.
TEST_CASE("fault 3, LRU: under churn no stable entry is repeated or missed, in 200 passes") {
    constexpr std::uint32_t stable = 3000;
    constexpr std::uint32_t churning = 3000;
    for (bool const common : {true, false}) {
        using flag = creation_flags<map_kind::lru_hash>;
        auto const flags = common ? flag{} : flag{map_flags::no_common_lru};
        auto const map = lru::create({.max_entries = 24'000, .flags = flags}).value();
        for (std::uint32_t key = 0; key != stable; ++key) REQUIRE(map.insert(key, std::uint64_t{key} * 2).value());
        support::churn const other{[&](std::uint32_t i) {
                                       if (!map.erase(stable + i).value()) static_cast<void>(map.insert(stable + i, i));
                                   },
                                   churning};
        support::seen_entries seen{stable, churning};
        for (int pass = 0; pass != 200; ++pass) {
            seen.start_pass();
            auto const walked = map.for_each([&](std::uint32_t key, std::uint64_t value) {
                seen.count(key, key >= stable || value == std::uint64_t{key} * 2);
            });
            seen.end_pass(walked.has_value());
        }
        CHECK(seen.repeated == 0);
        CHECK(seen.missed == 0);
        CHECK(seen.wrong == 0);
        CHECK(other.changes() > 1000);
    }
}

} // namespace
