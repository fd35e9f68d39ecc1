// Arithmetic and moves on the running kernel, against what C++ computes.
// SPDX-License-Identifier: BSL-1.0

#include "insn/execute.hpp"

#include <doctest/doctest.h>

#include <concepts>
#include <cstdint>
#include <limits>
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

/// One function of the assembler for both widths, and what it computes.
struct operation {
    char const* name;
    instruction (*wide)(reg64, operand<64>);
    instruction (*narrow)(reg32, operand<32>);
    std::uint64_t (*compute_wide)(std::uint64_t, std::uint64_t);
    std::uint32_t (*compute_narrow)(std::uint32_t, std::uint32_t);

    template <class Make, class Compute>
    constexpr operation(char const* given_name, Make make, Compute compute)
        : name{given_name}, wide{make}, narrow{make}, compute_wide{compute}, compute_narrow{compute} {}
};

template <std::unsigned_integral T>
constexpr auto as_signed(T value) {
    return static_cast<std::make_signed_t<T>>(value);
}

template <std::unsigned_integral T>
constexpr T quotient(T left, T right) {
    if (right == 0) return 0;
    if (right == std::numeric_limits<T>::max()) return T{0} - left; // -1: the least number stays what it is
    return static_cast<T>(as_signed(left) / as_signed(right));
}

template <std::unsigned_integral T>
constexpr T remainder(T left, T right) {
    if (right == 0) return left;
    if (right == std::numeric_limits<T>::max()) return 0;
    return static_cast<T>(as_signed(left) % as_signed(right));
}

static_assert(quotient(0x80000000u, 0xffffffffu) == 0x80000000u && quotient(0xfffffff9u, 2u) == 0xfffffffdu);
static_assert(remainder(0xfffffff9u, 2u) == 0xffffffffu && remainder(7u, 0xfffffffeu) == 1u);

template <std::unsigned_integral T>
constexpr T count(T by) {
    return by & (std::numeric_limits<T>::digits - 1);
}

#define MAKES(function) [](auto to, auto by) -> instruction { return function(to, by); }
#define COMPUTES(expression) []([[maybe_unused]] auto a, auto b) -> decltype(a) { return expression; }

constexpr operation arithmetic[] = {
    {"mov", MAKES(mov), COMPUTES(b)},      {"add", MAKES(add), COMPUTES(a + b)}, {"sub", MAKES(sub), COMPUTES(a - b)},
    {"mul", MAKES(mul), COMPUTES(a* b)},   {"or", MAKES(or_), COMPUTES(a | b)},  {"and", MAKES(and_), COMPUTES(a& b)},
    {"xor", MAKES(xor_), COMPUTES(a ^ b)},
};
constexpr operation division[] = {
    {"div", MAKES(div), COMPUTES(b == 0 ? 0 : a / b)},
    {"mod", MAKES(mod), COMPUTES(b == 0 ? a : a % b)},
};
constexpr operation signed_division[] = {
    {"sdiv", MAKES(sdiv), COMPUTES(quotient(a, b))},
    {"smod", MAKES(smod), COMPUTES(remainder(a, b))},
};
constexpr operation shifts[] = {
    {"lsh", MAKES(lsh), COMPUTES(a << count(b))},
    {"rsh", MAKES(rsh), COMPUTES(a >> count(b))},
    {"arsh", MAKES(arsh), COMPUTES(static_cast<decltype(a)>(as_signed(a) >> count(b)))},
};

#undef COMPUTES
#undef MAKES

/// The instruction on r2 (w2) and r3 (w3); r2 is the result, all of it.
sequence around(instruction const& one) {
    return sequence{mov(r6, r1), load<std::uint64_t>(r2, r6 + 0),   load<std::uint64_t>(r3, r6 + 8),
                    one,         store<std::uint64_t>(r6 + 16, r2), mov(r0, 0),
                    exit()};
}

std::uint64_t result_of(bpfxx::syscall_program const& program, std::uint64_t left, std::uint64_t right) {
    numbers context{.left = left, .right = right};
    run(program, context);
    return context.result;
}

std::uint64_t narrow_result(operation const& what, std::uint64_t left, std::uint64_t right) {
    return what.compute_narrow(static_cast<std::uint32_t>(left), static_cast<std::uint32_t>(right));
}

void check_registers(std::span<operation const> operations, since available = {}) {
    for (operation const& what : operations) {
        auto const wide = load_program(around(what.wide(r2, r3)), available);
        auto const narrow = load_program(around(what.narrow(w2, w3)), available);
        if (!wide || !narrow) return;
        for (auto const left : edges)
            for (auto const right : edges) {
                CAPTURE(what.name);
                CAPTURE(left);
                CAPTURE(right);
                CHECK(result_of(*wide, left, right) == what.compute_wide(left, right));
                CHECK(result_of(*narrow, left, right) == narrow_result(what, left, right));
            }
    }
}

