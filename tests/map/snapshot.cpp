// Whole maps read at once on the running kernel: by the program inside it, by batches, in slices, and while others write.
#include <bpfxx/map/program_block.hpp>
#include <bpfxx/map/snapshot.hpp>

#include <bpfxx/map/array.hpp>
#include <bpfxx/map/hash.hpp>
#include <bpfxx/map/snapshot_guarantee.hpp>
#include <bpfxx/map/snapshot_program.hpp>

#include "kernel/support/skip.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace bpfxx;

using map_u32 = hash_map<std::uint32_t, std::uint64_t>;
using lru_u32 = basic_map<map_kind::lru_hash, std::uint32_t, std::uint64_t, read_write>;

/// How often each key from 0 on was seen with a value twice its number.
template <class Snapshot>
std::vector<int> seen(Snapshot const& table, std::uint32_t keys) {
    std::vector<int> times(keys, 0);
    for (std::uint32_t i = 0; i != table.size(); ++i)
        if (table.keys()[i] < keys && table.values()[i] == std::uint64_t{table.keys()[i]} * 2) ++times[table.keys()[i]];
    return times;
}

template <class Map>
void fill(Map const& map, std::uint32_t entries) {
    for (std::uint32_t i = 0; i != entries; ++i) REQUIRE(map.update(i, std::uint64_t{i} * 2));
}

// Not everybody may load programs, and not every kernel has them; what is tested then is that the batches do the same.
template <class Snapshot>
bool takes_programs(Snapshot const& table) {
    if (!table.in_kernel()) std::printf("the kernel took no program: %s\n", describe(*table.refusal()).view().data());
    return table.in_kernel();
}

template <class Map>
void every_fill(Map const& map, std::uint32_t most) {
    auto table = make_snapshot(map).value();
    REQUIRE(takes_programs(table));
    std::uint32_t present = 0;
    for (std::uint32_t const entries : {0u, 1u, 2u, 700u, 1500u, most}) {
        for (; present != entries; ++present) REQUIRE(map.update(present, std::uint64_t{present} * 2));
        for (auto const way : {snapshot_way::kernel_walk, snapshot_way::batches, snapshot_way::none}) {
            CAPTURE(entries);
            CAPTURE(static_cast<int>(way));
            CHECK(table.refresh(way).value() == entries);
            CHECK(table.size() == entries);
            CHECK(std::ranges::count(seen(table, entries), 1) == entries);
            if (way != snapshot_way::none) CHECK(table.way() == way);
        }
    }
}

