#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstdint>

#include <bpfxx/ill_formed.hpp>
#include <bpfxx/insn/opcode.hpp>
#include <bpfxx/insn/placed.hpp>
#include <bpfxx/insn/reg.hpp>

namespace bpfxx::insn {

namespace detail {

template <unsigned Width>
constexpr instruction division(alu_op op, reg<Width> to, operand<Width> by, std::int16_t off) noexcept {
    if (by.source() == operand_source::k && by.imm() == 0) ill_formed("division by the constant 0");
    return alu(op, to, by, off);
}

/// What the off field of a division says.
inline constexpr std::int16_t is_unsigned = 0;
inline constexpr std::int16_t is_signed = 1;

template <unsigned Width>
constexpr instruction shift(alu_op op, reg<Width> to, operand<Width> by) noexcept {
    if (by.source() == operand_source::k && (by.imm() < 0 || by.imm() >= std::int32_t{Width}))
        ill_formed("a constant shift must be 0 to 63 for r0 to r9, 0 to 31 for w0 to w9");
    return alu(op, to, by);
}

} // namespace detail

// Every function here works on r registers with all 64 bits, where a constant is sign-extended, and on w registers with
// the lower 32 bits, where the upper 32 bits of the result become zero.

/// Adds to a register.
/// UAPI: BPF_ADD
/// Since: Linux 3.18
template <unsigned Width>
constexpr placed<instruction> add(reg<Width> to, operand_for<Width> from, here place = here::current()) noexcept {
    return {detail::alu(alu_op::add, to, from), place};
}

/// Subtracts from a register.
/// UAPI: BPF_SUB
/// Since: Linux 3.18
template <unsigned Width>
constexpr placed<instruction> sub(reg<Width> to, operand_for<Width> from, here place = here::current()) noexcept {
    return {detail::alu(alu_op::sub, to, from), place};
}

/// Multiplies a register.
/// UAPI: BPF_MUL
/// Since: Linux 3.18
template <unsigned Width>
constexpr placed<instruction> mul(reg<Width> to, operand_for<Width> from, here place = here::current()) noexcept {
    return {detail::alu(alu_op::mul, to, from), place};
}

/// Divides a register, unsigned; a divisor register that holds 0 gives 0.
/// UAPI: BPF_DIV
/// Since: Linux 3.18
template <unsigned Width>
constexpr placed<instruction> div(reg<Width> to, operand_for<Width> by, here place = here::current()) noexcept {
    return {detail::division(alu_op::div, to, by, detail::is_unsigned), place};
}

/// Leaves the remainder of an unsigned division; a divisor register that holds 0 leaves the dividend.
/// UAPI: BPF_MOD
/// Since: Linux 3.18
template <unsigned Width>
constexpr placed<instruction> mod(reg<Width> to, operand_for<Width> by, here place = here::current()) noexcept {
    return {detail::division(alu_op::mod, to, by, detail::is_unsigned), place};
}

/// Divides a register, signed and towards zero; a divisor register that holds 0 gives 0, and the least number divided
/// by -1 gives itself.
/// UAPI: BPF_DIV, off 1
/// Since: Linux 6.6
template <unsigned Width>
constexpr placed<instruction> sdiv(reg<Width> to, operand_for<Width> by, here place = here::current()) noexcept {
    return {detail::division(alu_op::div, to, by, detail::is_signed), place};
}

/// Leaves the remainder of a signed division, with the sign of the dividend; a divisor register that holds 0 leaves the
/// dividend.
/// UAPI: BPF_MOD, off 1
/// Since: Linux 6.6
template <unsigned Width>
constexpr placed<instruction> smod(reg<Width> to, operand_for<Width> by, here place = here::current()) noexcept {
    return {detail::division(alu_op::mod, to, by, detail::is_signed), place};
}

/// Sets the bits that the operand has.
/// UAPI: BPF_OR
/// Since: Linux 3.18
template <unsigned Width>
constexpr placed<instruction> or_(reg<Width> to, operand_for<Width> from, here place = here::current()) noexcept {
    return {detail::alu(alu_op::or_, to, from), place};
}

/// Clears the bits that the operand lacks.
/// UAPI: BPF_AND
/// Since: Linux 3.18
template <unsigned Width>
constexpr placed<instruction> and_(reg<Width> to, operand_for<Width> from, here place = here::current()) noexcept {
    return {detail::alu(alu_op::and_, to, from), place};
}

/// Flips the bits that the operand has.
/// UAPI: BPF_XOR
/// Since: Linux 3.18
template <unsigned Width>
constexpr placed<instruction> xor_(reg<Width> to, operand_for<Width> from, here place = here::current()) noexcept {
    return {detail::alu(alu_op::xor_, to, from), place};
}

/// Shifts left; of a register that holds the count only the lower 6 bits (5 for w registers) count.
/// UAPI: BPF_LSH
/// Since: Linux 3.18
template <unsigned Width>
constexpr placed<instruction> lsh(reg<Width> to, operand_for<Width> by, here place = here::current()) noexcept {
    return {detail::shift(alu_op::lsh, to, by), place};
}

/// Shifts right and fills with zeros; the count as in `lsh`.
/// UAPI: BPF_RSH
/// Since: Linux 3.18
template <unsigned Width>
constexpr placed<instruction> rsh(reg<Width> to, operand_for<Width> by, here place = here::current()) noexcept {
    return {detail::shift(alu_op::rsh, to, by), place};
}

/// Shifts right and fills with the sign bit; the count as in `lsh`.
/// UAPI: BPF_ARSH
/// Since: Linux 3.18, w registers 5.0
template <unsigned Width>
constexpr placed<instruction> arsh(reg<Width> to, operand_for<Width> by, here place = here::current()) noexcept {
    return {detail::shift(alu_op::arsh, to, by), place};
}

/// `lsh` by its usual assembler name.
template <unsigned Width>
constexpr placed<instruction> shl(reg<Width> to, operand_for<Width> by, here place = here::current()) noexcept {
    return {lsh(to, by), place};
}

/// `rsh` by its usual assembler name.
template <unsigned Width>
constexpr placed<instruction> shr(reg<Width> to, operand_for<Width> by, here place = here::current()) noexcept {
    return {rsh(to, by), place};
}

/// Negates a register.
/// UAPI: BPF_NEG
/// Since: Linux 3.18
template <unsigned Width>
constexpr placed<instruction> neg(reg<Width> to, here place = here::current()) noexcept {
    return {detail::alu<Width>(alu_op::neg, to, 0), place};
}

} // namespace bpfxx::insn
