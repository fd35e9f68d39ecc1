// hash_map on the running kernel.
#include <bpfxx/map/hash.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstring>
#include <string_view>
#include <vector>

namespace {

using namespace bpfxx;

struct flow {
    std::uint32_t saddr, daddr;
    std::uint16_t sport, dport;
    std::uint32_t proto;
};
struct stats {
    std::uint64_t packets, bytes;
    friend bool operator==(stats const&, stats const&) = default;
};
using flow_map = hash_map<flow, stats>;

TEST_CASE("one element: stored, found, replaced, taken, erased") {
    auto const flows = flow_map::create({.name = "flows", .max_entries = 16}).value();
    flow const key{1, 2, 3, 4, 5};
    CHECK_FALSE(flows.lookup(key)->has_value());
    CHECK_FALSE(*flows.contains(key));
    CHECK_FALSE(*flows.replace(key, {9, 9}));
    CHECK(*flows.insert(key, {1, 64}));
    CHECK_FALSE(*flows.insert(key, {2, 64}));
    CHECK(**flows.lookup(key) == stats{1, 64});
    CHECK(flows.update(key, {3, 128}));
    CHECK(*flows.replace(key, {4, 256}));
    stats found{};
    CHECK(*flows.lookup(key, found));
    CHECK(found == stats{4, 256});
    CHECK(*flows.contains(key));
    CHECK(**flows.take(key) == stats{4, 256});
    CHECK_FALSE(flows.take(key)->has_value());
    CHECK_FALSE(*flows.erase(key));
    CHECK(flows.update(key, {5, 5}));
    CHECK(*flows.erase(key));
    CHECK_FALSE(*flows.contains(key));
    stats untouched{7, 7};
    CHECK_FALSE(*flows.lookup(key, untouched));
    CHECK(untouched == stats{7, 7});
}

TEST_CASE("a full map says E2BIG, and to insert what is there is no failure") {
    auto const map = hash_map<std::uint32_t, std::uint32_t>::create({.max_entries = 2}).value();
    CHECK(map.update(1, 1));
    CHECK(map.update(2, 2));
    CHECK(map.update(3, 3).error() == error{errc::e2big, command::map_update_elem});
    CHECK(map.insert(3, 3).error() == error{errc::e2big, command::map_update_elem});
    CHECK_FALSE(*map.insert(2, 3));
    CHECK(map.update(2, 4));
    CHECK(**map.lookup(2) == 4);
}

TEST_CASE("a frozen map is read and no longer written") {
    auto const map = hash_map<std::uint32_t, std::uint32_t>::create({.max_entries = 2}).value();
    CHECK(map.update(1, 1));
    CHECK(map.freeze());
    CHECK(**map.lookup(1) == 1);
    std::array<std::uint32_t, 1> const one{1};
    std::uint32_t done = 7;
    CHECK(map.update(1, 2).error() == error{errc::eperm, command::map_update_elem});
    CHECK(map.erase(1).error() == error{errc::eperm, command::map_delete_elem});
    CHECK(map.take(1).error() == error{errc::eperm, command::map_lookup_and_delete_elem});
    CHECK(map.update_batch(one, one, done).error() == error{errc::eperm, command::map_update_batch});
    CHECK(done == 0);
    auto const again = map.freeze();
    CHECK_FALSE(again);
    CHECK((again.error().code == errc::eperm || again.error().code == errc::ebusy));
}

TEST_CASE("info says what create was asked") {
    auto const map =
        hash_map<flow, stats>::create({.name = "my_flows", .max_entries = 100, .flags = map_flags::no_prealloc})
            .value();
    auto const info = map.info().value();
    CHECK(info->type == map_type::hash);
    CHECK(info->key_size == sizeof(flow));
    CHECK(info->value_size == sizeof(stats));
    CHECK(info->max_entries == 100);
    CHECK(has(info->map_flags, map_flags::no_prealloc));
    CHECK(std::string_view{info->name} == "my_flows");
    CHECK(info.knows(&sys::info::map::map_extra));
    CHECK(info.length() >= 80);
}

TEST_CASE("a refused creation says why") {
    using map = hash_map<std::uint32_t, std::uint32_t>;
    CHECK(map::create({.max_entries = 0}).error() == error{errc::einval, command::map_create});
    CHECK(map::create({.max_entries = 1, .numa_node = 4096}).error() == error{errc::einval, command::map_create});
    CHECK_FALSE(map::create({.max_entries = 0xffff'ffff}));
}

TEST_CASE("a duplicate is the same map and lives on its own") {
    auto first = hash_map<std::uint32_t, std::uint32_t>::create({.max_entries = 4});
    auto const second = first->duplicate().value();
    CHECK(second.fd() != first->fd());
    CHECK(second.max_entries() == 4);
    CHECK(first->update(1, 5));
    {
        auto const gone = std::move(*first).release();
    }
    CHECK(**second.lookup(1) == 5);
}

TEST_CASE("batches of one call each: stored, read, erased, taken") {
    auto const map = hash_map<std::uint32_t, std::uint64_t>::create({.max_entries = 1000}).value();
    std::vector<std::uint32_t> keys(600);
    std::vector<std::uint64_t> values(600);
    for (std::uint32_t i = 0; i != 600; ++i) {
        keys[i] = i * 3;
        values[i] = i;
    }
    std::uint32_t done = 0;
    CHECK(map.update_batch(keys, values, done));
    CHECK(done == 600);

    std::vector<std::uint32_t> read_keys(1000);
    std::vector<std::uint64_t> read_values(1000);
    batch_cursor<std::uint32_t> cursor;
    auto step = map.lookup_batch(cursor, read_keys, read_values).value();
    CHECK(step.last);
    CHECK(step.count == 600);

    CHECK(*map.erase_batch(std::span{keys}.first(100), done));
    CHECK(done == 100);
    CHECK_FALSE(*map.erase_batch(std::span{keys}.subspan(98, 10), done)); // 98 and 99 are gone
    CHECK(done == 0);
    std::array<std::uint32_t, 3> const two_there{keys[100], keys[101], 1};
    CHECK_FALSE(*map.erase_batch(two_there, done));
    CHECK(done == 2);

    batch_cursor<std::uint32_t> taking;
    step = map.take_batch(taking, read_keys, read_values).value();
    CHECK(step.last);
    CHECK(step.count == 498);
    CHECK_FALSE(*map.contains(keys[300]));
    batch_cursor<std::uint32_t> nothing;
    step = map.lookup_batch(nothing, read_keys, read_values).value();
    CHECK(step.last);
    CHECK(step.count == 0);

    auto const small = hash_map<std::uint32_t, std::uint64_t>::create({.max_entries = 10}).value();
    CHECK(small.update_batch(keys, values, done).error() == error{errc::e2big, command::map_update_batch});
    CHECK(done == 10);
}

TEST_CASE("keys of one byte and of a hundred") {
    auto const bytes = hash_map<std::uint8_t, std::uint8_t>::create({.max_entries = 256}).value();
    for (unsigned i = 0; i != 256; ++i)
        CHECK(bytes.update(static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(255 - i)));
    unsigned sum = 0;
    CHECK(bytes.for_each([&](std::uint8_t key, std::uint8_t value) { sum += key + value; }));
    CHECK(sum == 255 * 256);

    struct wide {
        std::array<std::uint8_t, 100> bytes;
    };
    auto const wides = hash_map<wide, std::uint8_t>::create({.max_entries = 16}).value();
    wide key{};
    for (std::uint8_t i = 0; i != 16; ++i) {
        key.bytes[99] = i;
        CHECK(wides.update(key, i));
    }
    unsigned found = 0;
    for (auto const& [k, v] : wides.entries()) found += k.bytes[99] == v ? 1 : 0;
    CHECK(found == 16);
}

} // namespace
