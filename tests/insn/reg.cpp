// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/insn/reg.hpp>

#include <doctest/doctest.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace {

using namespace bpfxx::insn;

static_assert(!std::same_as<reg64, reg32> && !std::convertible_to<reg32, reg64> && !std::convertible_to<reg64, reg32>);
static_assert(!std::convertible_to<int, reg64>);
template <unsigned Width>
concept register_width = requires { typename reg<Width>; };
static_assert(register_width<64> && register_width<32> && !register_width<16> && !register_width<0>);
static_assert(sizeof(reg64) == 1 && std::is_trivially_copyable_v<reg64>);

constexpr bool numbered_in_order() {
    reg64 const wide[] = {r0, r1, r2, r3, r4, r5, r6, r7, r8, r9, r10};
    reg32 const narrow[] = {w0, w1, w2, w3, w4, w5, w6, w7, w8, w9, w10};
    for (std::uint8_t i = 0; i != 11; ++i)
        if (wide[i].number() != i || narrow[i].number() != i) return false;
    return true;
}
static_assert(numbered_in_order());
static_assert(reg64{6}.number() == 6 && reg32{7}.number() == 7);

static_assert(!constant<reg64>);

static_assert(std::convertible_to<reg64, operand<64>> && !std::convertible_to<reg32, operand<64>>);
static_assert(std::convertible_to<reg32, operand<32>> && !std::convertible_to<reg64, operand<32>>);
static_assert(!std::convertible_to<double, operand<64>>);
static_assert(std::convertible_to<reg64, address> && !std::convertible_to<reg32, address>);

enum class action : std::uint8_t { pass = 2, last = 255 };

TEST_CASE("an operand is a register or a constant") {
    operand<64> const from = r7;
    CHECK(from.source() == operand_source::x);
    CHECK(from.number() == 7);
    CHECK(from.imm() == 0);

    operand<32> const five = 5;
    CHECK(five.source() == operand_source::k);
    CHECK(five.number() == 0);
    CHECK(five.imm() == 5);
}

TEST_CASE("constants of every integer type and enumerators keep their value") {
    CHECK(operand<64>{action::last}.imm() == 255);
    CHECK(operand<64>{std::byte{200}}.imm() == 200);
    CHECK(operand<64>{true}.imm() == 1);
    CHECK(operand<64>{'A'}.imm() == 65);
    CHECK(operand<64>{std::int8_t{-1}}.imm() == -1);
    CHECK(operand<64>{std::uint64_t{0x7fffffff}}.imm() == 0x7fffffff);
    CHECK(operand<64>{std::int64_t{-0x80000000LL}}.imm() == -0x7fffffff - 1);
    CHECK(operand<32>{sizeof(std::uint64_t)}.imm() == 8);
    CHECK(operand<32>{0x7fffffff}.imm() == 0x7fffffff);
    CHECK(operand<32>{0x80000000}.imm() == -0x7fffffff - 1);
    CHECK(operand<32>{0xffffffff}.imm() == -1);
    CHECK(operand<32>{std::uint64_t{0xffffffff}}.imm() == -1);
    CHECK(operand<32>{std::int64_t{-0x80000000LL}}.imm() == -0x7fffffff - 1);
}

TEST_CASE("an address is a register and a displacement") {
    address const plain = r6;
    CHECK(plain.base() == 6);
    CHECK(plain.displacement() == 0);

    CHECK((r10 - 8).base() == 10);
    CHECK((r10 - 8).displacement() == -8);
    CHECK((r1 + std::size_t{16}).displacement() == 16);
    CHECK((r1 + -16).displacement() == -16);
    CHECK((r1 - -16).displacement() == 16);
    CHECK((r6 + 8 + 4).displacement() == 12);
    CHECK((r6 + 8 - 12).displacement() == -4);
    CHECK((r6 + 8 + 4).base() == 6);
}

static_assert((r6 + 32767).displacement() == 32767 && (r6 - 32768).displacement() == -32768);
static_assert((r6 + 32767 - 65535).displacement() == -32768);

} // namespace