TEST_CASE("every entry once, for maps of all fills, in both ways") {
    every_fill(map_u32::create({.max_entries = 10'000}).value(), 10'000);
    every_fill(map_u32::create({.max_entries = 10'000, .flags = map_flags::no_prealloc}).value(), 10'000);
    every_fill(lru_u32::create({.max_entries = 10'000}).value(), 5'000);
}

TEST_CASE("every index of an array, in both ways") {
    auto const map = array_map<std::uint64_t>::create({.max_entries = 3000}).value();
    fill(map, 3000);
    auto table = make_snapshot(map).value();
    REQUIRE(takes_programs(table));
    CHECK(table.capacity() == 3000);
    for (auto const way : {snapshot_way::none, snapshot_way::batches}) {
        CHECK(table.refresh(way).value() == 3000);
        CHECK(std::ranges::count(seen(table, 3000), 1) == 3000);
        CHECK(std::ranges::is_sorted(table.keys()));
        CHECK(table.guarantee() == snapshot_guarantee::each_index_once);
    }
    CHECK(table.way() == snapshot_way::batches);
    CHECK(table.refresh().value() == 3000);
    CHECK(table.way() == snapshot_way::kernel_walk);
}

TEST_CASE("the way follows the fill, from the first snapshot on") {
    auto const map = map_u32::create({.max_entries = 10'000}).value(); // 16,384 buckets: dense from 2,048 on
    fill(map, 1000);
    auto table = make_snapshot(map).value();
    REQUIRE(takes_programs(table));
    CHECK(table.way() == snapshot_way::none);
    CHECK(table.refresh().value() == 1000);
    CHECK(table.way() == snapshot_way::batches);
    CHECK(table.guarantee() == snapshot_guarantee::each_stable_entry_once);
    fill(map, 8000);
    CHECK(table.refresh().value() == 8000);
    CHECK(table.way() == snapshot_way::kernel_walk);
    CHECK(table.guarantee() == snapshot_guarantee::each_entry_once_if_undisturbed);
    for (std::uint32_t i = 100; i != 8000; ++i) REQUIRE(map.erase(i).value());
    CHECK(table.refresh().value() == 100);
    CHECK(table.way() == snapshot_way::kernel_walk);
    CHECK(table.refresh().value() == 100);
    CHECK(table.way() == snapshot_way::batches);

    auto first_is_dense = make_snapshot(map).value();
    fill(map, 8000);
    CHECK(first_is_dense.refresh().value() == 8000);
    CHECK(first_is_dense.way() == snapshot_way::kernel_walk);
}

TEST_CASE("more entries than room are refused, not cut") {
    auto const map = map_u32::create({.max_entries = 1000}).value();
    fill(map, 1000);
    auto table = make_snapshot(map, {.capacity = 999}).value();
    REQUIRE(takes_programs(table));
    CHECK(table.refresh(snapshot_way::kernel_walk).error() == error{errc::enospc, command::prog_test_run});
    CHECK(table.size() == 0);
    CHECK(table.refresh(snapshot_way::batches).error() == error{errc::enospc, command::map_lookup_batch});
    CHECK(table.keys().empty());
    auto exact = make_snapshot(map, {.capacity = 1000}).value();
    CHECK(exact.refresh(snapshot_way::kernel_walk).value() == 1000);
    CHECK(exact.refresh(snapshot_way::batches).value() == 1000);
}

template <class Map>
void every_slice(Map const& map, std::uint32_t entries) {
    for (std::uint32_t const capacity :
         {entries * 2, entries, entries - 1, entries * 2 / 3, entries / 2, entries / 7}) {
        auto table = make_snapshot(map, {.capacity = capacity}).value();
        for (int pass = 0; pass != 3; ++pass) {
            std::vector<int> times(entries, 0);
            CHECK(table.for_each([&](std::uint32_t key, std::uint64_t value) {
                if (value == std::uint64_t{key} * 2) ++times.at(key);
            }));
            CAPTURE(capacity);
            CAPTURE(pass);
            CHECK(std::ranges::count(times, 1) == entries);
            bool const halved_once = capacity >= entries * 2 / 3;
            CHECK(table.way() == (halved_once ? snapshot_way::kernel_walk : snapshot_way::batches));
        }
    }
}

TEST_CASE("a map larger than the memory goes slice by slice, or by batches: every entry once") {
    // Which way is taken depends on a guess at how full the map is, and that on the seed.
    auto const map = map_u32::create({.max_entries = 6000, .flags = map_flags::zero_seed}).value();
    fill(map, 6000);
    if (!takes_programs(make_snapshot(map).value())) return support::skip("no program");
    every_slice(map, 6000);
    auto const array = array_map<std::uint64_t>::create({.max_entries = 6000}).value();
    fill(array, 6000);
    every_slice(array, 6000);
}

TEST_CASE("a slice that grew too large is halved, with nothing seen twice") {
    // Without a random seed, with which the guess at how full the map is would now and then be too high.
    auto const map = map_u32::create({.max_entries = 8192, .flags = map_flags::zero_seed}).value();
    fill(map, 3000);
    auto table = make_snapshot(map, {.capacity = 2000}).value();
    REQUIRE(takes_programs(table));
    int visited = 0;
    CHECK(table.for_each([&](std::uint32_t, std::uint64_t) { ++visited; })); // two slices
    CHECK(visited == 3000);
    CHECK(table.way() == snapshot_way::kernel_walk);
    // Once the first slice is visited, the other half of the keys becomes many more.
    std::vector<int> times(8000, 0);
    bool filled = false;
    CHECK(table.for_each([&](std::uint32_t key, std::uint64_t) {
        ++times.at(key);
        if (!std::exchange(filled, true)) fill(map, 8000);
    }));
    CHECK(table.way() == snapshot_way::kernel_walk);
    CHECK(*std::ranges::max_element(times) == 1);
    CHECK(std::count(times.begin(), times.begin() + 3000, 1) == 3000);
    CHECK(std::count(times.begin() + 3000, times.end(), 1) > 1000);
}

TEST_CASE("a visitor may stop") {
    auto const map = map_u32::create({.max_entries = 1000}).value();
    fill(map, 1000);
    auto table = make_snapshot(map).value();
    int visited = 0;
    CHECK(table.for_each([&](std::uint32_t, std::uint64_t) { return ++visited != 5; }));
    CHECK(visited == 5);
}

template <std::size_t Size>
struct sized {
    std::array<std::uint8_t, Size> bytes;
};

template <std::size_t KeySize, std::size_t ValueSize>
void sizes() {
    CAPTURE(KeySize);
    CAPTURE(ValueSize);
    using key = sized<KeySize>;
    using value = sized<ValueSize>;
    auto const map = hash_map<key, value>::create({.max_entries = 64}).value();
    for (std::uint8_t n = 0; n != 60; ++n) {
        key k{};
        value v{};
        for (std::size_t i = 0; i != KeySize; ++i) k.bytes[i] = static_cast<std::uint8_t>(i == 0 ? n : n ^ i);
        for (std::size_t i = 0; i != ValueSize; ++i) v.bytes[i] = static_cast<std::uint8_t>(n + i * 7);
        REQUIRE(map.update(k, v));
    }
    auto table = make_snapshot(map, {.capacity = 40}).value();
    REQUIRE(takes_programs(table));
    int right = 0;
    CHECK(table.for_each([&](key const& k, value const& v) {
        bool same = true;
        for (std::size_t i = 1; i < KeySize; ++i)
            same = same && k.bytes[i] == static_cast<std::uint8_t>(k.bytes[0] ^ i);
        for (std::size_t i = 0; i != ValueSize; ++i)
            same = same && v.bytes[i] == static_cast<std::uint8_t>(k.bytes[0] + i * 7);
        right += same ? 1 : 0;
    }));
    CHECK(right == 60);
    auto whole = make_snapshot(map).value();
    CHECK(whole.refresh(snapshot_way::kernel_walk).value() == 60);
    CHECK(std::ranges::all_of(whole.values(), [&](value const& v) {
        auto const& k = whole.keys()[static_cast<std::size_t>(&v - whole.values().data())];
        return v.bytes[ValueSize - 1] == static_cast<std::uint8_t>(k.bytes[0] + (ValueSize - 1) * 7);
    }));
}

TEST_CASE("keys and values of any size") {
    sizes<1, 1>();
    sizes<2, 3>();
    sizes<3, 5>();
    sizes<4, 8>();
    sizes<7, 9>();
    sizes<13, 24>();
    sizes<40, 100>();
    sizes<512, 1023>();
    sizes<8, 4096>();
}

TEST_CASE("a snapshot outlives the view that it was made from, and moves") {
    auto table = [] {
        auto const map = map_u32::create({.max_entries = 100}).value();
        fill(map, 100);
        return make_snapshot(map).value();
    }();
    auto moved = std::move(table);
    CHECK(moved.refresh().value() == 100);
    CHECK(moved.refresh(snapshot_way::batches).value() == 100);
    CHECK(std::ranges::count(seen(moved, 100), 1) == 100);
}

TEST_CASE("where the kernel refuses the program, batches do the same and the refusal is told") {
    auto const map = map_u32::create({.max_entries = 1000, .flags = map_flags::wronly_prog}).value();
    fill(map, 1000);
    auto table = make_snapshot(map).value();
    CHECK_FALSE(table.in_kernel());
    CHECK(table.refusal().value() == error{errc::eacces, command::prog_load});
    CHECK(table.refresh().value() == 1000);
    CHECK(table.way() == snapshot_way::batches);
    CHECK(std::ranges::count(seen(table, 1000), 1) == 1000);
    CHECK(table.refresh(snapshot_way::kernel_walk).error() == error{errc::eacces, command::prog_load});
    int visited = 0;
    CHECK(table.for_each([&](std::uint32_t, std::uint64_t) { ++visited; }));
    CHECK(visited == 1000);
}

TEST_CASE("a read-only view can be read at once") {
    auto const map = hash_map<std::uint32_t, std::uint64_t, read_only>::create({.max_entries = 100}).value();
    auto table = make_snapshot(map).value();
    CHECK(table.refresh().value() == 0);
}

TEST_CASE("memory that no program can reach is refused before it is asked for") {
    auto const map = map_u32::create({.max_entries = 100}).value();
    CHECK(make_snapshot(map, {.capacity = 50'000'000}).error() == error{errc::e2big, command::map_create});
}

struct damage {
    std::int64_t missed = 0;
    std::int64_t repeated = 0;
    std::int64_t wrong = 0;
};

/// Keys from 0 on stay; a second thread inserts and deletes those after them, or replaces those that stay.
template <class Map>
damage churn(Map const& map, snapshot_way way, bool replacing) {
    constexpr std::uint32_t stable = 3000;
    fill(map, stable);
    auto table = make_snapshot(map).value();
    std::atomic<bool> stop{false};
    std::thread second{[&] {
        std::uint32_t random = 1;
        while (!stop) {
            random = random * 1664525 + 1013904223;
            auto const other = random >> 8;
            if (replacing) {
                (void)map.update(other % stable, std::uint64_t{other % stable} * 2);
                continue;
            }
            (void)map.update(stable + other % 2000, std::uint64_t{stable + other % 2000} * 2);
            (void)map.erase(stable + other / 2000 % 2000);
        }
    }};
    damage done;
    for (int pass = 0; pass != 200; ++pass) {
        auto const read = table.refresh(way);
        if (!read) {
            ++done.wrong;
            continue;
        }
        for (std::uint32_t i = 0; i != *read; ++i)
            if (table.values()[i] != std::uint64_t{table.keys()[i]} * 2) ++done.wrong;
        for (int const times : seen(table, stable)) {
            done.missed += times == 0 ? 1 : 0;
            done.repeated += times > 1 ? 1 : 0;
        }
    }
    stop = true;
    second.join();
    return done;
}

TEST_CASE("under churn: batches see each entry that stays exactly once, 200 passes") {
    for (bool const replacing : {false, true}) {
        CAPTURE(replacing);
        auto const hash = churn(map_u32::create({.max_entries = 6000}).value(), snapshot_way::batches, replacing);
        CHECK(hash.missed == 0);
        CHECK(hash.repeated == 0);
        CHECK(hash.wrong == 0);
        auto const lru = churn(lru_u32::create({.max_entries = 20'000}).value(), snapshot_way::batches, replacing);
        CHECK(lru.missed == 0);
        CHECK(lru.repeated == 0);
        CHECK(lru.wrong == 0);
    }
}

// What is claimed: mostly each once, ever ending. Of 200 x 3000 entries one in a thousand would be far beyond what was
// ever seen, which is a handful in two million, and only where entries were replaced inside the kernel.
TEST_CASE("under churn: the kernel's walk ends, and a few entries at most are missed or repeated, 200 passes") {
    for (bool const replacing : {false, true}) {
        CAPTURE(replacing);
        auto const hash = churn(map_u32::create({.max_entries = 6000}).value(), snapshot_way::kernel_walk, replacing);
        CHECK(hash.missed <= 600);
        CHECK(hash.repeated <= 600);
        CHECK(hash.wrong <= 600);
        auto const lru = churn(lru_u32::create({.max_entries = 20'000}).value(), snapshot_way::kernel_walk, replacing);
        CHECK(lru.missed <= 600);
        CHECK(lru.repeated <= 600);
        CHECK(lru.wrong <= 600);
    }
}

TEST_CASE("while its values are replaced, an array is seen index by index, 200 passes") {
    auto const map = array_map<std::uint64_t>::create({.max_entries = 3000}).value();
    fill(map, 3000);
    auto table = make_snapshot(map).value();
    std::atomic<bool> stop{false};
    std::thread second{[&] {
        for (std::uint32_t i = 0; !stop; i = (i + 1) % 3000) (void)map.update(i, std::uint64_t{i} * 2);
    }};
    bool right = true;
    for (int pass = 0; pass != 200; ++pass) {
        right = right && table.refresh().value() == 3000 && std::ranges::is_sorted(table.keys());
        right = right && std::ranges::count(seen(table, 3000), 1) == 3000;
    }
    stop = true;
    second.join();
    CHECK(right);
}

static_assert(guarantee_of<map_kind::array>(snapshot_way::kernel_walk) == snapshot_guarantee::each_index_once);
static_assert(guarantee_of<map_kind::hash>(snapshot_way::batches) == snapshot_guarantee::each_stable_entry_once);
static_assert(guarantee_of<map_kind::lru_hash>(snapshot_way::kernel_walk) ==
              snapshot_guarantee::each_entry_once_if_undisturbed);

} // namespace
