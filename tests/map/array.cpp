// array_map on the running kernel.
#include <bpfxx/map/array.hpp>

#include <doctest/doctest.h>

#include <array>
#include <numeric>
#include <vector>

namespace {

using namespace bpfxx;

TEST_CASE("elements exist from the start and up to the end") {
    auto const map = array_map<std::uint64_t>::create({.name = "counts", .max_entries = 10}).value();
    CHECK(**map.lookup(0) == 0);
    CHECK(**map.lookup(9) == 0);
    CHECK_FALSE(map.lookup(10)->has_value());
    CHECK(*map.contains(9));
    CHECK_FALSE(*map.contains(10));
    CHECK(map.update(9, 5));
    CHECK(**map.lookup(9) == 5);
    CHECK(map.update(10, 5).error() == error{errc::e2big, command::map_update_elem});
}

TEST_CASE("a walk sees every index once, in order") {
    auto const map = array_map<std::uint32_t>::create({.max_entries = 10'000}).value();
    std::vector<std::uint32_t> keys(10'000);
    std::vector<std::uint32_t> values(10'000);
    std::iota(keys.begin(), keys.end(), 0u);
    std::iota(values.begin(), values.end(), 7u);
    std::uint32_t done = 0;
    CHECK(map.update_batch(keys, values, done));
    CHECK(done == 10'000);
    std::uint32_t next = 0;
    bool in_order = true;
    for (auto const& [index, value] : map.entries()) in_order = in_order && index == next++ && value == index + 7;
    CHECK(in_order);
    CHECK(next == 10'000);

    // The same through the smallest buffer there is.
    std::array<std::uint32_t, 1> one_key{};
    std::array<std::uint32_t, 1> one_value{};
    next = 0;
    CHECK(map.for_each(one_key, one_value, [&](std::uint32_t index, std::uint32_t) {
        in_order = in_order && index == next++;
        return next != 100;
    }));
    CHECK(in_order);
    CHECK(next == 100);
}

TEST_CASE("values that fill no multiple of eight bytes keep their neighbours") {
    struct odd {
        std::array<std::uint8_t, 13> bytes;
    };
    auto const map = array_map<odd>::create({.max_entries = 5}).value();
    for (std::uint8_t i = 0; i != 5; ++i) {
        odd value{};
        value.bytes.fill(i);
        CHECK(map.update(i, value));
    }
    for (auto const& [index, value] : map.entries()) {
        CHECK(value.bytes[0] == index);
        CHECK(value.bytes[12] == index);
    }
}

} // namespace
