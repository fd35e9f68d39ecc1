// Many keys with one system call, on the running kernel: compared with single calls, key by key.
#include <bpfxx/map/vectored.hpp>

#include <bpfxx/map/array.hpp>
#include <bpfxx/map/hash.hpp>
#include <bpfxx/map/vectored_program.hpp>

#include "kernel/support/skip.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace bpfxx;

using map_u32 = hash_map<std::uint32_t, std::uint64_t>;
using lru_u32 = basic_map<map_kind::lru_hash, std::uint32_t, std::uint64_t, read_write>;

template <class Many>
bool takes_programs(Many const& many) {
    if (!many.in_kernel()) std::printf("the kernel took no program: %s\n", describe(*many.refusal()).view().data());
    return many.in_kernel();
}

/// Looks keys up that are partly there, stores, and compares every answer with the view's.
template <class Map>
void same_as_single_calls(Map const& map, bool expect_kernel = true) {
    auto const many = make_vectored(map, 64).value();
    CHECK(takes_programs(many) == expect_kernel);
    CHECK(many.capacity() == 64);
    for (std::uint32_t i = 0; i != 500; i += 2) REQUIRE(map.update(i, std::uint64_t{i} * 3));

    for (std::size_t const count : {0u, 1u, 63u, 64u, 65u, 128u, 500u}) {
        CAPTURE(count);
        std::vector<std::uint32_t> keys(count);
        for (std::size_t i = 0; i != count; ++i) keys[i] = static_cast<std::uint32_t>(i * 7 % 500);
        std::vector<std::uint64_t> values(count, 99);
        auto const found = std::make_unique<bool[]>(count);
        auto const there = many.lookup(keys, values, std::span{found.get(), count});
        REQUIRE(there);
        std::uint32_t expected = 0;
        for (std::size_t i = 0; i != count; ++i) {
            auto const single = map.lookup(keys[i]).value();
            expected += single ? 1 : 0;
            CHECK(found[i] == single.has_value());
            CHECK(values[i] == single.value_or(99));
        }
        CHECK(*there == expected);
    }
}

TEST_CASE("lookups are those of the view") {
    same_as_single_calls(map_u32::create({.max_entries = 1000}).value());
    same_as_single_calls(map_u32::create({.max_entries = 1000, .flags = map_flags::no_prealloc}).value());
    same_as_single_calls(lru_u32::create({.max_entries = 4000}).value());
    same_as_single_calls(array_map<std::uint64_t>::create({.max_entries = 500}).value());
}

TEST_CASE("an index beyond an array's end is not found, and cannot be stored") {
    auto const map = array_map<std::uint64_t>::create({.max_entries = 3}).value();
    auto const many = make_vectored(map, 4).value();
    std::array<std::uint32_t, 4> const keys{0, 2, 3, 1'000'000};
    std::array<std::uint64_t, 4> values{5, 6, 7, 8};
    std::array<errc, 4> answers{};
    CHECK(many.update(keys, values, answers).value() == 2);
    CHECK(answers == std::array{errc{}, errc{}, errc::e2big, errc::e2big});
    std::array<bool, 4> found{};
    values = {};
    CHECK(many.lookup(keys, values, found).value() == 2);
    CHECK(found == std::array{true, true, false, false});
    CHECK(values == std::array<std::uint64_t, 4>{5, 6, 0, 0});
}

TEST_CASE("without copies: keys, values and answers where the programs see them") {
    auto const map = map_u32::create({.max_entries = 100}).value();
    auto const many = make_vectored(map, 8).value();
    REQUIRE(many.keys().size() == 8);
    REQUIRE(many.values().size() == 8);
    for (std::uint32_t i = 0; i != 8; ++i) {
        many.keys()[i] = i * 10;
        many.values()[i] = i;
    }
    CHECK(many.update(8).value() == 8);
    CHECK(std::ranges::count(many.answers(), errc{}) == 8);
    CHECK(map.lookup(70).value() == 7);
    many.keys()[3] = 31;
    many.values()[3] = 1234;
    CHECK(many.lookup(8).value() == 7);
    CHECK_FALSE(many.found()[3]);
    CHECK(many.values()[3] == 1234); // as it was
    CHECK(many.found()[4]);
    // Those beyond the count are not touched.
    many.values()[7] = 4321;
    CHECK(many.lookup(7).value() == 6);
    CHECK(many.values()[7] == 4321);
    CHECK(many.lookup(0).value() == 0);
    error const too_many{errc::e2big, command::prog_test_run};
    CHECK(many.lookup(9).error() == too_many);
    CHECK(many.update(9).error() == too_many);
    CHECK(many.erase(9).error() == too_many);
}

