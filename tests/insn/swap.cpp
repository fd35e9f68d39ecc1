// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/insn/swap.hpp>

#include <doctest/doctest.h>

#include <cstdint>

#include "row.hpp"

namespace {

using namespace bpfxx::insn;
using tests::insn::row;

constexpr row rows[] = {
    {to_le<std::uint16_t>(r1), {0xd4, 1, 0, 0, 16}}, {to_le<std::uint32_t>(r2), {0xd4, 2, 0, 0, 32}},
    {to_le<std::uint64_t>(r3), {0xd4, 3, 0, 0, 64}}, {to_be<std::uint16_t>(r4), {0xdc, 4, 0, 0, 16}},
    {to_be<std::uint32_t>(r5), {0xdc, 5, 0, 0, 32}}, {to_be<std::uint64_t>(r6), {0xdc, 6, 0, 0, 64}},
    {bswap<std::uint16_t>(r7), {0xd7, 7, 0, 0, 16}}, {bswap<std::uint32_t>(r8), {0xd7, 8, 0, 0, 32}},
    {bswap<std::uint64_t>(r9), {0xd7, 9, 0, 0, 64}},
};

static_assert(tests::insn::all_equal(rows));

TEST_CASE("changes of byte order are encoded as the table says") { tests::insn::check(rows); }

template <class T, class Reg>
concept to_big = requires(Reg value) { to_be<T>(value); };
template <class T, class Reg>
concept to_little = requires(Reg value) { to_le<T>(value); };
template <class T, class Reg>
concept turned = requires(Reg value) { bswap<T>(value); };

template <class T, class Reg>
inline constexpr bool all = to_big<T, Reg> && to_little<T, Reg> && turned<T, Reg>;
template <class T, class Reg>
inline constexpr bool none = !to_big<T, Reg> && !to_little<T, Reg> && !turned<T, Reg>;

static_assert(all<std::uint16_t, reg64> && all<std::uint32_t, reg64> && all<std::uint64_t, reg64>);
static_assert(none<std::uint16_t, reg32> && none<std::uint32_t, reg32> && none<std::uint64_t, reg32>);
static_assert(none<std::uint8_t, reg64> && none<std::int16_t, reg64> && none<float, reg64>);

} // namespace
