#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstdint>

#include <bpfxx/insn/helper.hpp>
#include <bpfxx/insn/opcode.hpp>

namespace bpfxx::insn {

namespace detail {

constexpr instruction call(pseudo_call whom, std::int16_t off, std::int32_t imm) noexcept {
    return {opcode(opcode_class::jmp, jump_op::call, operand_source::k), instruction::pack(0, std::uint8_t(whom)), off,
            imm};
}

} // namespace detail

/// Calls a helper with r1 to r5 as its arguments; its result is in r0, and r1 to r5 lose their values.
/// UAPI: BPF_CALL
/// Since: Linux 3.18, each helper as in `helper`
constexpr instruction call(helper whom) noexcept {
    return detail::call(pseudo_call::helper, 0, static_cast<std::int32_t>(whom));
}

/// Ends the program; its result is what r0 holds.
/// UAPI: BPF_EXIT
/// Since: Linux 3.18
constexpr instruction exit() noexcept { return {opcode(opcode_class::jmp, jump_op::exit, operand_source::k), 0, 0, 0}; }

} // namespace bpfxx::insn
