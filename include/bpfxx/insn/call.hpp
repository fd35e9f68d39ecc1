#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstddef>
#include <cstdint>
#include <utility>

#include <bpfxx/btf/id.hpp>
#include <bpfxx/ill_formed.hpp>
#include <bpfxx/insn/helper.hpp>
#include <bpfxx/insn/opcode.hpp>
#include <bpfxx/insn/placed.hpp>
#include <bpfxx/insn/reg.hpp>
#include <bpfxx/insn/slot.hpp>

namespace bpfxx::insn {

/// A call that names the slot of a kernel function; until that is filled, its imm holds the slot's number, its off -1.
template <std::size_t Number>
struct [[nodiscard]] kfunc_call {
    instruction code;
};

namespace detail {

constexpr instruction call(pseudo_call whom, std::int16_t off, std::int32_t imm) noexcept {
    return {opcode(opcode_class::jmp, jump_op::call, operand_source::k), instruction::pack(0, std::uint8_t(whom)), off,
            imm};
}

inline constexpr std::int16_t unfilled = -1;

template <constant T>
constexpr std::int16_t checked_fd_index(T index) noexcept {
    if (std::cmp_less(widened(index), 0) || !std::in_range<std::int16_t>(widened(index)))
        ill_formed("fd_index of a kernel function must be 0, the kernel itself, or 1 to 32767");
    return static_cast<std::int16_t>(index);
}

} // namespace detail

// Every call has r1 to r5 as its arguments and r0 as its result; r1 to r5 lose their values.

/// Calls a helper.
/// UAPI: BPF_CALL
/// Since: Linux 3.18, each helper as in `helper`
constexpr placed<instruction> call(helper whom, here place = here::current()) noexcept {
    return {detail::call(pseudo_call::helper, 0, static_cast<std::int32_t>(whom)), place};
}

/// Calls a function of the kernel's own by its id in the kernel's BTF or, with an index above 0, in that of the module
/// whose BTF descriptor stands there in `fd_array`.
/// UAPI: BPF_PSEUDO_KFUNC_CALL
/// Since: Linux 5.13, modules 5.16
template <constant Index = int>
constexpr placed<instruction> call_kfunc(btf::type_id function, Index fd_index = {},
                                         here place = here::current()) noexcept {
    return {detail::call(pseudo_call::kfunc, detail::checked_fd_index(fd_index),
                         static_cast<std::int32_t>(btf::number(function))),
            place};
}

/// The same for a function whose id is known when the program is loaded.
template <std::size_t Number>
constexpr placed<kfunc_call<Number>> call(kfunc_slot<Number>, here place = here::current()) noexcept {
    return {{detail::call(pseudo_call::kfunc, detail::unfilled, std::int32_t{Number})}, place};
}

/// Ends the program; its result is what r0 holds.
/// UAPI: BPF_EXIT
/// Since: Linux 3.18
constexpr placed<instruction> exit(here place = here::current()) noexcept {
    return {{opcode(opcode_class::jmp, jump_op::exit, operand_source::k), 0, 0, 0}, place};
}

namespace detail {

/// Whether this call still names the slot of a kernel function.
constexpr bool names_kfunc_slot(instruction const& slot) noexcept {
    return slot.code == opcode(opcode_class::jmp, jump_op::call, operand_source::k) &&
           slot.src() == std::uint8_t(pseudo_call::kfunc) && slot.off == unfilled;
}

constexpr void fill(instruction& call, kfunc const& with) noexcept {
    call.imm = static_cast<std::int32_t>(btf::number(with.function));
    call.off = with.fd_index;
}

} // namespace detail

} // namespace bpfxx::insn
