// Walks on the running kernel: the faults of other libraries, one by one, as tests.
#include <bpfxx/map/array.hpp>
#include <bpfxx/map/hash.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace {

using namespace bpfxx;
using map_u32 = hash_map<std::uint32_t, std::uint64_t>;

map_u32 filled(std::uint32_t entries, map_options<map_kind::hash> const& options) {
    auto map = map_u32::create(options).value();
    for (std::uint32_t i = 0; i != entries; ++i) REQUIRE(map.update(i, std::uint64_t{i} * 2));
    return map;
}

TEST_CASE("every entry once, for maps of all fills") {
    for (std::uint32_t const entries : {0u, 1u, 2u, 1000u, 1365u, 1366u, 20'000u}) {
        auto const map = filled(entries, {.max_entries = 20'000});
        std::vector<int> seen(entries, 0);
        bool values_right = true;
        for (auto const& [key, value] : map.entries()) {
            ++seen.at(key);
            values_right = values_right && value == std::uint64_t{key} * 2;
        }
        CHECK(values_right);
        CHECK(std::count(seen.begin(), seen.end(), 1) == entries);
        std::uint32_t keys = 0;
        for (auto const& key : map.keys()) keys += key < entries ? 1 : 0;
        CHECK(keys == entries);
    }
}

TEST_CASE("a visitor may stop the walk") {
    auto const map = filled(5000, {.max_entries = 5000});
    int visited = 0;
    CHECK(map.for_each([&](std::uint32_t, std::uint64_t) { return ++visited != 7; }));
    CHECK(visited == 7);
    for ([[maybe_unused]] auto const& key : map.keys())
        if (++visited == 14) break;
    CHECK(visited == 14);
}

TEST_CASE("fault 1: a short batch is not the last batch") {
    auto const map = filled(4000, {.max_entries = 4096});
    std::array<std::uint32_t, 64> keys{};
    std::array<std::uint64_t, 64> values{};
    result<void> outcome = outcome::success();
    std::vector<int> seen(4000, 0);
    for (auto const& [key, value] : map.entries(keys, values, outcome)) ++seen.at(key);
    CHECK(outcome);
    CHECK(std::count(seen.begin(), seen.end(), 1) == 4000);
}

TEST_CASE(
    "fault 2: a bucket larger than the buffer is said, and the walk goes on from the same place with a larger one") {
    // 40 entries in 64 buckets: some bucket holds more than one, which a buffer of one cannot take.
    auto const map = filled(40, {.max_entries = 40});
    std::vector<int> seen(40, 0);
    std::vector<std::uint32_t> keys(1);
    std::vector<std::uint64_t> values(1);
    batch_cursor<std::uint32_t> cursor;
    int grown = 0;
    for (;;) {
        auto const step = map.lookup_batch(cursor, keys, values);
        if (!step) {
            REQUIRE(step.error() == error{errc::enospc, command::map_lookup_batch});
            keys.resize(keys.size() + 1);
            values.resize(keys.size());
            REQUIRE(++grown < 40);
            continue;
        }
        for (std::uint32_t i = 0; i != step->count; ++i) ++seen.at(keys[i]);
        if (step->last) break;
    }
    CHECK(std::count(seen.begin(), seen.end(), 1) == 40);
    CHECK(grown > 0);

    std::array<std::uint32_t, 1> one_key{};
    std::array<std::uint64_t, 1> one_value{};
    auto const walked = map.for_each(one_key, one_value, [](std::uint32_t, std::uint64_t) {});
    CHECK(walked.error() == error{errc::enospc, command::map_lookup_batch});
    auto const nothing =
        map.for_each(std::span<std::uint32_t>{}, std::span<std::uint64_t>{}, [](std::uint32_t, std::uint64_t) {});
    CHECK(nothing.error() == error{errc::enospc, command::map_lookup_batch}); // no room for even one
}

TEST_CASE("fault 3: under churn no stable entry is repeated or missed, in 200 passes") {
    constexpr std::uint32_t stable = 3000;
    constexpr std::uint32_t churning = 3000;
    using flag = creation_flags<map_kind::hash>;
    for (auto const flags : {flag{}, flag{map_flags::no_prealloc}}) {
        auto const map = filled(stable, {.max_entries = stable + churning, .flags = flags});
        std::atomic<bool> stop{false};
        std::atomic<std::uint64_t> changes{0};
        std::thread churn{[&] {
            for (std::uint32_t i = 0; !stop.load(std::memory_order_relaxed); i = (i + 1) % churning) {
                if (!*map.erase(stable + i)) static_cast<void>(map.insert(stable + i, i));
                changes.fetch_add(1, std::memory_order_relaxed);
            }
        }};
        std::uint64_t repeated = 0;
        std::uint64_t missed = 0;
        std::uint64_t wrong = 0;
        std::vector<int> seen(stable + churning);
        for (int pass = 0; pass != 200; ++pass) {
            std::fill(seen.begin(), seen.end(), 0);
            auto const walked = map.for_each([&](std::uint32_t key, std::uint64_t value) {
                if (key >= seen.size() || (key < stable && value != std::uint64_t{key} * 2))
                    ++wrong;
                else
                    ++seen[key];
            });
            if (!walked) ++wrong;
            for (std::uint32_t key = 0; key != stable; ++key) {
                missed += seen[key] == 0 ? 1 : 0;
                repeated += seen[key] > 1 ? 1 : 0;
            }
        }
        stop = true;
        churn.join();
        CHECK(repeated == 0);
        CHECK(missed == 0);
        CHECK(wrong == 0);
        CHECK(changes > 1000);
    }
}

TEST_CASE("fault 5: a view of the wrong key size is never walked, because it cannot be opened") {
    auto const map = filled(10, {.max_entries = 10});
    auto const id = (*map.info())->id;
    CHECK(hash_map<std::uint64_t, std::uint64_t>::open(id).error().code == errc::key_size_differs);
}

TEST_CASE("large elements are walked through a lent buffer") {
    struct page {
        std::array<std::uint8_t, 8192> bytes;
    };
    auto const map =
        hash_map<std::uint16_t, page>::create({.max_entries = 64, .flags = map_flags::no_prealloc}).value();
    auto value = std::make_unique<page>();
    for (std::uint16_t i = 0; i != 64; ++i) {
        value->bytes.fill(static_cast<std::uint8_t>(i));
        REQUIRE(map.update(i, *value));
    }
    std::vector<std::uint16_t> keys(16);
    std::vector<page> values(16);
    result<void> outcome = outcome::success();
    int right = 0;
    for (auto const& [key, found] : map.entries(keys, values, outcome)) right += found.bytes[8191] == key ? 1 : 0;
    CHECK(outcome);
    CHECK(right == 64);
}

TEST_CASE("take_all empties the map and visits each entry once") {
    for (std::uint32_t const entries : {0u, 1u, 5000u}) {
        auto const map = filled(entries, {.max_entries = 5000});
        std::vector<int> seen(entries, 0);
        bool values_right = true;
        CHECK(map.take_all([&](std::uint32_t key, std::uint64_t value) {
            ++seen.at(key);
            values_right = values_right && value == std::uint64_t{key} * 2;
        }));
        CHECK(values_right);
        CHECK(std::count(seen.begin(), seen.end(), 1) == entries);
        for ([[maybe_unused]] auto const& key : map.keys()) FAIL("an entry was left");
    }
}

TEST_CASE("fault 2: take_all through too small a buffer says ENOSPC and removes nothing of that bucket") {
    auto const map = filled(2000, {.max_entries = 2000});
    std::array<std::uint32_t, 1> key{};
    std::array<std::uint64_t, 1> value{};
    std::uint32_t taken = 0;
    auto const emptied = map.take_all(key, value, [&](std::uint32_t, std::uint64_t) { ++taken; });
    REQUIRE(!emptied); // 2000 entries in 2048 buckets: two share one
    CHECK(emptied.error() == error{errc::enospc, command::map_lookup_and_delete_batch});
    std::uint32_t left = 0;
    for ([[maybe_unused]] auto const& each : map.keys()) ++left;
    CHECK(taken + left == 2000);
}

TEST_CASE("fault 3: take_all against an inserting thread: every value is taken once, none is lost") {
    constexpr std::uint32_t values = 200'000;
    auto const map = map_u32::create({.max_entries = 4096}).value();
    std::atomic<bool> done{false};
    std::thread producer{[&] {
        for (std::uint32_t i = 0; i != values; ++i)
            while (!map.insert(i, i)) std::this_thread::yield(); // E2BIG: full until the other side has taken some
        done.store(true, std::memory_order_release);
    }};
    std::vector<std::uint8_t> seen(values, 0);
    auto const take = [&] { return map.take_all([&](std::uint32_t key, std::uint64_t) { ++seen.at(key); }); };
    while (!done.load(std::memory_order_acquire)) CHECK(take());
    producer.join();
    CHECK(take());
    CHECK(std::count(seen.begin(), seen.end(), 1) == values);
}

TEST_CASE("a type without batches is walked key by key, within its bound") {
    using by_key = basic_map<map_kind::devmap_hash, std::uint32_t, std::uint32_t, read_write>;
    auto const devices = by_key::create({.max_entries = 8}).value();
    REQUIRE(devices.update(77, 1)); // the loopback device
    std::vector<std::uint32_t> found;
    CHECK(devices.for_each([&](std::uint32_t key, std::uint32_t device) { found.push_back(key + device); }));
    CHECK(found == std::vector<std::uint32_t>{78});
    static_assert(by_key::guarantee == walk_guarantee::best_effort);
}

} // namespace
