#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstdint>
#include <string_view>

#include <bpfxx/insn/label.hpp>
#include <bpfxx/insn/opcode.hpp>
#include <bpfxx/insn/placed.hpp>
#include <bpfxx/insn/reg.hpp>

namespace bpfxx::insn {

/// A comparison that a jump depends on: 64 bits wide on r registers, 32 on w registers (JMP32, Linux 5.1).
struct [[nodiscard]] condition {
    instruction test;
};

namespace detail {

template <unsigned Width>
constexpr condition compare(jump_op op, reg<Width> left, operand<Width> right) noexcept {
    constexpr auto group = Width == 64 ? opcode_class::jmp : opcode_class::jmp32;
    return {{opcode(group, op, right.source()), instruction::pack(left.number(), right.number()), 0, right.imm()}};
}

} // namespace detail

/// Equal.
/// UAPI: BPF_JEQ
/// Since: Linux 3.18
template <unsigned Width>
constexpr condition operator==(reg<Width> left, operand_for<Width> right) noexcept {
    return detail::compare(jump_op::jeq, left, right);
}

/// Not equal.
/// UAPI: BPF_JNE
/// Since: Linux 3.18
template <unsigned Width>
constexpr condition operator!=(reg<Width> left, operand_for<Width> right) noexcept {
    return detail::compare(jump_op::jne, left, right);
}

// C++20 also tries == with its arguments exchanged: only these exact forms keep two registers from being ambiguous.
template <unsigned Width>
constexpr condition operator==(reg<Width> left, reg<Width> right) noexcept {
    return detail::compare<Width>(jump_op::jeq, left, right);
}

template <unsigned Width>
constexpr condition operator!=(reg<Width> left, reg<Width> right) noexcept {
    return detail::compare<Width>(jump_op::jne, left, right);
}

template <unsigned A, unsigned B>
    requires(A != B)
condition operator==(reg<A>, reg<B>) = delete; // both registers must have one width: r with r, w with w

template <unsigned A, unsigned B>
    requires(A != B)
condition operator!=(reg<A>, reg<B>) = delete; // both registers must have one width: r with r, w with w

/// Greater, unsigned.
/// UAPI: BPF_JGT
/// Since: Linux 3.18
template <unsigned Width>
constexpr condition operator>(reg<Width> left, operand_for<Width> right) noexcept {
    return detail::compare(jump_op::jgt, left, right);
}

/// Greater or equal, unsigned.
/// UAPI: BPF_JGE
/// Since: Linux 3.18
template <unsigned Width>
constexpr condition operator>=(reg<Width> left, operand_for<Width> right) noexcept {
    return detail::compare(jump_op::jge, left, right);
}

/// Less, unsigned.
/// UAPI: BPF_JLT
/// Since: Linux 4.14
template <unsigned Width>
constexpr condition operator<(reg<Width> left, operand_for<Width> right) noexcept {
    return detail::compare(jump_op::jlt, left, right);
}

/// Less or equal, unsigned.
/// UAPI: BPF_JLE
/// Since: Linux 4.14
template <unsigned Width>
constexpr condition operator<=(reg<Width> left, operand_for<Width> right) noexcept {
    return detail::compare(jump_op::jle, left, right);
}

/// Greater, signed.
/// UAPI: BPF_JSGT
/// Since: Linux 3.18
template <unsigned Width>
constexpr condition sgt(reg<Width> left, operand_for<Width> right) noexcept {
    return detail::compare(jump_op::jsgt, left, right);
}

/// Greater or equal, signed.
/// UAPI: BPF_JSGE
/// Since: Linux 3.18
template <unsigned Width>
constexpr condition sge(reg<Width> left, operand_for<Width> right) noexcept {
    return detail::compare(jump_op::jsge, left, right);
}

/// Less, signed.
/// UAPI: BPF_JSLT
/// Since: Linux 4.14
template <unsigned Width>
constexpr condition slt(reg<Width> left, operand_for<Width> right) noexcept {
    return detail::compare(jump_op::jslt, left, right);
}

/// Less or equal, signed.
/// UAPI: BPF_JSLE
/// Since: Linux 4.14
template <unsigned Width>
constexpr condition sle(reg<Width> left, operand_for<Width> right) noexcept {
    return detail::compare(jump_op::jsle, left, right);
}

/// At least one of the bits that the operand has is set.
/// UAPI: BPF_JSET
/// Since: Linux 3.18
template <unsigned Width>
constexpr condition any_bits(reg<Width> left, operand_for<Width> bits) noexcept {
    return detail::compare(jump_op::jset, left, bits);
}

/// Goes on at a label.
/// UAPI: BPF_JA
/// Since: Linux 3.18
constexpr placed<label_reference> jump(std::string_view target, here place = here::current()) noexcept {
    return {{{opcode(opcode_class::jmp, jump_op::ja, operand_source::k), 0, 0, 0}, target}, place};
}

/// Goes on at a label that may be farther away than the 16 bits of `jump` reach.
/// UAPI: BPF_JMP32 | BPF_JA
/// Since: Linux 6.6
constexpr placed<label_reference> gotol(std::string_view target, here place = here::current()) noexcept {
    return {{{long_jump_opcode, 0, 0, 0}, target}, place};
}

/// Goes on at a label once the program has used up its budget of loops, else at the next instruction: what lets the
/// verifier accept a loop that it cannot see the end of.
/// UAPI: BPF_JCOND, BPF_MAY_GOTO
/// Since: Linux 6.9
constexpr placed<label_reference> may_goto(std::string_view target, here place = here::current()) noexcept {
    return {{{opcode(opcode_class::jmp, jump_op::jcond, operand_source::k), 0, 0, 0}, target}, place};
}

/// Goes on at a label if the condition holds, else at the next instruction.
/// UAPI: BPF_JEQ … BPF_JSLE
/// Since: Linux 3.18, w registers 5.1
constexpr placed<label_reference> jump_if(condition when, std::string_view target,
                                          here place = here::current()) noexcept {
    return {{when.test, target}, place};
}

template <unsigned Width>
label_reference jump_if(reg<Width>, std::string_view) = delete; // compare the register: jump_if(r0 != 0, "label")

} // namespace bpfxx::insn
