// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/insn/packet.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>

#include "row.hpp"

namespace {

using namespace bpfxx::insn;
using tests::insn::row;

constexpr row rows[] = {
    {load_packet<std::uint8_t>(23), {0x30, 0, 0, 0, 23}},
    {load_packet<std::uint16_t>(12), {0x28, 0, 0, 0, 12}},
    {load_packet<std::uint32_t>(-0x100000), {0x20, 0, 0, 0, -0x100000}},
    {load_packet<std::uint8_t>(r7, 0), {0x50, 0, 7, 0, 0}},
    {load_packet<std::uint16_t>(r1, -2), {0x48, 0, 1, 0, -2}},
    {load_packet<std::uint32_t>(r0, std::size_t{0x7fffffff}), {0x40, 0, 0, 0, 0x7fffffff}},
};

static_assert(tests::insn::all_equal(rows));

TEST_CASE("loads from packets are encoded as the table says") { tests::insn::check(rows); }

template <class T, class... Where>
concept loadable = requires(Where... where) { load_packet<T>(where...); };

static_assert(loadable<std::uint8_t, int> && loadable<std::uint32_t, reg64, int>);
static_assert(!loadable<std::uint64_t, int> && !loadable<std::uint64_t, reg64, int>);
static_assert(!loadable<std::int8_t, int> && !loadable<std::int8_t, reg64, int>);
static_assert(!loadable<std::uint8_t, reg64> && !loadable<std::uint8_t, reg32, int>);
static_assert(!loadable<std::uint8_t, reg64, reg64>);

} // namespace
