// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/classic/alu.hpp>

#include <doctest/doctest.h>

#include "support/row.hpp"

namespace {

using namespace bpfxx::classic;
using tests::classic::row;

// clang-format off: one row per line
constexpr row rows[] = {
    {add(a, 1), 0x04, 1},
    {add(a, x), 0x0c, 0},
    {add(a, -1), 0x04, 0xffff'ffff},
    {sub(a, 2), 0x14, 2},
    {sub(a, x), 0x1c, 0},
    {mul(a, 3), 0x24, 3},
    {mul(a, x), 0x2c, 0},
    {div(a, 4), 0x34, 4},
    {div(a, x), 0x3c, 0},
    {or_(a, 5), 0x44, 5},
    {or_(a, x), 0x4c, 0},
    {and_(a, 0xffff'ffff), 0x54, 0xffff'ffff},
    {and_(a, x), 0x5c, 0},
    {lsh(a, 31), 0x64, 31},
    {lsh(a, 0), 0x64, 0},
    {lsh(a, x), 0x6c, 0},
    {rsh(a, 31), 0x74, 31},
    {rsh(a, x), 0x7c, 0},
    {neg(a), 0x84, 0},
    {mod(a, 9), 0x94, 9},
    {mod(a, x), 0x9c, 0},
    {xor_(a, 10), 0xa4, 10},
    {xor_(a, x), 0xac, 0},
};
// clang-format on

static_assert(tests::classic::all_equal(rows));

TEST_CASE("arithmetic is encoded as the manual says") { tests::classic::check(rows); }

template <class Left, class Right>
concept calculable = requires(Left left, Right right) { add(left, right); };
static_assert(calculable<accumulator, index_register> && calculable<accumulator, int>);
static_assert(!calculable<index_register, int> && !calculable<accumulator, accumulator>);
static_assert(!calculable<index_register, accumulator> && !calculable<accumulator, double>);

} // namespace
