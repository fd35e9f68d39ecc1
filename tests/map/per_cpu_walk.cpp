// Walks over per-CPU maps on the running kernel: the faults of other libraries, one by one, as tests.
#include <bpfxx/map/lru_hash.hpp>
#include <bpfxx/map/per_cpu_array.hpp>
#include <bpfxx/map/per_cpu_hash.hpp>

#include "map/churn.hpp"
#include "map/guarded.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <vector>

namespace {

using namespace bpfxx;
using support::guarded;
using hash = per_cpu_hash_map<std::uint32_t, std::uint32_t>;
using lru = lru_per_cpu_hash_map<std::uint32_t, std::uint32_t>;

possible_cpus const& cpus() {
    static auto const found = possible_cpus::read().value();
    return found;
}

/// Keys and rows for so many entries; a page that nobody may touch stands behind both.
struct buffers {
    explicit buffers(std::size_t entries) : keys{entries}, slots{entries * cpus().count()} {}

    [[nodiscard]] per_cpu_rows<std::uint32_t> rows() const {
        return per_cpu_rows<std::uint32_t>::over(slots, cpus()).value();
    }

    guarded<std::uint32_t> keys;
    guarded<per_cpu_slot<std::uint32_t>> slots;
};

/// What stands under a key: a value that differs by processor.
void set(per_cpu_values<std::uint32_t> values, std::uint32_t key) {
    for (std::uint32_t i = 0; i != values.size(); ++i) values[i] = key * 3 + i;
}
bool fits(per_cpu_values<std::uint32_t const> values, std::uint32_t key) {
    for (std::uint32_t i = 0; i != values.size(); ++i)
        if (values[i] != key * 3 + i) return false;
    return values.size() == cpus().count();
}

template <class Map>
Map filled(std::uint32_t entries, typename Map::options_type const& options) {
    auto map = Map::create(options).value();
    per_cpu_buffer<std::uint32_t, 1024> buffer;
    auto const values = buffer.values(cpus()).value();
    for (std::uint32_t key = 0; key != entries; ++key) {
        set(values, key);
        REQUIRE(map.update(key, values));
    }
    return map;
}

TEST_CASE("every entry once, with the values of every processor, for maps of all fills") {
    buffers const room{128};
    for (std::uint32_t const entries : {0U, 1U, 2U, 127U, 128U, 129U, 5000U}) {
        auto const map = filled<hash>(entries, {.max_entries = 5000});
        std::vector<int> seen(entries, 0);
        bool values_right = true;
        result<void> outcome = outcome::success();
        for (auto const& [key, values] : map.entries(room.keys, room.rows(), outcome)) {
            ++seen.at(key);
            values_right = values_right && fits(values, key);
        }
        CHECK(outcome);
        CHECK(values_right);
        CHECK(std::count(seen.begin(), seen.end(), 1) == entries);
        std::uint32_t keys = 0;
        for (auto const& key : map.keys(room.keys, room.rows(), outcome)) keys += key < entries ? 1 : 0;
        CHECK(outcome);
        CHECK(keys == entries);
    }
}

TEST_CASE("an array's indices in order, whole rows or one at a time") {
    auto const map = filled<per_cpu_array<std::uint32_t>>(1000, {.max_entries = 1000});
    for (std::size_t const rows : {1U, 7U, 1000U, 2000U}) {
        buffers const room{rows};
        std::uint32_t next = 0;
        CHECK(map.for_each(room.keys, room.rows(), [&](std::uint32_t key, per_cpu_values<std::uint32_t const> values) {
            if (key == next && fits(values, key)) ++next;
        }));
        CHECK(next == 1000);
    }
}

TEST_CASE("fault 1, per processor: a short batch is not the last batch") {
    auto const map = filled<hash>(4000, {.max_entries = 4096});
    buffers const room{64};
    std::vector<int> seen(4000, 0);
    CHECK(map.for_each(room.keys, room.rows(),
                       [&](std::uint32_t key, per_cpu_values<std::uint32_t const>) { ++seen.at(key); }));
    CHECK(std::count(seen.begin(), seen.end(), 1) == 4000);
}

TEST_CASE("fault 2, per processor: a bucket larger than the rows is said, and the walk goes on with more") {
    auto const map = filled<hash>(40, {.max_entries = 40});
    std::vector<int> seen(40, 0);
    batch_cursor<std::uint32_t> cursor;
    std::size_t rows = 1;
    for (;;) {
        buffers const room{rows};
        auto const step = map.lookup_batch(cursor, room.keys, room.rows());
        if (!step) {
            REQUIRE(step.error() == error{errc::enospc, command::map_lookup_batch});
            REQUIRE(++rows < 40);
            continue;
        }
        for (std::uint32_t i = 0; i != step->count; ++i) {
            ++seen.at(room.keys[i]);
            CHECK(fits(room.rows()[i], room.keys[i]));
        }
        if (step->last) break;
    }
    CHECK(rows > 1);
    CHECK(std::count(seen.begin(), seen.end(), 1) == 40);
    buffers const one{1};
    auto const walked = map.for_each(one.keys, one.rows(), [](std::uint32_t, per_cpu_values<std::uint32_t const>) {});
    CHECK(walked.error() == error{errc::enospc, command::map_lookup_batch});
}

TEST_CASE("fault 4, per processor: more keys than rows and more rows than keys do no harm") {
    auto const map = filled<hash>(3000, {.max_entries = 3000});
    for (auto const& [keys, rows] : {std::pair{64U, 32U}, std::pair{32U, 64U}}) {
        guarded<std::uint32_t> const few_keys{keys};
        buffers const room{rows};
        std::uint32_t right = 0;
        CHECK(map.for_each(few_keys, room.rows(), [&](std::uint32_t key, per_cpu_values<std::uint32_t const> values) {
            right += fits(values, key) ? 1 : 0;
        }));
        CHECK(right == 3000);
    }
}

TEST_CASE("take_all empties the map and hands every entry out") {
    auto const map = filled<hash>(3000, {.max_entries = 3000});
    buffers const room{100};
    std::vector<int> seen(3000, 0);
    bool values_right = true;
    CHECK(map.take_all(room.keys, room.rows(), [&](std::uint32_t key, per_cpu_values<std::uint32_t const> values) {
        ++seen.at(key);
        values_right = values_right && fits(values, key);
    }));
    CHECK(values_right);
    CHECK(std::count(seen.begin(), seen.end(), 1) == 3000);
    std::uint32_t left = 0;
    CHECK(map.for_each(room.keys, room.rows(), [&](std::uint32_t, per_cpu_values<std::uint32_t const>) { ++left; }));
    CHECK(left == 0);
}

template <class Map>
void check_under_churn(typename Map::options_type const& options) {
    constexpr std::uint32_t stable = 3000;
    constexpr std::uint32_t churning = 3000;
    auto const map = filled<Map>(stable, options);
    per_cpu_buffer<std::uint32_t, 1024> buffer;
    auto const values = buffer.values(cpus()).value();
    support::churn const other{[&](std::uint32_t i) {
                                   set(values, stable + i);
                                   if (!map.erase(stable + i).value())
                                       static_cast<void>(map.insert(stable + i, values));
                               },
                               churning};
    buffers const room{256};
    support::seen_entries seen{stable, churning};
    for (int pass = 0; pass != 200; ++pass) {
        seen.start_pass();
        auto const walked =
            map.for_each(room.keys, room.rows(), [&](std::uint32_t key, per_cpu_values<std::uint32_t const> found) {
                // A value that is stored anew is copied processor by processor, while it is written.
                seen.count(key, key >= stable || fits(found, key));
            });
        seen.end_pass(walked.has_value());
    }
    CHECK(seen.repeated == 0);
    CHECK(seen.missed == 0);
    CHECK(seen.wrong == 0);
    CHECK(other.changes() > 1000);
}

TEST_CASE("fault 3, per processor: under churn no stable entry of a hash table is repeated or missed, in 200 passes") {
    check_under_churn<hash>({.max_entries = 6000});
    check_under_churn<hash>({.max_entries = 6000, .flags = map_flags::no_prealloc});
}

// With four times the room that is used nothing is evicted, though processors keep free elements aside.
TEST_CASE("fault 3, per processor: under churn no stable entry of an LRU table is repeated or missed, in 200 passes") {
    check_under_churn<lru>({.max_entries = 24'000});
    check_under_churn<lru>({.max_entries = 24'000, .flags = map_flags::no_common_lru});
}

TEST_CASE("a walk by next key ends under churn") {
    constexpr std::uint32_t entries = 2000;
    auto const map = filled<hash>(entries, {.max_entries = entries});
    per_cpu_buffer<std::uint32_t, 1024> buffer;
    auto const values = buffer.values(cpus()).value();
    support::churn const other{[&](std::uint32_t i) {
                                   if (!map.erase(i).value()) static_cast<void>(map.insert(i, values));
                               },
                               entries};
    buffers const room{1};
    using by_key = detail::map_walk<std::uint32_t, per_cpu_rows<std::uint32_t>,
                                    detail::walk_rules{.by_batch = false, .bounded = false}>;
    for (int pass = 0; pass != 20; ++pass) {
        by_key walk{map.fd(), map.max_entries(), room.keys, room.rows()};
        std::uint32_t steps = 0;
        auto count = walk.advance();
        for (; count && *count != 0; count = walk.advance()) ++steps;
        CHECK(steps <= entries);
        if (!count) CHECK(count.error() == error{errc::walk_bound_reached, command::map_get_next_key});
    }
}

} // namespace
