// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/insn/move.hpp>

#include <doctest/doctest.h>

#include <cstdint>

#include "row.hpp"

namespace {

using namespace bpfxx::insn;
using tests::insn::row;

enum class action : std::uint32_t { drop = 1, pass = 2 };

// clang-format off: one row per line
constexpr row rows[] = {
    {mov(r0, 0x12345678), {0xb7, 0, 0, 0, 0x12345678}},
    {mov(r0, r3), {0xbf, 0, 3, 0, 0}},
    {mov(w0, 0x12345678), {0xb4, 0, 0, 0, 0x12345678}},
    {mov(w0, w3), {0xbc, 0, 3, 0, 0}},
    {mov(r2, r10), {0xbf, 2, 10, 0, 0}},
    {mov(r1, 0x7fffffff), {0xb7, 1, 0, 0, 2147483647}},
    {mov(w1, -1), {0xb4, 1, 0, 0, -1}},
    {mov(r0, action::pass), {0xb7, 0, 0, 0, 2}},
    {mov(r0, true), {0xb7, 0, 0, 0, 1}},
    {mov(w1, 0xffffffff), {0xb4, 1, 0, 0, -1}},
    {mov(w1, 0x80000000u), {0xb4, 1, 0, 0, -2147483648LL}},
    {mov(w1, -2147483648LL), {0xb4, 1, 0, 0, -2147483648LL}},
    {mov(r1, -2147483648LL), {0xb7, 1, 0, 0, -2147483648LL}},
    // with their sign
    {mov<std::int8_t>(r1, r2), {0xbf, 1, 2, 8, 0}},
    {mov<std::int16_t>(r3, r4), {0xbf, 3, 4, 16, 0}},
    {mov<std::int32_t>(r5, r5), {0xbf, 5, 5, 32, 0}},
    {mov<std::int8_t>(w1, w2), {0xbc, 1, 2, 8, 0}},
    {mov<std::int16_t>(w3, w10), {0xbc, 3, 10, 16, 0}},
    {mov<short>(r3, r4), {0xbf, 3, 4, 16, 0}},
    // between arena and kernel
    {arena_to_kernel(r1, r2), {0xbf, 1, 2, 1, 1}},
    {kernel_to_arena(r3, r4), {0xbf, 3, 4, 1, 65536}},
    // 64-bit constants: first and second slot
    {load_imm64(r3, 0x1122334455667788).first, {0x18, 3, 0, 0, 0x55667788}},
    {load_imm64(r3, 0x1122334455667788).second, {0x00, 0, 0, 0, 0x11223344}},
    {load_imm64(r3, 0xfedcba9876543210u).second, {0x00, 0, 0, 0, -0x1234568}},
    {load_imm64(r9, 0x80000000u).first, {0x18, 9, 0, 0, -2147483648LL}},
    {load_imm64(r9, 0x80000000u).second, {0x00, 0, 0, 0, 0}},
    {load_imm64(r9, -1).first, {0x18, 9, 0, 0, -1}},
    {load_imm64(r9, -1).second, {0x00, 0, 0, 0, -1}},
    {load_imm64(r9, action::drop).first, {0x18, 9, 0, 0, 1}},
};
// clang-format on

static_assert(tests::insn::all_equal(rows));

TEST_CASE("moves are encoded as the table says") { tests::insn::check(rows); }

template <class To, class From>
concept can_move = requires(To to, From from) { mov(to, from); };
template <class T, class To, class From>
concept can_extend = requires(To to, From from) { mov<T>(to, from); };
template <class To>
concept can_load_imm64 = requires(To to) { load_imm64(to, 1); };
template <class To, class From>
concept can_cast = requires(To to, From from) { arena_to_kernel(to, from); } ||
                   requires(To to, From from) { kernel_to_arena(to, from); };

static_assert(can_move<reg64, reg64> && can_move<reg32, reg32> && can_move<reg64, int>);
static_assert(!can_move<reg64, reg32> && !can_move<reg32, reg64> && !can_move<reg64, double>);
static_assert(can_extend<std::int32_t, reg64, reg64> && !can_extend<std::int32_t, reg32, reg32>);
static_assert(can_extend<std::int16_t, reg32, reg32> && !can_extend<std::int16_t, reg32, reg64>);
static_assert(!can_extend<std::int64_t, reg64, reg64> && !can_extend<std::int8_t, reg64, reg32>);
static_assert(!can_extend<std::uint8_t, reg64, reg64> && !can_extend<bool, reg64, reg64>);
static_assert(!can_extend<char, reg64, reg64> && !can_extend<wchar_t, reg64, reg64>);
static_assert(!can_extend<float, reg64, reg64> && !can_extend<std::int8_t, reg64, int>);
static_assert(can_load_imm64<reg64> && !can_load_imm64<reg32>);
static_assert(can_cast<reg64, reg64> && !can_cast<reg64, reg32> && !can_cast<reg32, reg64>);

} // namespace
