#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include <bpfxx/ill_formed.hpp>
#include <bpfxx/insn/call.hpp>
#include <bpfxx/insn/opcode.hpp>
#include <bpfxx/insn/placed.hpp>
#include <bpfxx/insn/reg.hpp>

namespace bpfxx::insn {

/// Where a subprogram begins: takes no slot; it ends where the next one begins, or at the end of the program.
struct [[nodiscard]] subprogram_definition {
    std::string_view name;
};

/// A call whose imm field is the distance to a subprogram.
struct [[nodiscard]] subprogram_call {
    instruction code;
    std::string_view target;
};

/// A load of a subprogram's address, whose first imm field is the distance to it.
struct [[nodiscard]] subprogram_load {
    wide_instruction code;
    std::string_view target;
};

/// Begins a subprogram, which ends in exit() or jump() like the main program before it. Labels are its own: no jump
/// enters or leaves it, and two subprograms may use the same names. It has r1 to r5 as arguments, r10 with a stack of its
/// own, and r0 as result; all stacks of a chain of calls share 512 bytes.
/// UAPI: BPF_PSEUDO_CALL
/// Since: Linux 4.16
constexpr subprogram_definition subprogram(std::string_view name) noexcept { return {name}; }

/// Calls a subprogram with r1 to r5 as its arguments; its result is in r0, and r1 to r5 lose their values.
/// UAPI: BPF_PSEUDO_CALL
/// Since: Linux 4.16
constexpr placed<subprogram_call> call_subprogram(std::string_view target, here place = here::current()) noexcept {
    return {{detail::call(pseudo_call::subprogram, 0, 0), target}, place};
}

/// Puts the address of a subprogram into a register, as helpers that call back expect it; takes two slots. The kernel
/// wants BTF with such a program, whose `func_info` names a static function at the start of each subprogram.
/// UAPI: BPF_PSEUDO_FUNC
/// Since: Linux 5.13
constexpr placed<subprogram_load> load_subprogram(reg64 to, std::string_view target,
                                                  here place = here::current()) noexcept {
    return {{detail::wide(pseudo_load::func, to, 0, 0), target}, place};
}

subprogram_load load_subprogram(reg32, std::string_view) = delete; // an address needs a 64-bit register: r0 to r9

namespace detail {

/// The imm field of a call or of a load, which counts slots from the one after its first.
constexpr std::int32_t subprogram_displacement(std::size_t from, std::size_t target) noexcept {
    return static_cast<std::int32_t>(static_cast<std::int64_t>(target) - static_cast<std::int64_t>(from) - 1);
}

/// Whether this slot names a subprogram.
constexpr bool names_subprogram(instruction const& slot) noexcept {
    if (slot.code == wide_opcode) return slot.src() == std::uint8_t(pseudo_load::func);
    return slot.code == opcode(opcode_class::jmp, jump_op::call, operand_source::k) &&
           slot.src() == std::uint8_t(pseudo_call::subprogram);
}

} // namespace detail

} // namespace bpfxx::insn
