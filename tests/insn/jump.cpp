// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/insn/jump.hpp>

#include <doctest/doctest.h>

#include <concepts>
#include <string_view>

#include "row.hpp"

namespace {

using namespace bpfxx::insn;
using tests::insn::row;

// clang-format off: one row per line
constexpr row rows[] = {
    {jump_if(r0 == 100, "there").jump, {0x15, 0, 0, 0, 100}},
    {jump_if(r0 == r4, "there").jump, {0x1d, 0, 4, 0, 0}},
    {jump_if(w0 == 100, "there").jump, {0x16, 0, 0, 0, 100}},
    {jump_if(w0 == w4, "there").jump, {0x1e, 0, 4, 0, 0}},
    {jump_if(r1 != -2, "there").jump, {0x55, 1, 0, 0, -2}},
    {jump_if(r1 != r5, "there").jump, {0x5d, 1, 5, 0, 0}},
    {jump_if(w1 != -2, "there").jump, {0x56, 1, 0, 0, -2}},
    {jump_if(w1 != w5, "there").jump, {0x5e, 1, 5, 0, 0}},
    {jump_if(r2 > 102, "there").jump, {0x25, 2, 0, 0, 102}},
    {jump_if(r2 > r6, "there").jump, {0x2d, 2, 6, 0, 0}},
    {jump_if(w2 > 102, "there").jump, {0x26, 2, 0, 0, 102}},
    {jump_if(w2 > w6, "there").jump, {0x2e, 2, 6, 0, 0}},
    {jump_if(r3 >= -4, "there").jump, {0x35, 3, 0, 0, -4}},
    {jump_if(r3 >= r7, "there").jump, {0x3d, 3, 7, 0, 0}},
    {jump_if(w3 >= -4, "there").jump, {0x36, 3, 0, 0, -4}},
    {jump_if(w3 >= w7, "there").jump, {0x3e, 3, 7, 0, 0}},
    {jump_if(r4 < 104, "there").jump, {0xa5, 4, 0, 0, 104}},
    {jump_if(r4 < r8, "there").jump, {0xad, 4, 8, 0, 0}},
    {jump_if(w4 < 104, "there").jump, {0xa6, 4, 0, 0, 104}},
    {jump_if(w4 < w8, "there").jump, {0xae, 4, 8, 0, 0}},
    {jump_if(r5 <= -6, "there").jump, {0xb5, 5, 0, 0, -6}},
    {jump_if(r5 <= r9, "there").jump, {0xbd, 5, 9, 0, 0}},
    {jump_if(w5 <= -6, "there").jump, {0xb6, 5, 0, 0, -6}},
    {jump_if(w5 <= w9, "there").jump, {0xbe, 5, 9, 0, 0}},
    {jump_if(sgt(r6, 106), "there").jump, {0x65, 6, 0, 0, 106}},
    {jump_if(sgt(r6, r10), "there").jump, {0x6d, 6, 10, 0, 0}},
    {jump_if(sgt(w6, 106), "there").jump, {0x66, 6, 0, 0, 106}},
    {jump_if(sgt(w6, w10), "there").jump, {0x6e, 6, 10, 0, 0}},
    {jump_if(sge(r7, -8), "there").jump, {0x75, 7, 0, 0, -8}},
    {jump_if(sge(r7, r0), "there").jump, {0x7d, 7, 0, 0, 0}},
    {jump_if(sge(w7, -8), "there").jump, {0x76, 7, 0, 0, -8}},
    {jump_if(sge(w7, w0), "there").jump, {0x7e, 7, 0, 0, 0}},
    {jump_if(slt(r8, 108), "there").jump, {0xc5, 8, 0, 0, 108}},
    {jump_if(slt(r8, r1), "there").jump, {0xcd, 8, 1, 0, 0}},
    {jump_if(slt(w8, 108), "there").jump, {0xc6, 8, 0, 0, 108}},
    {jump_if(slt(w8, w1), "there").jump, {0xce, 8, 1, 0, 0}},
    {jump_if(sle(r9, -10), "there").jump, {0xd5, 9, 0, 0, -10}},
    {jump_if(sle(r9, r2), "there").jump, {0xdd, 9, 2, 0, 0}},
    {jump_if(sle(w9, -10), "there").jump, {0xd6, 9, 0, 0, -10}},
    {jump_if(sle(w9, w2), "there").jump, {0xde, 9, 2, 0, 0}},
    {jump_if(any_bits(r0, 110), "there").jump, {0x45, 0, 0, 0, 110}},
    {jump_if(any_bits(r0, r3), "there").jump, {0x4d, 0, 3, 0, 0}},
    {jump_if(any_bits(w0, 110), "there").jump, {0x46, 0, 0, 0, 110}},
    {jump_if(any_bits(w0, w3), "there").jump, {0x4e, 0, 3, 0, 0}},
    // the frame pointer may be compared
    {jump_if(r10 > r1, "there").jump, {0x2d, 10, 1, 0, 0}},
    {jump("there").jump, {0x05, 0, 0, 0, 0}},
    {gotol("there").jump, {0x06, 0, 0, 0, 0}},
    {may_goto("there").jump, {0xe5, 0, 0, 0, 0}},
    // 32 bits may be written as unsigned where 32 bits are compared
    {jump_if(w1 == 0xffffffff, "there").jump, {0x16, 1, 0, 0, -1}},
    {jump_if(w1 != 0x80000000, "there").jump, {0x56, 1, 0, 0, -2147483648LL}},
};
// clang-format on

static_assert(tests::insn::all_equal(rows));

TEST_CASE("jumps are encoded as the table says, their distance left open") { tests::insn::check(rows); }

TEST_CASE("jumps remember where they go") {
    CHECK(jump("there").target == "there");
    CHECK(jump_if(r0 == 0, "elsewhere").target == "elsewhere");
    CHECK(gotol("far").target == "far");
    CHECK(may_goto("out").target == "out");
    constexpr std::string_view name = "named";
    CHECK(jump(name).target == "named");
}

// A comparison of registers is no answer by itself, and widths never mix.
static_assert(std::same_as<decltype(r0 == r1), condition> && !std::convertible_to<condition, bool>);

template <class Left, class Right>
concept comparable =
    requires(Left left, Right right) { left == right; } || requires(Left left, Right right) { left != right; } ||
    requires(Left left, Right right) { left > right; } || requires(Left left, Right right) { left >= right; } ||
    requires(Left left, Right right) { left < right; } || requires(Left left, Right right) { left <= right; } ||
    requires(Left left, Right right) { sgt(left, right); } || requires(Left left, Right right) { sge(left, right); } ||
    requires(Left left, Right right) { slt(left, right); } || requires(Left left, Right right) { sle(left, right); } ||
    requires(Left left, Right right) { any_bits(left, right); };
static_assert(comparable<reg64, reg64> && comparable<reg32, int>);
static_assert(!comparable<reg64, reg32> && !comparable<reg32, reg64> && !comparable<reg64, double>);

template <class Condition>
concept jumpable = requires(Condition when) { jump_if(when, "there"); };
static_assert(jumpable<condition> && !jumpable<reg64> && !jumpable<bool>);

} // namespace
