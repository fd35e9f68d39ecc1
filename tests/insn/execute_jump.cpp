// Jumps and calls on the running kernel, against what C++ decides.
// SPDX-License-Identifier: BSL-1.0

#include "insn/execute.hpp"

#include "btf/running_kernel.hpp"

#include <bpfxx/btf/find.hpp>

#include <doctest/doctest.h>

#include <concepts>
#include <cstdint>
#include <span>
#include <type_traits>

namespace {

using namespace bpfxx::insn;
using bpfxx::since;
using tests::insn::edges;
using tests::insn::load_program;
using tests::insn::numbers;
using tests::insn::run;
using tests::insn::sequence;

template <std::unsigned_integral T>
constexpr auto as_signed(T value) {
    return static_cast<std::make_signed_t<T>>(value);
}

struct comparison {
    char const* name;
    condition (*wide)(reg64, operand<64>);
    condition (*narrow)(reg32, operand<32>);
    bool (*holds_wide)(std::uint64_t, std::uint64_t);
    bool (*holds_narrow)(std::uint32_t, std::uint32_t);

    template <class Make, class Holds>
    constexpr comparison(char const* given_name, Make make, Holds holds)
        : name{given_name}, wide{make}, narrow{make}, holds_wide{holds}, holds_narrow{holds} {}
};

#define MAKES(expression) [](auto left, auto right) { return expression; }
#define HOLDS(expression) [](auto a, auto b) { return expression; }

constexpr comparison comparisons[] = {
    {"==", MAKES(left == right), HOLDS(a == b)},
    {"!=", MAKES(left != right), HOLDS(a != b)},
    {">", MAKES(left > right), HOLDS(a > b)},
    {">=", MAKES(left >= right), HOLDS(a >= b)},
    {"<", MAKES(left < right), HOLDS(a < b)},
    {"<=", MAKES(left <= right), HOLDS(a <= b)},
    {"sgt", MAKES(sgt(left, right)), HOLDS(as_signed(a) > as_signed(b))},
    {"sge", MAKES(sge(left, right)), HOLDS(as_signed(a) >= as_signed(b))},
    {"slt", MAKES(slt(left, right)), HOLDS(as_signed(a) < as_signed(b))},
    {"sle", MAKES(sle(left, right)), HOLDS(as_signed(a) <= as_signed(b))},
    {"any_bits", MAKES(any_bits(left, right)), HOLDS((a & b) != 0)},
};

#undef HOLDS
#undef MAKES

instruction over_one(instruction jump) {
    jump.off = 1;
    return jump;
}

/// 1 where the jump is taken, else 0.
sequence around(instruction const& jump) {
    return sequence{load<std::uint64_t>(r2, r1 + 0),
                    load<std::uint64_t>(r3, r1 + 8),
                    mov(r0, 1),
                    over_one(jump),
                    mov(r0, 0),
                    exit()};
}

bool is_taken(bpfxx::syscall_program const& program, std::uint64_t left, std::uint64_t right) {
    numbers context{.left = left, .right = right};
    return run(program, context) == 1;
}

bool holds_narrow(comparison const& what, std::uint64_t left, std::uint64_t right) {
    return what.holds_narrow(static_cast<std::uint32_t>(left), static_cast<std::uint32_t>(right));
}

TEST_CASE("comparisons of registers") {
    for (comparison const& what : comparisons) {
        auto const wide = load_program(around(jump_if(what.wide(r2, r3), "there").jump), {});
        auto const narrow = load_program(around(jump_if(what.narrow(w2, w3), "there").jump), {5, 1});
        REQUIRE((wide && narrow));
        for (auto const left : edges)
            for (auto const right : edges) {
                CAPTURE(what.name);
                CAPTURE(left);
                CAPTURE(right);
                CHECK(is_taken(*wide, left, right) == what.holds_wide(left, right));
                CHECK(is_taken(*narrow, left, right) == holds_narrow(what, left, right));
            }
    }
}

TEST_CASE("comparisons with constants") {
    constexpr std::int32_t wide_constants[] = {0, 1, 63, 0x7fffffff, -0x7fffffff - 1, -2, -1};
    constexpr std::uint32_t narrow_constants[] = {0, 1, 31, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff};
    for (comparison const& what : comparisons) {
        CAPTURE(what.name);
        for (auto const constant : wide_constants) {
            CAPTURE(constant);
            auto const program = load_program(around(jump_if(what.wide(r2, constant), "there").jump), {});
            REQUIRE(program);
            auto const extended = static_cast<std::uint64_t>(std::int64_t{constant});
            for (auto const left : edges) {
                CAPTURE(left);
                CHECK(is_taken(*program, left, ~left) == what.holds_wide(left, extended));
            }
        }
        for (auto const constant : narrow_constants) {
            CAPTURE(constant);
            auto const program = load_program(around(jump_if(what.narrow(w2, constant), "there").jump), {5, 1});
            REQUIRE(program);
            for (auto const left : edges) {
                CAPTURE(left);
                CHECK(is_taken(*program, left, ~left) == holds_narrow(what, left, constant));
            }
        }
    }
}

std::uint32_t answer(bpfxx::syscall_program const& program, std::uint64_t left, std::uint64_t right = 0) {
    numbers context{.left = left, .right = right};
    return run(program, context);
}

/// The path of 0 gives 7 and jumps over what gives the others 9.
void check_always(instruction const& jump, since available) {
    instruction other = jump_if(r2 != 0, "nine").jump;
    other.off = 2;
    auto const program =
        load_program(sequence{load<std::uint64_t>(r2, r1), other, mov(r0, 7), jump, mov(r0, 9), exit()}, available);
    if (!program) return;
    CHECK(answer(*program, 0) == 7);
    CHECK(answer(*program, 1) == 9);
}

TEST_CASE("a jump without a condition") { check_always(over_one(jump("end").jump), {}); }

TEST_CASE("a jump that reaches farther") {
    instruction far = gotol("end").jump;
    far.imm = 1;
    check_always(far, {6, 6});
}

TEST_CASE("a jump over more instructions than 16 bits count") {
    constexpr std::int32_t between = 40'000;
    instruction far = gotol("far").jump;
    far.imm = between;
    sequence code{load<std::uint64_t>(r2, r1), mov(r0, 0), over_one(jump_if(r2 == 0, "near").jump), far};
    for (int i = 0; i != between; ++i) code.put(add(r0, 1));
    code.put(add(r0, 5));
    code.put(exit());
    auto const program = load_program(code, {6, 6});
    if (!program) return;
    CHECK(answer(*program, 0) == between + 5);
    CHECK(answer(*program, 1) == 5);
}

TEST_CASE("gotol goes to its label") {
    // clang-format off: one step per line
    constexpr auto code = assemble(
        load<std::uint64_t>(r2, r1),
        jump_if(r2 != 0, "other"),
        mov(r0, 7),
        gotol("end"),
      label("other"),
        mov(r0, 9),
      label("end"),
        exit());
    // clang-format on
    auto const program = load_program(code, {6, 6});
    if (!program) return;
    CHECK(answer(*program, 0) == 7);
    CHECK(answer(*program, 1) == 9);
}

TEST_CASE("may_goto ends a loop that has no end of its own") {
    // clang-format off: one step per line
    constexpr auto code = assemble(
        load<std::uint64_t>(r2, r1), mov(r0, 0),
      label("next"),
        may_goto("out"),
        add(r0, 1),
        jump_if(r0 != r2, "next"),
      label("out"),
        exit());
    // clang-format on
    auto const program = load_program(code, {6, 9});
    if (!program) return;
    CHECK(answer(*program, 1000) == 1000);
    auto const rounds = answer(*program, 0xffff'ffff'ffff);
    CHECK(rounds > 1000);
    CHECK(rounds < 0xffff'ffff);
}

TEST_CASE("if_ and else_ choose as C++ does") {
    // clang-format off: one step per line
    constexpr auto code = assemble(
        load<std::uint64_t>(r2, r1 + 0), load<std::uint64_t>(r3, r1 + 8),
        mov(r0, 1),
        if_(r2 > r3),
            mov(r0, 2),
            if_(sgt(r2, -1)),
                add(r0, 10),
            end_if(),
        else_(),
            if_(w2 == w3),
                mov(r0, 3),
            else_(),
                mov(r0, 4),
            end_if(),
            add(r0, 20),
        end_if(),
        exit());
    // clang-format on
    auto const program = load_program(code, {});
    REQUIRE(program);
    auto const in_cpp = [](std::uint64_t left, std::uint64_t right) -> std::uint32_t {
        if (left > right) return as_signed(left) > -1 ? 12 : 2;
        return static_cast<std::uint32_t>(left) == static_cast<std::uint32_t>(right) ? 23 : 24;
    };
    for (auto const left : edges)
        for (auto const right : edges) {
            CAPTURE(left);
            CAPTURE(right);
            CHECK(answer(*program, left, right) == in_cpp(left, right));
        }
}

/// 1 where the condition holds, else 0, by the jump that if_ makes.
sequence around_if(condition const& when) {
    return sequence{load<std::uint64_t>(r2, r1 + 0),
                    load<std::uint64_t>(r3, r1 + 8),
                    mov(r0, 0),
                    over_one(if_(when).jump),
                    mov(r0, 1),
                    exit()};
}

TEST_CASE("if_ enters exactly where its condition holds") {
    for (comparison const& what : std::span{comparisons}.first(std::size(comparisons) - 1)) { // any_bits is not for if_
        auto const wide = load_program(around_if(what.wide(r2, r3)), {});
        auto const narrow = load_program(around_if(what.narrow(w2, w3)), {5, 1});
        REQUIRE((wide && narrow));
        for (auto const left : edges)
            for (auto const right : edges) {
                CAPTURE(what.name);
                CAPTURE(left);
                CAPTURE(right);
                CHECK(is_taken(*wide, left, right) == what.holds_wide(left, right));
                CHECK(is_taken(*narrow, left, right) == holds_narrow(what, left, right));
            }
    }
}

TEST_CASE("loops repeat, and are left from where they say") {
    // The greatest common divisor, with at most 100 steps for the verifier; then how many numbers below 10 divide it.
    // clang-format off: one step per line
    constexpr auto code = assemble(
        load<std::uint64_t>(r2, r1 + 0), load<std::uint64_t>(r3, r1 + 8),
        mov(r4, 0),
        loop(),
            break_if(r3 == 0),
            break_if(r4 == 100),
            add(r4, 1),
            mov(r5, r2), mod(r5, r3),
            mov(r2, r3),
            mov(r3, r5),
        again(),
        mov(r0, 0), mov(r4, 1),
        loop(),
            mov(r5, r2), mod(r5, r4),
            if_(r5 == 0),
                add(r0, 1),
            end_if(),
            add(r4, 1),
        again_if(r4 < 10),
        exit());
    // clang-format on
    auto const program = load_program(code, {5, 3});
    REQUIRE(program);
    CHECK(answer(*program, 12 * 7, 30 * 7) == 5); // 42: 1, 2, 3, 6, 7
    CHECK(answer(*program, 17, 5) == 1);
    CHECK(answer(*program, 2520, 0) == 9);
}

TEST_CASE("a break inside an if_ leaves the loop around it") {
    // clang-format off: one step per line
    constexpr auto code = assemble(
        load<std::uint64_t>(r2, r1 + 0),
        mov(r0, 0),
        loop(),
            add(r0, 1),
            if_(r0 == r2),
                add(r0, 100),
                break_(),
            end_if(),
            break_if(any_bits(r0, 16)),
        again(),
        exit());
    // clang-format on
    auto const program = load_program(code, {5, 3});
    REQUIRE(program);
    CHECK(answer(*program, 7) == 107);
    CHECK(answer(*program, 1) == 101);
    CHECK(answer(*program, 16) == 116);
    CHECK(answer(*program, 17) == 16);
}

TEST_CASE("helpers are called by number") {
    auto const program = load_program(
        sequence{call(helper::ktime_get_ns), mov(r6, r0), call(helper::ktime_get_ns), sub(r0, r6), rsh(r0, 33), exit()},
        {});
    REQUIRE(program);
    numbers context{};
    CHECK(run(*program, context) == 0);
}

TEST_CASE("functions of the kernel are called by their id") {
    auto const* const kernel = btf_test::running_kernel::get();
    if (kernel == nullptr) return support::skip(btf_test::no_kernel_btf);
    auto const lock = bpfxx::btf::find(kernel->view(), bpfxx::btf::kind::func, "bpf_rcu_read_lock");
    auto const unlock = bpfxx::btf::find(kernel->view(), bpfxx::btf::kind::func, "bpf_rcu_read_unlock");
    if (!lock || !unlock) return support::skip("this kernel has no bpf_rcu_read_lock (before Linux 6.2)");
    instruction unlocks = call(kfunc_slot<0>{}).code;
    bpfxx::insn::detail::fill(unlocks, {.function = unlock->id()});
    auto const program = load_program(sequence{call_kfunc(lock->id()), unlocks, mov(r0, 3), exit()}, {6, 2});
    if (!program) return;
    numbers context{};
    CHECK(run(*program, context) == 3);
}

} // namespace
