// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/insn/alu.hpp>

#include <doctest/doctest.h>

#include <cstdint>

#include "row.hpp"

namespace {

using namespace bpfxx::insn;
using tests::insn::row;

enum class action : std::uint32_t { pass = 2 };

// clang-format off: one row per line
constexpr row rows[] = {
    {add(r1, 0x12345678), {0x07, 1, 0, 0, 0x12345678}},
    {add(r1, r4), {0x0f, 1, 4, 0, 0}},
    {add(w1, 0x12345678), {0x04, 1, 0, 0, 0x12345678}},
    {add(w1, w4), {0x0c, 1, 4, 0, 0}},
    {sub(r2, 9), {0x17, 2, 0, 0, 9}},
    {sub(r2, r5), {0x1f, 2, 5, 0, 0}},
    {sub(w2, 9), {0x14, 2, 0, 0, 9}},
    {sub(w2, w5), {0x1c, 2, 5, 0, 0}},
    {mul(r3, 10), {0x27, 3, 0, 0, 10}},
    {mul(r3, r6), {0x2f, 3, 6, 0, 0}},
    {mul(w3, 10), {0x24, 3, 0, 0, 10}},
    {mul(w3, w6), {0x2c, 3, 6, 0, 0}},
    {div(r4, 11), {0x37, 4, 0, 0, 11}},
    {div(r4, r7), {0x3f, 4, 7, 0, 0}},
    {div(w4, 11), {0x34, 4, 0, 0, 11}},
    {div(w4, w7), {0x3c, 4, 7, 0, 0}},
    {mod(r5, 12), {0x97, 5, 0, 0, 12}},
    {mod(r5, r8), {0x9f, 5, 8, 0, 0}},
    {mod(w5, 12), {0x94, 5, 0, 0, 12}},
    {mod(w5, w8), {0x9c, 5, 8, 0, 0}},
    {or_(r6, 13), {0x47, 6, 0, 0, 13}},
    {or_(r6, r9), {0x4f, 6, 9, 0, 0}},
    {or_(w6, 13), {0x44, 6, 0, 0, 13}},
    {or_(w6, w9), {0x4c, 6, 9, 0, 0}},
    {and_(r7, 14), {0x57, 7, 0, 0, 14}},
    {and_(r7, r0), {0x5f, 7, 0, 0, 0}},
    {and_(w7, 14), {0x54, 7, 0, 0, 14}},
    {and_(w7, w0), {0x5c, 7, 0, 0, 0}},
    {xor_(r8, 15), {0xa7, 8, 0, 0, 15}},
    {xor_(r8, r1), {0xaf, 8, 1, 0, 0}},
    {xor_(w8, 15), {0xa4, 8, 0, 0, 15}},
    {xor_(w8, w1), {0xac, 8, 1, 0, 0}},
    {lsh(r9, 63), {0x67, 9, 0, 0, 63}},
    {lsh(r9, r2), {0x6f, 9, 2, 0, 0}},
    {lsh(w9, 31), {0x64, 9, 0, 0, 31}},
    {lsh(w9, w2), {0x6c, 9, 2, 0, 0}},
    {rsh(r0, 63), {0x77, 0, 0, 0, 63}},
    {rsh(r0, r3), {0x7f, 0, 3, 0, 0}},
    {rsh(w0, 31), {0x74, 0, 0, 0, 31}},
    {rsh(w0, w3), {0x7c, 0, 3, 0, 0}},
    {arsh(r1, 63), {0xc7, 1, 0, 0, 63}},
    {arsh(r1, r4), {0xcf, 1, 4, 0, 0}},
    {arsh(w1, 31), {0xc4, 1, 0, 0, 31}},
    {arsh(w1, w4), {0xcc, 1, 4, 0, 0}},
    {shl(r2, 0), {0x67, 2, 0, 0, 0}},
    {shl(r2, r5), {0x6f, 2, 5, 0, 0}},
    {shl(w2, 0), {0x64, 2, 0, 0, 0}},
    {shl(w2, w5), {0x6c, 2, 5, 0, 0}},
    {shr(r3, 0), {0x77, 3, 0, 0, 0}},
    {shr(r3, r6), {0x7f, 3, 6, 0, 0}},
    {shr(w3, 0), {0x74, 3, 0, 0, 0}},
    {shr(w3, w6), {0x7c, 3, 6, 0, 0}},
    {neg(r4), {0x87, 4, 0, 0, 0}},
    {neg(w4), {0x84, 4, 0, 0, 0}},
    // r10 may be read
    {add(r2, r10), {0x0f, 2, 10, 0, 0}},
    // signed division
    {sdiv(r4, -11), {0x37, 4, 0, 1, -11}},
    {sdiv(r4, r7), {0x3f, 4, 7, 1, 0}},
    {sdiv(w4, -11), {0x34, 4, 0, 1, -11}},
    {sdiv(w4, w7), {0x3c, 4, 7, 1, 0}},
    {smod(r5, 12), {0x97, 5, 0, 1, 12}},
    {smod(r5, r8), {0x9f, 5, 8, 1, 0}},
    {smod(w5, 12), {0x94, 5, 0, 1, 12}},
    {smod(w5, w8), {0x9c, 5, 8, 1, 0}},
    // constants: the ends of the range, enumerators, other integer types
    {add(r1, 0x7fffffff), {0x07, 1, 0, 0, 2147483647}},
    {add(w1, 0x7fffffff), {0x04, 1, 0, 0, 2147483647}},
    {add(w1, 0x80000000), {0x04, 1, 0, 0, -2147483648LL}},
    {add(w1, 0xffffffff), {0x04, 1, 0, 0, -1}},
    {add(w1, -2147483648LL), {0x04, 1, 0, 0, -2147483648LL}},
    {and_(w1, 0xffff0000), {0x54, 1, 0, 0, -65536}},
    {or_(r0, action::pass), {0x47, 0, 0, 0, 2}},
    {xor_(r0, true), {0xa7, 0, 0, 0, 1}},
    {add(r1, -2147483648LL), {0x07, 1, 0, 0, -2147483648LL}},
    {and_(r3, sizeof(std::uint64_t)), {0x57, 3, 0, 0, 8}},
    // shifts: the ends of the range
    {shl(r1, 63), {0x67, 1, 0, 0, 63}},
    {shr(w1, 31), {0x74, 1, 0, 0, 31}},
    {arsh(r1, 0), {0xc7, 1, 0, 0, 0}},
};
// clang-format on

static_assert(tests::insn::all_equal(rows));

TEST_CASE("arithmetic is encoded as the table says") { tests::insn::check(rows); }

template <class To, class From>
concept can_add = requires(To to, From from) { add(to, from); };
template <class To, class From>
concept can_divide_signed = requires(To to, From from) { sdiv(to, from); };
template <class To, class From>
concept can_shift = requires(To to, From from) { lsh(to, from); };

static_assert(can_add<reg64, reg64> && can_add<reg32, reg32> && can_add<reg64, int>);
static_assert(!can_add<reg64, reg32> && !can_add<reg32, reg64> && !can_add<reg64, double>);
static_assert(can_divide_signed<reg64, reg64> && !can_divide_signed<reg64, reg32>);
static_assert(can_shift<reg64, reg64> && !can_shift<reg64, reg32>);

} // namespace
