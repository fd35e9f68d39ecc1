#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstddef>
#include <cstdint>
#include <utility>

#include <bpfxx/ill_formed.hpp>
#include <bpfxx/insn/opcode.hpp>
#include <bpfxx/insn/placed.hpp>
#include <bpfxx/insn/reg.hpp>
#include <bpfxx/insn/unit.hpp>

namespace bpfxx::insn {

namespace detail {

/// A constant may be written as signed or as unsigned, as long as memory then holds exactly what was written.
template <memory_unit T, constant Value>
constexpr std::int32_t stored(Value value) noexcept {
    if constexpr (sizeof(T) == 8)
        return signed_32(value);
    else {
        constexpr std::int64_t most = (std::int64_t{1} << sizeof(T) * 8) - 1;
        constexpr std::int64_t least = -(most / 2) - 1;
        if (std::cmp_greater(widened(value), most) || std::cmp_less(widened(value), least))
            ill_formed("constant does not fit the bytes that the store writes: widen the store or the value is cut");
        return static_cast<std::int32_t>(widened(value));
    }
}

template <class T, unsigned Width>
constexpr instruction loaded(memory_mode how, reg<Width> to, address from) noexcept {
    return {opcode(opcode_class::ldx, size_of_unit<T>, how), instruction::pack(written(to), from.base()),
            from.displacement(), 0};
}

} // namespace detail

/// Reads memory into a register; the upper bits of the register become zero.
/// UAPI: BPF_LDX | BPF_MEM
/// Since: Linux 3.18
template <class T, unsigned Width>
    requires detail::fits_register<T, Width>
constexpr placed<instruction> load(reg<Width> to, address from, here place = here::current()) noexcept {
    return {detail::loaded<T>(memory_mode::mem, to, from), place};
}

/// Reads memory into an r register as a signed T of 1, 2 or 4 bytes, and fills the upper bits with its sign.
/// UAPI: BPF_LDX | BPF_MEMSX
/// Since: Linux 6.6
template <class T, unsigned Width>
    requires(Width == 64 && detail::extended_in_register<T, 64>)
constexpr placed<instruction> load(reg<Width> to, address from, here place = here::current()) noexcept {
    return {detail::loaded<T>(memory_mode::memsx, to, from), place};
}

template <class T, unsigned Width>
    requires detail::too_wide_for_register<T, Width>
instruction load(reg<Width>, address) = delete; // 8 bytes need a 64-bit register: name it r0 to r9

template <class T, unsigned Width>
    requires(Width == 32 && detail::extended_in_register<T, 64>)
instruction load(reg<Width>, address) = delete; // a load that extends the sign fills all 64 bits: name it r0 to r9

template <class T, unsigned Width>
    requires detail::fills_register<T, 64>
instruction load(reg<Width>, address) = delete; // 8 bytes leave no sign to extend: load<std::uint64_t>

template <class T, unsigned Width>
    requires(!memory_unit<T> && !signed_unit<T>)
instruction load(reg<Width>, address) = delete; // load takes std::uint8_t to uint64_t, or std::int8_t to int32_t

/// Writes the lower bytes of a register to memory.
/// UAPI: BPF_STX | BPF_MEM
/// Since: Linux 3.18
template <class T, unsigned Width>
    requires detail::fits_register<T, Width>
constexpr placed<instruction> store(address to, reg<Width> from, here place = here::current()) noexcept {
    return {{opcode(opcode_class::stx, detail::size_of_unit<T>, memory_mode::mem),
             instruction::pack(to.base(), from.number()), to.displacement(), 0},
            place};
}

template <class T, unsigned Width>
    requires detail::too_wide_for_register<T, Width>
instruction store(address, reg<Width>) = delete; // 8 bytes need a 64-bit register: name it r0 to r10

/// Writes a constant to memory, one of 8 bytes sign-extended from 32 bits.
/// UAPI: BPF_ST | BPF_MEM
/// Since: Linux 3.18
template <memory_unit T, constant Value>
constexpr placed<instruction> store(address to, Value value, here place = here::current()) noexcept {
    return {{opcode(opcode_class::st, detail::size_of_unit<T>, memory_mode::mem), instruction::pack(to.base(), 0),
             to.displacement(), detail::stored<T>(value)},
            place};
}

template <class T, class From>
    requires(!memory_unit<T>)
instruction store(address, From) = delete; // store takes std::uint8_t, uint16_t, uint32_t or uint64_t

} // namespace bpfxx::insn
