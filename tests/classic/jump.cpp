// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/classic/jump.hpp>

#include <doctest/doctest.h>

#include <concepts>
#include <optional>
#include <string_view>

#include "support/row.hpp"

namespace {

using namespace bpfxx::classic;
using tests::classic::row;

// clang-format off: one row per line
constexpr row rows[] = {
    {(a == 1).test, 0x15, 1},
    {(a == x).test, 0x1d, 0},
    {(a != 1).test, 0x15, 1},
    {(a != x).test, 0x1d, 0},
    {(a > 2).test, 0x25, 2},
    {(a > x).test, 0x2d, 0},
    {(a >= 3).test, 0x35, 3},
    {(a >= x).test, 0x3d, 0},
    {(a < -1).test, 0x35, 0xffff'ffff},
    {(a < x).test, 0x3d, 0},
    {(a <= 5).test, 0x25, 5},
    {(a <= x).test, 0x2d, 0},
    {any_bits(a, 6).test, 0x45, 6},
    {any_bits(a, x).test, 0x4d, 0},
    {no_bits(a, 6).test, 0x45, 6},
    {no_bits(a, x).test, 0x4d, 0},
    {ret(0), 0x06, 0},
    {ret(whole_packet), 0x06, 0xffff'ffff},
    {ret(drop), 0x06, 0},
    {ret(-1), 0x06, 0xffff'ffff},
    {ret(a), 0x16, 0},
};
// clang-format on

static_assert(tests::classic::all_equal(rows));

TEST_CASE("comparisons and results are encoded as the manual says") { tests::classic::check(rows); }

TEST_CASE("only comparisons without an opcode of their own are negated") {
    CHECK_FALSE((a == 1).negated);
    CHECK_FALSE((a == x).negated);
    CHECK_FALSE((a > 1).negated);
    CHECK_FALSE((a >= 1).negated);
    CHECK_FALSE(any_bits(a, 1).negated);
    CHECK((a != 1).negated);
    CHECK((a != x).negated);
    CHECK((a < 1).negated);
    CHECK((a <= 1).negated);
    CHECK(no_bits(a, 1).negated);
}

TEST_CASE("jumps remember where they go, and negated ones the other way round") {
    using name = std::optional<std::string_view>;
    CHECK(jump("there").target == "there");
    CHECK(label("here").name == "here");
    auto const straight = jump_if(a == 1, "yes", "no");
    CHECK(straight.if_true == name{"yes"});
    CHECK(straight.if_false == name{"no"});
    CHECK(straight.test == instruction{0x15, 0, 0, 1});
    auto const negated = jump_if(a != 1, "yes", "no");
    CHECK(negated.if_true == name{"no"});
    CHECK(negated.if_false == name{"yes"});
    CHECK(negated.test == instruction{0x15, 0, 0, 1});
    CHECK(jump_if(a > 1, "yes").if_true == name{"yes"});
    CHECK(jump_if(a > 1, "yes").if_false == std::nullopt);
    CHECK(jump_if(a <= 1, "yes").if_true == std::nullopt);
    CHECK(jump_if(a <= 1, "yes").if_false == name{"yes"});
}

static_assert(std::same_as<decltype(a == x), condition> && !std::convertible_to<condition, bool>);

template <class Left, class Right>
concept comparable =
    requires(Left left, Right right) { left == right; } || requires(Left left, Right right) { left != right; } ||
    requires(Left left, Right right) { left > right; } || requires(Left left, Right right) { left >= right; } ||
    requires(Left left, Right right) { left < right; } || requires(Left left, Right right) { left <= right; } ||
    requires(Left left, Right right) { any_bits(left, right); } ||
    requires(Left left, Right right) { no_bits(left, right); };
static_assert(comparable<accumulator, int> && comparable<accumulator, index_register>);
static_assert(!comparable<index_register, int> && !comparable<index_register, accumulator>);
static_assert(!comparable<accumulator, accumulator> && !comparable<accumulator, double>);

template <class Condition>
concept jumpable = requires(Condition when) { jump_if(when, "there"); };
static_assert(jumpable<condition> && !jumpable<accumulator> && !jumpable<bool>);

template <class What>
concept returnable = requires(What what) { ret(what); };
static_assert(returnable<accumulator> && returnable<int> && !returnable<index_register>);

} // namespace
