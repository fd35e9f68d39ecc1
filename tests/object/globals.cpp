// Global variables of an object that the compiler knows: set before it is loaded, live afterwards.
#include <bpfxx/object/object.hpp>

#include "made/data_sections.bpf.hpp"

#include <doctest/doctest.h>

#include <array>
#include <concepts>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

#include <unistd.h>

namespace {

using namespace bpfxx;

using app = object::object<data_sections_object>;
using loaded = app::loaded;

template <object::literal Name>
using type_of = decltype(std::declval<loaded const&>().template global<Name>());

static_assert(std::same_as<type_of<"set_before">, object::live<std::int32_t, true>>);
static_assert(std::same_as<type_of<"counters">, object::live<std::array<std::uint64_t, 4>, true>>);
static_assert(std::same_as<type_of<"read_only">, object::live<std::int32_t, false>>);
static_assert(std::same_as<type_of<"mode">, object::live<std::uint32_t, false>>);
static_assert(std::same_as<type_of<"name">, object::live<std::array<char, 8>, false>>);
static_assert(std::same_as<type_of<"custom_read_only">, object::live<std::int32_t, false>>);

template <class Live, class Value>
concept can_store = requires(Live const& live, Value const& value) { live.store(value); };
static_assert(can_store<type_of<"set_before">, int> && !can_store<type_of<"read_only">, int>);

struct pair {
    std::uint16_t low;
    std::int64_t high;
};

void call_once() { static_cast<void>(::getppid()); }

TEST_CASE("what was not set is what the source says") {
    auto const done = app::load();
    REQUIRE(done);
    loaded const& all = *done;
    CHECK(all.global<"set_before">() == 42);
    CHECK(all.global<"pair_of_data">().get<"low">() == 1);
    CHECK(all.global<"pair_of_data">().get<"high">() == -2);
    CHECK(all.global<"pair_of_data", pair>().load().high == -2);
    CHECK(all.global<"zeroed">() == 0);
    CHECK(all.global<"static_data">() == 5);
    CHECK(all.global<"read_only">() == 17);
    CHECK(all.global<"static_read_only">() == -3);
    CHECK(all.global<"mode">() == 7);
    CHECK(std::string_view{all.global<"name">().load().data()} == "bpfxx");
    CHECK(all.global<"table">()[2] == 30);
    CHECK(all.global<"table">().size() == 3);
    CHECK(all.global<"custom_data">() == 11);
    CHECK(all.global<"custom_zero">() == 0);
    CHECK(all.global<"custom_read_only">() == 12);
    CHECK(all.global<"own_cache_line">().get<"high">() == 4);
}

TEST_CASE("what was set before is there, and its neighbours are as they were") {
    auto opening = app::open();
    opening.set<"set_before">(100).set<"read_only">(2).set<"table">({7, 8, 9}).set<"zeroed">(-1).set<"counters">({5});
    opening.set<"pair_of_data">(pair{9, -9});
    opening.set<"static_read_only">(1000).set<"custom_read_only">(1);
    auto const done = opening.load();
    REQUIRE(done);
    loaded const& all = *done;
    CHECK(all.global<"set_before">() == 100);
    CHECK(all.global<"static_data">() == 5);
    CHECK(all.global<"pair_of_data">().get<"low">() == 9);
    CHECK(all.global<"pair_of_data">().get<"high">() == -9);
    CHECK(all.global<"read_only">() == 2);
    CHECK(all.global<"mode">() == 7);
    CHECK(all.global<"table">()[0] == 7);
    CHECK(all.global<"table">()[2] == 9);
    CHECK(all.global<"zeroed">() == -1);
    CHECK(all.global<"counters">()[0] == 5);
    CHECK(all.global<"counters">()[1] == 0);
    CHECK(all.global<"static_read_only">() == 1000);
    CHECK(all.global<"custom_read_only">() == 1);
    CHECK(all.global<"custom_data">() == 11);

    // The opening is used up by nothing: it makes another object.
    auto const second = opening.load();
    REQUIRE(second);
    CHECK(second->global<"set_before">() == 100);
}

TEST_CASE("variables are shared with the program while it runs") {
    auto done = app::open().set<"read_only">(1).load();
    REQUIRE(done);
    loaded all = *std::move(done);
    all.global<"set_before">() = 1000;
    all.global<"pair_of_data">().set<"high">(3);
    all.global<"counters">()[3] = 77;
    REQUIRE(all.attach_all());
    call_once();
    all.detach_all();
    CHECK(all.global<"zeroed">().load() >= 1000);
    CHECK(all.global<"static_data">().load() > 5);
    CHECK(all.global<"custom_zero">().load() > 0);
    // The value with which the verifier saw `read_only` counts: 1 & 3, and table[1] is added as the name begins with b.
    CHECK(all.global<"counters">()[1].load() >= 3 + 1 + 20);
    CHECK(all.global<"counters">()[3] == 77);
    auto const before = all.global<"zeroed">().load();
    call_once();
    CHECK(all.global<"zeroed">() == before);
}

} // namespace