TEST_CASE("what becomes of each update is told") {
    auto const map = map_u32::create({.max_entries = 4}).value();
    auto const many = make_vectored(map, 4).value();
    REQUIRE(takes_programs(many));
    std::array<std::uint32_t, 3> const keys{1, 2, 3};
    std::array<std::uint64_t, 3> values{10, 20, 30};
    std::array<errc, 3> answers{};
    REQUIRE(map.update(2, 99));
    CHECK(many.update(keys, values, answers, element_flags::noexist).value() == 2);
    CHECK(answers == std::array{errc{}, errc::eexist, errc{}});
    CHECK(map.lookup(2).value() == 99);
    CHECK(many.update(keys, values, answers, element_flags::exist).value() == 3);
    CHECK(map.lookup(2).value() == 20);
    CHECK(map.erase(1).value());
    CHECK(many.update(keys, values, answers, element_flags::exist).value() == 2);
    CHECK(answers == std::array{errc::enoent, errc{}, errc{}});
    // Full: 2 and 3 are there, and there is room for two more.
    std::array<std::uint32_t, 3> const others{4, 5, 6};
    CHECK(many.update(others, values, answers).value() == 2);
    CHECK(answers == std::array{errc{}, errc{}, errc::e2big});
}

TEST_CASE("what becomes of each erase is told") {
    auto const map = map_u32::create({.max_entries = 200}).value();
    auto const many = make_vectored(map, 16).value();
    for (std::uint32_t i = 0; i != 100; i += 2) REQUIRE(map.update(i, 1));
    std::vector<std::uint32_t> keys(100);
    for (std::uint32_t i = 0; i != 100; ++i) keys[i] = i;
    std::vector<errc> answers(100);
    CHECK(many.erase(keys, answers).value() == 50);
    for (std::uint32_t i = 0; i != 100; ++i) CHECK(answers[i] == (i % 2 == 0 ? errc{} : errc::enoent));
    CHECK(many.erase(keys, answers).value() == 0);
    CHECK(std::ranges::count(answers, errc::enoent) == 100);
}

TEST_CASE("spans of different lengths are refused") {
    auto const map = map_u32::create({.max_entries = 4}).value();
    auto const many = make_vectored(map, 4).value();
    std::array<std::uint32_t, 2> const keys{};
    std::array<std::uint64_t, 2> values{};
    std::array<bool, 3> found{};
    std::array<errc, 3> answers{};
    error const differ{errc::batch_sizes_differ, command::prog_test_run};
    CHECK(many.lookup(keys, values, found).error() == differ);
    CHECK(many.lookup(keys, std::span{values}.first(1), std::span{found}.first(2)).error() == differ);
    CHECK(many.update(keys, values, answers).error() == differ);
    CHECK(many.update(keys, std::span{values}.first(1), std::span{answers}.first(2)).error() == differ);
    CHECK(many.erase(keys, answers).error() == differ);
}

template <std::size_t Size>
struct sized {
    std::array<std::uint8_t, Size> bytes;
    bool operator==(sized const&) const = default;
};

