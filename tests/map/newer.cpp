// Types of map that only newer kernels have: what they do where they are, and how older kernels refuse them.
#include <bpfxx/map/insn_array.hpp>
#include <bpfxx/map/rhash.hpp>

#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/program/handle.hpp>

#include "kernel/support/skip.hpp"

#include <doctest/doctest.h>

#include <cstdint>

namespace {

using namespace bpfxx;

using places = insn_array<>;
using table = rhash_map<std::uint32_t, std::uint64_t>;

template <class Map>
struct has {
    using key = typename Map::key_type;
    using value = typename Map::value_type;
    static constexpr bool update = requires(Map const& map) { map.update(key{}, value{}); };
    static constexpr bool insert = requires(Map const& map) { map.insert(key{}, value{}); };
    static constexpr bool erase = requires(Map const& map) { map.erase(key{}); };
    static constexpr bool take = requires(Map const& map) { map.take(key{}); };
    static constexpr bool take_all = requires(Map const& map) { map.take_all([](key const&, value const&) {}); };
};
static_assert(has<places>::update && !has<places>::insert && !has<places>::erase && !has<places>::take);
static_assert(has<table>::update && has<table>::insert && has<table>::erase && has<table>::take &&
              has<table>::take_all);
static_assert(places::guarantee == walk_guarantee::each_index_once);
static_assert(table::guarantee == walk_guarantee::best_effort);
static_assert(sizeof(insn_array_entry) == 16 && insn_array_entry{1, 0xffff'ffff, 0, 0}.is_removed());

auto const unknown = error{errc::einval, command::map_create};

TEST_CASE("places in a program are found again after it is loaded") {
    auto const made = places::create({.name = "places", .max_entries = 2});
    if (!made) {
        CHECK(made.error() == unknown);
        return support::skip("this kernel has no insn_array (before Linux 6.19)");
    }
    CHECK(made->update(0, {.original_offset = 0}));
    CHECK(made->update(1, {.original_offset = 1}));
    CHECK(made->update(2, {}).error() == error{errc::e2big, command::map_update_elem});
    CHECK(made->update(1, {.original_offset = 1, .translated_offset = 1}).error() ==
          error{errc::einval, command::map_update_elem});
    CHECK(made->freeze());
    constexpr auto code = assemble(insn::mov(insn::r0, 0), insn::exit());
    std::int32_t const descriptors[]{made->fd().raw()};
    auto const program =
        syscall_program::load({.insns = code, .license = "GPL", .fd_array = descriptors, .bind_fd_array = true});
    REQUIRE(program);
    CHECK((*made->lookup(1))->original_offset == 1);
    CHECK((*made->lookup(1))->translated_offset == 1);
    std::uint32_t seen = 0;
    for (auto const& [index, place] : made->entries()) seen += place.original_offset == index ? 1 : 0;
    CHECK(seen == 2);
}

TEST_CASE("a resizable hash table is a hash table") {
    auto const made = table::create({.name = "table", .max_entries = 1000, .expected_entries = 10});
    if (!made) {
        CHECK(made.error() == unknown);
        return support::skip("this kernel has no rhash (before Linux 7.1)");
    }
    for (std::uint32_t i = 0; i != 1000; ++i) CHECK(*made->insert(i, i));
    CHECK(made->insert(1000, 1).error() == error{errc::e2big, command::map_update_elem});
    CHECK_FALSE(*made->insert(7, 1));
    CHECK(**made->take(7) == 7);
    CHECK_FALSE(*made->erase(7));
    std::uint64_t seen = 0;
    for (auto const& [key, value] : made->entries()) seen += key == value ? 1 : 0;
    CHECK(seen == 999);
    std::uint64_t taken = 0;
    CHECK(made->take_all([&](std::uint32_t, std::uint64_t) { ++taken; }));
    CHECK(taken == 999);
}

} // namespace
