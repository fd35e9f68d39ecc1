#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstdint>

#include <bpfxx/insn/opcode.hpp>
#include <bpfxx/insn/placed.hpp>
#include <bpfxx/insn/reg.hpp>
#include <bpfxx/insn/unit.hpp>

namespace bpfxx::insn {

namespace detail {

/// The source bit of the class alu says into which order; alu64 knows no order and always swaps.
template <swapped_unit T>
constexpr instruction swap(opcode_class group, operand_source order, reg64 value) noexcept {
    return {opcode(group, alu_op::end, order), instruction::pack(written(value), 0), 0, sizeof(T) * 8};
}

} // namespace detail

// All three work on the lower bytes of a register, as many as T has, and set the bits above them to zero.

/// Turns a value between the machine's order of bytes and big endian, the order of network headers.
/// UAPI: BPF_END | BPF_TO_BE
/// Since: Linux 3.18
template <class T>
    requires detail::swapped_unit<T>
constexpr placed<instruction> to_be(reg64 value, here place = here::current()) noexcept {
    return {detail::swap<T>(opcode_class::alu, operand_source::x, value), place};
}

template <class T>
    requires(!detail::swapped_unit<T>)
instruction to_be(reg64) = delete; // byte orders are of std::uint16_t, uint32_t or uint64_t

template <class T>
instruction to_be(reg32) = delete; // a change of byte order writes all 64 bits: name the register r0 to r9

/// Turns a value between the machine's order of bytes and little endian.
/// UAPI: BPF_END | BPF_TO_LE
/// Since: Linux 3.18
template <class T>
    requires detail::swapped_unit<T>
constexpr placed<instruction> to_le(reg64 value, here place = here::current()) noexcept {
    return {detail::swap<T>(opcode_class::alu, operand_source::k, value), place};
}

template <class T>
    requires(!detail::swapped_unit<T>)
instruction to_le(reg64) = delete; // byte orders are of std::uint16_t, uint32_t or uint64_t

template <class T>
instruction to_le(reg32) = delete; // a change of byte order writes all 64 bits: name the register r0 to r9

/// Turns the bytes of a value around on every machine.
/// UAPI: BPF_ALU64 | BPF_END
/// Since: Linux 6.6
template <class T>
    requires detail::swapped_unit<T>
constexpr placed<instruction> bswap(reg64 value, here place = here::current()) noexcept {
    return {detail::swap<T>(opcode_class::alu64, operand_source::k, value), place};
}

template <class T>
    requires(!detail::swapped_unit<T>)
instruction bswap(reg64) = delete; // byte orders are of std::uint16_t, uint32_t or uint64_t

template <class T>
instruction bswap(reg32) = delete; // a change of byte order writes all 64 bits: name the register r0 to r9

} // namespace bpfxx::insn
