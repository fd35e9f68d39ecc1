#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstdint>

#include <bpfxx/insn/opcode.hpp>
#include <bpfxx/insn/placed.hpp>
#include <bpfxx/insn/reg.hpp>
#include <bpfxx/insn/unit.hpp>

namespace bpfxx::insn {

/// Copies a register or a constant into a register; a write to a w register sets the upper 32 bits to zero.
/// UAPI: BPF_MOV
/// Since: Linux 3.18
template <unsigned Width>
constexpr placed<instruction> mov(reg<Width> to, operand_for<Width> from, here place = here::current()) noexcept {
    return {detail::alu(alu_op::mov, to, from), place};
}

/// Copies the lower 8, 16 or 32 bits of a register, a signed T, and fills the bits above with their sign.
/// UAPI: BPF_MOV, off 8, 16 or 32
/// Since: Linux 6.6
template <class T, unsigned Width>
    requires detail::extended_in_register<T, Width>
constexpr placed<instruction> mov(reg<Width> to, reg<Width> from, here place = here::current()) noexcept {
    return {detail::alu<Width>(alu_op::mov, to, from, sizeof(T) * 8), place};
}

template <class T, unsigned Width>
    requires detail::fills_register<T, Width>
instruction mov(reg<Width>, reg<Width>) = delete; // this T fills the register, no sign to extend: mov(r1, r2) copies it

template <class T, unsigned Width>
    requires(!signed_unit<T>)
instruction mov(reg<Width>, reg<Width>) = delete; // mov<T> extends a sign: T is std::int8_t, int16_t or int32_t

template <class T, unsigned A, unsigned B>
    requires(A != B)
instruction mov(reg<A>, reg<B>) = delete; // both registers must have one width: r with r, w with w

template <class T, unsigned Width, constant From>
instruction mov(reg<Width>, From) = delete; // a constant has its sign already: mov(r1, -1)

/// Puts a constant of 64 bits into a register; takes two slots.
/// UAPI: BPF_LD | BPF_IMM | BPF_DW
/// Since: Linux 3.18
template <constant T>
constexpr placed<wide_instruction> load_imm64(reg64 to, T value, here place = here::current()) noexcept {
    auto const bits = static_cast<std::uint64_t>(detail::widened(value));
    return {detail::wide(pseudo_load::constant, to, static_cast<std::uint32_t>(bits),
                         static_cast<std::uint32_t>(bits >> 32)),
            place};
}

template <constant T>
wide_instruction load_imm64(reg32, T) = delete; // a 64-bit constant needs a 64-bit register: name it r0 to r9

namespace detail {

/// Which way an address is cast, in imm: the space that it leaves in the lower 16 bits, the new one above them.
enum class address_cast : std::int32_t { arena_to_kernel = 1, kernel_to_arena = 1 << 16 };

constexpr instruction cast(address_cast way, reg64 to, reg64 from) noexcept {
    constexpr std::int16_t address_space_cast = 1;
    instruction made = alu<64>(alu_op::mov, to, from, address_space_cast);
    made.imm = std::int32_t(way);
    return made;
}

} // namespace detail

/// Makes of an address in an arena, as user space and the arena's own contents know it, one that loads and stores of
/// the program take.
/// UAPI: BPF_ADDR_SPACE_CAST
/// Since: Linux 6.9
/// Errors: EINVAL the program names no arena
constexpr placed<instruction> arena_to_kernel(reg64 to, reg64 from, here place = here::current()) noexcept {
    return {detail::cast(detail::address_cast::arena_to_kernel, to, from), place};
}

/// Makes of an address that the program used one that user space can follow; 0 stays 0.
/// UAPI: BPF_ADDR_SPACE_CAST
/// Since: Linux 6.9
/// Errors: EINVAL the program names no arena
constexpr placed<instruction> kernel_to_arena(reg64 to, reg64 from, here place = here::current()) noexcept {
    return {detail::cast(detail::address_cast::kernel_to_arena, to, from), place};
}

template <unsigned A, unsigned B>
    requires(A == 32 || B == 32)
instruction arena_to_kernel(reg<A>, reg<B>) = delete; // an address is 64 bits wide: name its registers r0 to r10

template <unsigned A, unsigned B>
    requires(A == 32 || B == 32)
instruction kernel_to_arena(reg<A>, reg<B>) = delete; // an address is 64 bits wide: name its registers r0 to r10

} // namespace bpfxx::insn