/// Constants: `wide_constants` sign-extended, `narrow_constants` as unsigned 32 bits.
void check_constants(std::span<operation const> operations, std::span<std::int32_t const> wide_constants,
                     std::span<std::uint32_t const> narrow_constants, since available = {}) {
    for (operation const& what : operations) {
        CAPTURE(what.name);
        for (auto const constant : wide_constants) {
            CAPTURE(constant);
            auto const program = load_program(around(what.wide(r2, constant)), available);
            if (!program) return;
            auto const extended = static_cast<std::uint64_t>(std::int64_t{constant});
            for (auto const left : edges) {
                CAPTURE(left);
                CHECK(result_of(*program, left, ~left) == what.compute_wide(left, extended));
            }
        }
        for (auto const constant : narrow_constants) {
            CAPTURE(constant);
            auto const program = load_program(around(what.narrow(w2, constant)), available);
            if (!program) return;
            for (auto const left : edges) {
                CAPTURE(left);
                CHECK(result_of(*program, left, ~left) == narrow_result(what, left, constant));
            }
        }
    }
}

constexpr std::int32_t least = std::numeric_limits<std::int32_t>::min();
constexpr std::int32_t most = std::numeric_limits<std::int32_t>::max();
constexpr std::int32_t wide_constants[] = {1, 2, 7, 0x7fff, 0x10000, most, least, least + 1, -2, -1, 0};
constexpr std::uint32_t narrow_constants[] = {1,          2,          7,          0x7fff,     0x10000, 0x7fffffff,
                                              0x80000000, 0x80000001, 0xfffffffe, 0xffffffff, 0};

/// The same without the 0 at the end.
constexpr auto wide_divisors = std::span{wide_constants}.first(std::size(wide_constants) - 1);
constexpr auto narrow_divisors = std::span{narrow_constants}.first(std::size(narrow_constants) - 1);

constexpr std::int32_t wide_counts[] = {0, 1, 7, 31, 32, 33, 63};
constexpr std::uint32_t narrow_counts[] = {0, 1, 7, 30, 31};

TEST_CASE("arithmetic and moves of registers") { check_registers(arithmetic); }
TEST_CASE("arithmetic and moves of constants") { check_constants(arithmetic, wide_constants, narrow_constants); }
TEST_CASE("unsigned division by registers") { check_registers(division); }
TEST_CASE("unsigned division by constants") { check_constants(division, wide_divisors, narrow_divisors); }
TEST_CASE("signed division by registers") { check_registers(signed_division, {6, 6}); }
TEST_CASE("signed division by constants") { check_constants(signed_division, wide_divisors, narrow_divisors, {6, 6}); }
TEST_CASE("shifts by registers") { check_registers(shifts); }
TEST_CASE("shifts by constants") { check_constants(shifts, wide_counts, narrow_counts); }

TEST_CASE("negation") {
    auto const wide = load_program(around(neg(r2)), {});
    auto const narrow = load_program(around(neg(w2)), {});
    REQUIRE((wide && narrow));
    for (auto const value : edges) {
        CAPTURE(value);
        CHECK(result_of(*wide, value, 1) == std::uint64_t{0} - value);
        CHECK(result_of(*narrow, value, 1) == std::uint32_t{0} - static_cast<std::uint32_t>(value));
    }
}

/// What a move gives that takes the lower bits as a T, sign-extends it into a Register and leaves zeros above.
template <class T, class Register>
void check_extension(instruction const& one) {
    auto const program = load_program(around(one), {6, 6});
    if (!program) return;
    for (auto const value : edges) {
        CAPTURE(value);
        auto const want = static_cast<Register>(static_cast<std::make_signed_t<Register>>(static_cast<T>(value)));
        CHECK(result_of(*program, ~value, value) == want);
    }
}

TEST_CASE("moves that extend a sign") {
    check_extension<std::int8_t, std::uint64_t>(mov<std::int8_t>(r2, r3));
    check_extension<std::int16_t, std::uint64_t>(mov<std::int16_t>(r2, r3));
    check_extension<std::int32_t, std::uint64_t>(mov<std::int32_t>(r2, r3));
    check_extension<std::int8_t, std::uint32_t>(mov<std::int8_t>(w2, w3));
    check_extension<std::int16_t, std::uint32_t>(mov<std::int16_t>(w2, w3));
}

TEST_CASE("constants of 64 bits") {
    for (auto const value : edges) {
        CAPTURE(value);
        auto const program =
            load_program(sequence{load_imm64(r2, value), store<std::uint64_t>(r1 + 16, r2), mov(r0, 0), exit()}, {});
        REQUIRE(program);
        CHECK(result_of(*program, 0, 0) == value);
    }
}

} // namespace
