// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/core/patch.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace {

using namespace bpfxx::core;
using bpfxx::insn::instruction;

struct outcome {
    reason why = reason::none;
    std::array<instruction, 2> code{};
};

constexpr outcome patch(resolution answer, instruction first, instruction second = {}, std::size_t count = 2) {
    outcome made{{}, {first, second}};
    made.why = detail::patcher{answer, 5}.patch(std::span{made.code}.first(count));
    return made;
}

constexpr resolution from_to(std::uint64_t before, std::uint64_t after, std::uint32_t old_size = 0,
                             std::uint32_t new_size = 0) {
    return {before, after, old_size, new_size, true, true, true};
}
constexpr resolution uncertain(resolution answer) {
    answer.is_certain = false;
    return answer;
}
constexpr resolution not_resizable(resolution answer) {
    answer.may_resize = false;
    return answer;
}
constexpr instruction imm(std::uint8_t code, std::int32_t value) { return {code, 1, 0, value}; }
constexpr instruction off(std::uint8_t code, std::int16_t value) { return {code, 0x21, value, 9}; }
constexpr reason why(outcome made) { return made.why; }
constexpr instruction first(outcome made) { return made.code[0]; }

// arithmetic: mov64, mov32, add64
static_assert(first(patch(from_to(8, 16), imm(0xb7, 8))) == imm(0xb7, 16));
static_assert(first(patch(from_to(8, 16), imm(0xb4, 8))) == imm(0xb4, 16));
static_assert(first(patch(from_to(8, 0xffff'ffff), imm(0x07, 8))) == imm(0x07, -1));
static_assert(first(patch(from_to(~0ULL, 1), imm(0xb7, -1))) == imm(0xb7, 1), "immediates are signed");
static_assert(why(patch(from_to(0xffff'ffff, 1), imm(0xb7, -1))) == reason::unexpected_value);
static_assert(why(patch(from_to(8, 16), imm(0xb7, 9))) == reason::unexpected_value);
static_assert(first(patch(uncertain(from_to(8, 16)), imm(0xb7, 9))) == imm(0xb7, 16));
static_assert(why(patch(from_to(8, 16), imm(0xbf, 8))) == reason::instruction_operand);
static_assert(first(patch(not_resizable(from_to(8, 16, 4, 8)), imm(0xb7, 8))) == imm(0xb7, 16), "nothing to resize");

// loads and stores: ldx w, st dw, stx b
static_assert(first(patch(from_to(8, 16, 4, 4), off(0x61, 8))) == off(0x61, 16));
static_assert(first(patch(from_to(8, 32'767), off(0x7a, 8))) == off(0x7a, 32'767));
static_assert(first(patch(from_to(8, 0), off(0x73, 8))) == off(0x73, 0));
static_assert(why(patch(from_to(8, 32'768), off(0x61, 8))) == reason::offset_too_large);
static_assert(why(patch(from_to(8, 16), off(0x61, 9))) == reason::unexpected_value);
static_assert(first(patch(uncertain(from_to(8, 16)), off(0x61, 9))) == off(0x61, 16));
static_assert(first(patch(from_to(8, 16, 4, 8), off(0x61, 8))) == off(0x79, 16));
static_assert(first(patch(from_to(8, 16, 8, 1), off(0x79, 8))) == off(0x71, 16));
static_assert(first(patch(from_to(8, 16, 1, 2), off(0x73, 8))) == off(0x6b, 16));
static_assert(first(patch(from_to(8, 16, 2, 4), off(0x6a, 8))) == off(0x62, 16));
static_assert(first(patch(from_to(8, 16, 4, 1), off(0x81, 8))) == off(0x91, 16), "sign-extending loads stay so");
static_assert(why(patch(from_to(8, 16, 4, 8), off(0x79, 8))) == reason::unexpected_size);
static_assert(why(patch(from_to(8, 16, 3, 8), off(0x61, 8))) == reason::unexpected_size);
static_assert(why(patch(from_to(8, 16, 4, 3), off(0x61, 8))) == reason::impossible_size);
static_assert(first(patch(from_to(8, 16, 3, 3), off(0x61, 8))) == off(0x61, 16),
              "as large as before, whatever that is");
static_assert(first(patch(not_resizable(from_to(8, 16, 4, 8)), off(0x61, 8))) == unresolved_call(5));
static_assert(why(patch(not_resizable(from_to(8, 32'768, 4, 8)), off(0x61, 8))) == reason::offset_too_large);

// loads of 64 bits
constexpr instruction wide{0x18, 1, 0, 0x5678};
constexpr instruction upper{0, 0, 0, 0x1234};
constexpr std::uint64_t held = 0x1234'0000'5678;
static_assert(patch(from_to(held, 0xfedc'ba98'7654'3210), wide, upper).code ==
              std::array{instruction{0x18, 1, 0, 0x7654'3210}, instruction{0, 0, 0, -0x0123'4568}});
static_assert(why(patch(from_to(~0ULL, 1), {0x18, 1, 0, -1}, {0, 0, 0, -1})) == reason::none);
static_assert(why(patch(from_to(0xffff'ffff, 1), {0x18, 1, 0, -1}, {})) == reason::none);
static_assert(why(patch(from_to(held + 1, 1), wide, upper)) == reason::unexpected_value);
static_assert(why(patch(uncertain(from_to(1, 2)), wide, upper)) == reason::none);
static_assert(why(patch(from_to(held, 1), {0x18, 0x11, 0, 0x5678}, upper)) == reason::instruction_form, "a map");
static_assert(why(patch(from_to(held, 1), {0x18, 1, 1, 0x5678}, upper)) == reason::instruction_form);
static_assert(why(patch(from_to(held, 1), wide, {0, 1, 0, 0x1234})) == reason::instruction_form);
static_assert(why(patch(from_to(held, 1), wide, {1, 0, 0, 0x1234})) == reason::instruction_form);
static_assert(why(patch(from_to(held, 1), {0x20, 0, 0, 0x5678}, upper)) == reason::instruction_form, "of a packet");
static_assert(why(patch(from_to(held, 1), wide, upper, 1)) == reason::instruction_outside);

// unresolved ones
static_assert(patch({}, imm(0xb7, 8), imm(0xb7, 3)).code == std::array{unresolved_call(5), imm(0xb7, 3)});
static_assert(patch({}, wide, upper).code == std::array{unresolved_call(5), unresolved_call(5)});
static_assert(why(patch({}, wide, upper, 1)) == reason::instruction_outside);
static_assert(first(patch({}, instruction{0x95, 0, 0, 0})) == unresolved_call(5), "whatever the instruction was");

static_assert(why(patch(from_to(8, 16), imm(0x15, 8))) == reason::instruction_kind, "a jump");
static_assert(why(patch(from_to(8, 16), imm(0x16, 8))) == reason::instruction_kind);

TEST_CASE("core patch: at run time as while compiling") {
    CHECK(first(patch(from_to(8, 16, 4, 8), off(0x61, 8))) == off(0x79, 16));
    CHECK(patch({}, wide, upper).code[1] == unresolved_call(5));
}

} // namespace