template <std::size_t KeySize, std::size_t ValueSize>
void sizes() {
    CAPTURE(KeySize);
    CAPTURE(ValueSize);
    using key = sized<KeySize>;
    using value = sized<ValueSize>;
    auto const map = hash_map<key, value>::create({.max_entries = 100}).value();
    auto const many = make_vectored(map, 50).value();
    REQUIRE(takes_programs(many));
    for (std::uint8_t n = 0; n != 50; ++n) {
        for (std::size_t i = 0; i != KeySize; ++i)
            many.keys()[n].bytes[i] = static_cast<std::uint8_t>(i == 0 ? n : n ^ i);
        for (std::size_t i = 0; i != ValueSize; ++i) many.values()[n].bytes[i] = static_cast<std::uint8_t>(n + i * 7);
    }
    CHECK(many.update(50).value() == 50);
    std::vector<value> const stored(many.values().begin(), many.values().end());
    for (std::size_t n = 0; n != 50; ++n) CHECK(map.lookup(many.keys()[n]).value() == stored[n]);
    std::ranges::fill(many.values(), value{});
    CHECK(many.lookup(50).value() == 50);
    CHECK(std::ranges::equal(many.values(), stored));
    CHECK(many.erase(50).value() == 50);
    CHECK(many.lookup(50).value() == 0);
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

TEST_CASE("many keys at once") {
    auto const map = map_u32::create({.max_entries = 50'000}).value();
    auto const many = make_vectored(map, 50'000).value();
    REQUIRE(takes_programs(many));
    for (std::uint32_t i = 0; i != 50'000; ++i) {
        many.keys()[i] = i;
        many.values()[i] = i * 2;
    }
    CHECK(many.update(50'000).value() == 50'000);
    CHECK(map.lookup(49'999).value() == 99'998);
    CHECK(many.lookup(50'000).value() == 50'000);
    CHECK(many.erase(50'000).value() == 50'000);
    CHECK(many.lookup(50'000).value() == 0);
}

struct route {
    std::uint32_t prefix_bits;
    std::array<std::uint8_t, 4> address;
};

TEST_CASE("a trie finds the longest prefix for each key") {
    using trie = basic_map<map_kind::lpm_trie, route, std::uint32_t, read_write>;
    auto const map = trie::create({.max_entries = 100}).value();
    auto const many = make_vectored(map, 4).value();
    CHECK(takes_programs(many));
    std::array<route, 3> const routes{route{8, {10, 0, 0, 0}}, route{16, {10, 1, 0, 0}}, route{32, {10, 1, 2, 3}}};
    std::array<std::uint32_t, 3> const values{8, 16, 32};
    std::array<errc, 3> answers{};
    CHECK(many.update(routes, values, answers).value() == 3);
    std::array<route, 5> const keys{route{32, {10, 9, 9, 9}}, route{32, {10, 1, 9, 9}}, route{32, {10, 1, 2, 3}},
                                    route{32, {11, 0, 0, 0}}, route{8, {10, 0, 0, 0}}};
    std::array<std::uint32_t, 5> hops{};
    std::array<bool, 5> found{};
    CHECK(many.lookup(keys, hops, found).value() == 4);
    CHECK(hops == std::array<std::uint32_t, 5>{8, 16, 32, 0, 8});
    CHECK(found == std::array{true, true, true, false, true});
    CHECK(many.erase(std::span{routes}.first(1), std::span{answers}.first(1)).value() == 1);
    CHECK(many.lookup(keys, hops, found).value() == 2);
}

/// What `vectored` wants of a view, over a map made by hand.
template <class Kind, class Key = std::uint32_t>
struct plain_view {
    using kind_type = Kind;
    using key_type = Key;
    using value_type = std::uint64_t;
    using access_type = read_write;

    owned_fd<kind::map> owner;

    static plain_view create(std::uint32_t entries, map_flags flags = map_flags::none) {
        return {sys::call(sys::attr::map_create{.map_type = Kind::facts.type,
                                                .key_size = sizeof(Key),
                                                .value_size = 8,
                                                .max_entries = entries,
                                                .flags = flags | Kind::facts.required})
                    .value()};
    }
    [[nodiscard]] fd_ref<kind::map> fd() const { return owner.borrow(); }
    [[nodiscard]] result<plain_view> duplicate() const { return plain_view{owner.duplicate().value()}; }

    /// The same value for all CPUs, so that it does not matter on which the lookup runs.
    void store(std::uint32_t key, std::uint64_t value) const {
        std::vector<std::uint64_t> const all(1024, value);
        REQUIRE(sys::call(sys::attr::map_update_elem{.map_fd = owner, .key = &key, .value = all.data()}));
    }
};

template <class Kind>
void reads_this_cpu() {
    auto const map = plain_view<Kind>::create(100);
    auto const many = make_vectored(map, 16).value();
    CHECK(takes_programs(many));
    for (std::uint32_t i = 0; i != 10; ++i) map.store(i, i * 5);
    std::array<std::uint32_t, 4> const keys{0, 9, 3, 1000};
    std::array<std::uint64_t, 4> values{1, 1, 1, 1};
    std::array<bool, 4> found{};
    CHECK(many.lookup(keys, values, found).value() == 3);
    CHECK(values == std::array<std::uint64_t, 4>{0, 45, 15, 1});
    CHECK_FALSE(found[3]);
}

TEST_CASE("of per-CPU maps the value of this CPU is read") {
    reads_this_cpu<map_kind::percpu_array>();
    reads_this_cpu<map_kind::percpu_hash>();
    reads_this_cpu<map_kind::lru_percpu_hash>();
    auto const map = plain_view<map_kind::percpu_hash>::create(10);
    map.store(3, 3);
    auto const many = make_vectored(map, 2).value();
    std::array<std::uint32_t, 2> const keys{3, 4};
    std::array<errc, 2> answers{};
    CHECK(many.erase(keys, answers).value() == 1);
    CHECK(answers == std::array{errc{}, errc::enoent});
}

/// A descriptor that may only write, and a frozen map that it may not write to: system calls can do nothing here, only
/// programs can. So what is done is done inside the kernel.
template <class Kind, class Key>
void nothing_but_programs(std::array<Key, 3> const& keys) {
    CAPTURE(name(Kind::facts.type));
    auto const map = plain_view<Kind, Key>::create(16, map_flags::wronly);
    std::array<std::uint64_t, 3> values{1, 2, 3};
    std::uint64_t value = 0;
    REQUIRE(sys::call(sys::attr::map_lookup_elem{.map_fd = map.owner, .key = keys.data(), .value = &value}).error() ==
            error{errc::eperm, command::map_lookup_elem});
    REQUIRE(sys::call(sys::attr::map_freeze{.map_fd = map.owner}));
    REQUIRE(sys::call(sys::attr::map_update_elem{.map_fd = map.owner, .key = keys.data(), .value = &value}).error() ==
            error{errc::eperm, command::map_update_elem});
    auto const many = make_vectored(map, 2).value();
    REQUIRE(takes_programs(many));
    std::array<errc, 3> answers{};
    CHECK(many.update(keys, values, answers).value() == 3);
    values = {};
    std::array<bool, 3> found{};
    CHECK(many.lookup(keys, values, found).value() == 3);
    CHECK(values == std::array<std::uint64_t, 3>{1, 2, 3});
    if constexpr (Kind::facts.can(map_operations::erase)) {
        CHECK(many.erase(keys, answers).value() == 3);
        CHECK(many.lookup(keys, values, found).value() == 0);
    }
}

TEST_CASE("where programs can do what system calls may not, it is seen that programs do it") {
    std::array<std::uint32_t, 3> const keys{3, 1, 2};
    nothing_but_programs<map_kind::hash>(keys);
    nothing_but_programs<map_kind::lru_hash>(keys);
    nothing_but_programs<map_kind::array>(keys);
    nothing_but_programs<map_kind::lpm_trie>(
        std::array<route, 3>{route{8, {10, 0, 0, 0}}, route{32, {11, 0, 0, 1}}, route{16, {12, 1, 0, 0}}});
}

TEST_CASE("it outlives the view that it was made from, and moves") {
    auto many = [] {
        auto const map = map_u32::create({.max_entries = 10}).value();
        REQUIRE(map.update(5, 55));
        return make_vectored(map, 2).value();
    }();
    many.keys()[0] = 5;
    auto moved = std::move(many);
    moved.keys()[1] = 6;
    CHECK(moved.lookup(2).value() == 1);
    CHECK(moved.values()[0] == 55);
}

TEST_CASE("what programs may not do with the map is done by single calls, the rest inside the kernel") {
    auto const map = map_u32::create({.max_entries = 1000, .flags = map_flags::rdonly_prog}).value();
    same_as_single_calls(map, false);
    auto const many = make_vectored(map, 8).value();
    CHECK(many.refusal()->during == command::prog_load);
    std::array<std::uint32_t, 3> const keys{1, 2, 3};
    std::array<std::uint64_t, 3> const values{10, 20, 30};
    std::array<errc, 3> answers{};
    CHECK(many.update(keys, values, answers, element_flags::noexist).value() == 2); // 2 is there
    CHECK(answers == std::array{errc{}, errc::eexist, errc{}});
    CHECK(many.erase(keys, answers).value() == 3);
    CHECK(many.erase(keys, answers).value() == 0);
    CHECK(answers[0] == errc::enoent);
    same_as_single_calls(map_u32::create({.max_entries = 1000, .flags = map_flags::wronly_prog}).value(), false);
}

TEST_CASE("capacities that cannot be") {
    auto const map = map_u32::create({.max_entries = 10}).value();
    CHECK(make_vectored(map, 0).error() == error{errc::einval, command::map_create});
    CHECK(make_vectored(map, (1u << 23) + 1).error() == error{errc::e2big, command::map_create});
    auto const large = hash_map<std::uint32_t, sized<4096>>::create({.max_entries = 10}).value();
    CHECK(make_vectored(large, 1u << 20).error() == error{errc::e2big, command::map_create});
}

// Keys from 0 on stay, with their values; those after them come and go with values that follow from the key.
template <class Map>
void under_churn(Map const& map) {
    constexpr std::uint32_t stable = 500;
    constexpr std::uint32_t all = 1000;
    for (std::uint32_t i = 0; i != stable; ++i) REQUIRE(map.update(i, std::uint64_t{i} * 3));
    auto const many = make_vectored(map, all).value();
    REQUIRE(takes_programs(many));
    for (std::uint32_t i = 0; i != all; ++i) many.keys()[i] = i;
    std::atomic<bool> stop{false};
    std::atomic<int> changes{0};
    std::thread second{[&] {
        for (std::uint32_t i = stable; !stop; i = i + 1 == all ? stable : i + 1) {
            ++changes;
            (void)map.update(i, std::uint64_t{i} * 3);
            if (i % 3 != 0) (void)map.erase(i - i % 2);
        }
    }};
    int missed = 0;
    int wrong = 0;
    for (int pass = 0; pass < 500 || changes < 50'000; ++pass) {
        auto const there = many.lookup(all).value();
        CHECK(there >= stable);
        for (std::uint32_t i = 0; i != stable; ++i) {
            missed += many.found()[i] ? 0 : 1;
            wrong += many.values()[i] == std::uint64_t{i} * 3 ? 0 : 1;
            if (i % 50 == 0) wrong += map.lookup(i).value() == many.values()[i] ? 0 : 1;
        }
    }
    stop = true;
    second.join();
    CHECK(missed == 0);
    CHECK(wrong == 0);
}

TEST_CASE("under churn every key that stays is found with its value, as single lookups find it") {
    under_churn(map_u32::create({.max_entries = 2000}).value());
    under_churn(map_u32::create({.max_entries = 2000, .flags = map_flags::no_prealloc}).value());
    under_churn(lru_u32::create({.max_entries = 8000}).value());
}

template <class Many>
concept looks_up = requires(Many const& many) { many.lookup(1u); };
template <class Many>
concept updates = requires(Many const& many) { many.update(1u); };
template <class Many>
concept erases = requires(Many const& many) { many.erase(1u); };

using reader = vectored<hash_map<int, int, read_only>>;
using writer = vectored<hash_map<int, int, write_only>>;
static_assert(looks_up<reader> && !updates<reader> && !erases<reader>);
static_assert(!looks_up<writer> && updates<writer> && erases<writer>);
static_assert(updates<vectored<array_map<int>>> && !erases<vectored<array_map<int>>>);
static_assert(!updates<vectored<plain_view<map_kind::percpu_hash>>>);
static_assert(erases<vectored<plain_view<map_kind::percpu_hash>>>);

TEST_CASE("a view of one direction loads only the programs of that direction") {
    auto const reads = hash_map<std::uint32_t, std::uint64_t, read_only>::create({.max_entries = 10}).value();
    CHECK(make_vectored(reads, 4).value().lookup(4).value() == 0);
    auto const writes = hash_map<std::uint32_t, std::uint64_t, write_only>::create({.max_entries = 10}).value();
    CHECK(make_vectored(writes, 4).value().update(1).value() == 1);
}

} // namespace
