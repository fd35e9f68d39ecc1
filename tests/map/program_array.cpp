// program_array on the running kernel: tail calls happen, and what is stored is found.
#include <bpfxx/map/program_array.hpp>

#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/program/handle.hpp>
#include <bpfxx/program/test_run.hpp>

#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <thread>
#include <type_traits>
#include <utility>

namespace {

using namespace bpfxx;
using insn::r0, insn::r2, insn::r3;

using steps = program_array<program_kind::xdp>;

// Only a program of the map's type converts to what the map stores.
using stored = stored_value<steps::value_type>;
static_assert(std::is_convertible_v<xdp_program const&, stored> &&
              !std::is_constructible_v<stored, sched_cls_program&>);
static_assert(!std::is_constructible_v<stored, xdp_program> && !std::is_constructible_v<stored, int>);
static_assert(!std::is_constructible_v<stored, fd_ref<kind::program>>);

constexpr insn::map_slot<0> table{};

/// Jumps to the program under index 1; 1 where there is none.
constexpr auto jump = insn::assemble(insn::load_map(r2, table), insn::mov(r3, 1), insn::call(insn::helper::tail_call),
                                     insn::mov(r0, 1), insn::exit());
constexpr auto seven = insn::assemble(insn::mov(r0, 7), insn::exit());
constexpr auto eight = insn::assemble(insn::mov(r0, 8), insn::exit());

constexpr std::array<std::byte, 64> packet{};

std::uint32_t run(xdp_program const& program) { return test_run(program, {.data = packet}).value().retval; }

TEST_CASE("a program jumps where the array says, and goes on where it says nothing") {
    auto const map = steps::create({.name = "steps", .max_entries = 4}).value();
    auto const first = xdp_program::load({.insns = jump.with(map.fd()), .license = "GPL"}).value();
    auto const target = xdp_program::load({.insns = seven, .license = "GPL"}).value();
    auto const other = xdp_program::load({.insns = eight, .license = "GPL"}).value();
    CHECK(run(first) == 1);
    CHECK(map.update(1, target));
    CHECK(run(first) == 7);
    CHECK(**map.lookup(1) == *target.id());
    CHECK(map.update(1, other));
    CHECK(run(first) == 8);
    CHECK(*map.contains(1));
    CHECK(*map.erase(1));
    CHECK_FALSE(*map.erase(1));
    CHECK_FALSE(map.lookup(1)->has_value());
    CHECK(run(first) == 1);
}

TEST_CASE("a walk sees the slots that are set, in order") {
    auto const map = steps::create({.max_entries = 8}).value();
    auto const one = xdp_program::load({.insns = seven, .license = "GPL"}).value();
    auto const two = xdp_program::load({.insns = eight, .license = "GPL"}).value();
    CHECK(map.update(6, two));
    CHECK(map.update(2, one));
    std::array<std::pair<std::uint32_t, program_id>, 8> seen{};
    std::size_t count = 0;
    for (auto const& [index, id] : map.entries()) seen[count++] = {index, id};
    REQUIRE(count == 2);
    CHECK(seen[0] == std::pair{2u, *one.id()});
    CHECK(seen[1] == std::pair{6u, *two.id()});
}

TEST_CASE("the index beyond the end, and a program of another type by a way around the types") {
    auto const map = steps::create({.max_entries = 2}).value();
    auto const program = xdp_program::load({.insns = seven, .license = "GPL"}).value();
    CHECK(map.update(2, program).error() == error{errc::e2big, command::map_update_elem});
    CHECK(map.erase(2).error() == error{errc::e2big, command::map_delete_elem});
    CHECK_FALSE(map.lookup(2)->has_value());
    CHECK(map.update(0, program));
    auto const filter = sched_cls_program::load({.insns = seven, .license = "GPL"}).value();
    auto const refused = map.update(1, program_reference<program_kind::xdp>::unchecked(filter.fd()));
    CHECK(refused.error() == error{errc::einval, command::map_update_elem});
}

TEST_CASE("the kernel empties the array once user space has no descriptor and no path of it") {
    auto map = steps::create({.max_entries = 2});
    auto const first = xdp_program::load({.insns = jump.with(map->fd()), .license = "GPL"}).value();
    auto const target = xdp_program::load({.insns = seven, .license = "GPL"}).value();
    CHECK(map->update(1, target));
    auto const id = *map->id();
    {
        auto const second = steps::open(id).value();
        {
            auto const gone = std::move(*map);
        }
        CHECK(run(first) == 7); // one descriptor is enough
    }
    // A worker of the kernel's does it, a moment later.
    for (int i = 0; i != 200 && run(first) != 1; ++i) std::this_thread::sleep_for(std::chrono::milliseconds{10});
    CHECK(run(first) == 1);
    auto const again = steps::open(id).value(); // the program still holds the map
    CHECK_FALSE(again.lookup(1)->has_value());
}

} // namespace
