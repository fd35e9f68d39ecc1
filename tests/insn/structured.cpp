// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/insn/structured.hpp>

#include <bpfxx/insn/assemble.hpp>

#include <doctest/doctest.h>

#include <array>
#include <concepts>
#include <cstddef>
#include <utility>
#include <vector>

#include "row.hpp"

namespace {

using namespace bpfxx::insn;
using tests::insn::row;

// clang-format off: one row per line
constexpr row rows[] = {
    // if_ jumps where the condition does not hold
    {if_(r0 == 7).jump, {0x55, 0, 0, 0, 7}},
    {if_(r0 != r4).jump, {0x1d, 0, 4, 0, 0}},
    {if_(w1 > 7).jump, {0xb6, 1, 0, 0, 7}},
    {if_(r1 >= r5).jump, {0xad, 1, 5, 0, 0}},
    {if_(r2 < 7).jump, {0x35, 2, 0, 0, 7}},
    {if_(w2 <= w6).jump, {0x2e, 2, 6, 0, 0}},
    {if_(sgt(r3, -1)).jump, {0xd5, 3, 0, 0, -1}},
    {if_(sge(w3, w7)).jump, {0xce, 3, 7, 0, 0}},
    {if_(slt(r4, 0)).jump, {0x75, 4, 0, 0, 0}},
    {if_(sle(r4, r8)).jump, {0x6d, 4, 8, 0, 0}},
    {else_().jump, {0x05, 0, 0, 0, 0}},
    // the others as they say
    {again().jump, {0x05, 0, 0, 0, 0}},
    {again_if(r0 == 7).jump, {0x15, 0, 0, 0, 7}},
    {again_if(any_bits(w1, 4)).jump, {0x46, 1, 0, 0, 4}},
    {break_().jump, {0x05, 0, 0, 0, 0}},
    {break_if(r0 > r1).jump, {0x2d, 0, 1, 0, 0}},
    {break_if(any_bits(r0, r1)).jump, {0x4d, 0, 1, 0, 0}},
};
// clang-format on

static_assert(tests::insn::all_equal(rows));

TEST_CASE("statements of blocks are the jumps of the table, their distance left open") { tests::insn::check(rows); }

/// What holds of two numbers by the jump that `test` is, as the kernel decides it.
constexpr bool taken(instruction const& test, unsigned left, unsigned right) {
    auto const signed_left = static_cast<int>(left);
    auto const signed_right = static_cast<int>(right);
    switch (static_cast<jump_op>(test.code & 0xf0)) {
    case jump_op::jeq: return left == right;
    case jump_op::jne: return left != right;
    case jump_op::jgt: return left > right;
    case jump_op::jge: return left >= right;
    case jump_op::jlt: return left < right;
    case jump_op::jle: return left <= right;
    case jump_op::jsgt: return signed_left > signed_right;
    case jump_op::jsge: return signed_left >= signed_right;
    case jump_op::jslt: return signed_left < signed_right;
    case jump_op::jsle: return signed_left <= signed_right;
    default: return false;
    }
}

constexpr bool always_one_of_both() {
    condition const all[] = {r1 == r2, r1 != r2,    r1 > r2,     r1 >= r2,    r1 < r2,
                             r1 <= r2, sgt(r1, r2), sge(r1, r2), slt(r1, r2), sle(r1, r2)};
    unsigned const edges[] = {0, 1, 2, 0x7fffffff, 0x80000000, 0xffffffff};
    for (condition const& one : all)
        for (unsigned const left : edges)
            for (unsigned const right : edges)
                if (taken(one.test, left, right) == taken(if_(one).jump, left, right)) return false;
    return true;
}
static_assert(always_one_of_both());

using jumps = std::vector<std::pair<std::size_t, std::size_t>>;

/// Gives statements their slots as a listing does: `ordinary` is an instruction.
struct ordinary {};

template <class... Statement>
constexpr auto resolved(Statement const&... statements) {
    detail::block_stack<16, 16> blocks;
    std::size_t used = 0;
    auto const put = [&]<class T>(T const& one) {
        if constexpr (!std::same_as<T, ordinary>) {
            blocks.put(one, used);
            if (!std::derived_from<T, block_statement<block_part::end_if>> &&
                !std::derived_from<T, block_statement<block_part::loop>>)
                ++used;
        } else {
            ++used;
        }
    };
    (put(statements), ...);
    blocks.check_closed(used);
    return blocks;
}

template <class... Statement>
jumps resolved_jumps(Statement const&... statements) {
    jumps all;
    auto const blocks = resolved(statements...);
    for (std::size_t i = 0; i != blocks.jump_count(); ++i) all.emplace_back(blocks.jump(i).from, blocks.jump(i).to);
    return all;
}

constexpr ordinary x{};

TEST_CASE("if_ jumps to what follows end_if, or to what follows else_") {
    CHECK(resolved_jumps(if_(r0 == 0), x, x, end_if(), x) == jumps{{0, 3}});
    CHECK(resolved_jumps(x, if_(r0 == 0), x, else_(), x, x, end_if(), x) == jumps{{1, 4}, {3, 6}});
    CHECK(resolved_jumps(if_(r0 == 0), end_if(), x) == jumps{{0, 1}});
    CHECK(resolved_jumps(if_(r0 == 0), else_(), end_if(), x) == jumps{{0, 2}, {1, 2}});
}

TEST_CASE("blocks nest, and several follow each other") {
    CHECK(resolved_jumps(if_(r0 == 0), if_(r1 == 0), x, else_(), x, end_if(), else_(), x, end_if(), x) ==
          jumps{{0, 6}, {1, 4}, {3, 5}, {5, 7}});
    CHECK(resolved_jumps(if_(r0 == 0), x, end_if(), if_(r0 == 0), x, end_if(), x) == jumps{{0, 2}, {2, 4}});
    CHECK(resolved_jumps(if_(r0 == 0), x, else_(), if_(r1 == 0), x, end_if(), end_if(), x) ==
          jumps{{0, 3}, {2, 5}, {3, 5}});
}

TEST_CASE("a loop goes back, and is left to what follows it") {
    CHECK(resolved_jumps(x, loop(), x, again(), x) == jumps{{2, 1}});
    CHECK(resolved_jumps(loop(), x, again_if(r0 != 0), x) == jumps{{1, 0}});
    CHECK(resolved_jumps(loop(), again_if(r0 != 0), x) == jumps{{0, 0}}); // one that is never taken is harmless
    CHECK(resolved_jumps(loop(), break_if(r0 == 0), x, again(), x) == jumps{{0, 3}, {2, 0}});
    CHECK(resolved_jumps(loop(), if_(r0 == 0), x, break_(), end_if(), x, again(), x) == jumps{{0, 3}, {2, 5}, {4, 0}});
}

TEST_CASE("a break leaves the innermost loop only") {
    CHECK(resolved_jumps(loop(), break_if(r0 == 0), loop(), break_if(r1 == 0), again(), break_if(r2 == 0), again(),
                         x) == jumps{{0, 5}, {1, 3}, {2, 1}, {3, 5}, {4, 0}});
    CHECK(resolved_jumps(loop(), x, again_if(r1 == 0), loop(), break_(), again(), x) == jumps{{1, 0}, {2, 4}, {3, 2}});
}

TEST_CASE("assembled, every block is its jumps and nothing else") {
    // clang-format off: one step per line
    constexpr auto code = assemble(
        mov(r0, 0),                 // 0
        loop(),
            if_(r0 < 5),            // 1
                add(r0, 1),         // 2
            else_(),                // 3
                break_if(r1 == 0),  // 4
                if_(r0 == 9),       // 5
                    break_(),       // 6
                end_if(),
                add(r0, 2),         // 7
            end_if(),
        again_if(r0 != 11),         // 8
        exit());                    // 9
    constexpr tests::insn::fields want[] = {
        {0xb7, 0, 0, 0, 0},
        {0x35, 0, 0, 2, 5},  // >= 5: to 4
        {0x07, 0, 0, 0, 1},
        {0x05, 0, 0, 4, 0},  // to 8
        {0x15, 1, 0, 4, 0},  // to 9
        {0x55, 0, 0, 1, 9},  // != 9: to 7
        {0x05, 0, 0, 2, 0},  // to 9
        {0x07, 0, 0, 0, 2},
        {0x55, 0, 0, -8, 11}, // to 1
        {0x95, 0, 0, 0, 0},
    };
    // clang-format on
    tests::insn::check(code.instructions(), want);
}

// All of it while compiling.
static_assert(resolved(loop(), if_(r0 == 0), break_(), else_(), x, end_if(), again(), x).jump(1).to == 5);

template <class Condition>
concept conditional = requires(Condition when) { if_(when); } || requires(Condition when) { again_if(when); } ||
                      requires(Condition when) { break_if(when); };
static_assert(conditional<condition> && !conditional<reg64> && !conditional<reg32> && !conditional<bool>);

} // namespace
