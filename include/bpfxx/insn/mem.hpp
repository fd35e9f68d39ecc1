#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <bpfxx/ill_formed.hpp>
#include <bpfxx/insn/opcode.hpp>
#include <bpfxx/insn/reg.hpp>

namespace bpfxx::insn {

/// What one load or store moves: an unsigned integer of 1, 2, 4 or 8 bytes.
template <class T>
concept memory_unit = std::unsigned_integral<T> && !std::same_as<T, bool> && sizeof(T) <= 8;

namespace detail {

template <memory_unit T>
inline constexpr memory_size size_of_unit = sizeof(T) == 1   ? memory_size::b
                                            : sizeof(T) == 2 ? memory_size::h
                                            : sizeof(T) == 4 ? memory_size::w
                                                             : memory_size::dw;

template <class T, unsigned Width>
concept fits_register = memory_unit<T> && sizeof(T) * 8 <= Width;

template <class T, unsigned Width>
concept too_wide_for_register = memory_unit<T> && !fits_register<T, Width>;

template <class T, unsigned Width>
concept atomic_unit = fits_register<T, Width> && sizeof(T) >= 4;

template <memory_unit T, unsigned Width>
constexpr instruction atomic(atomic_op op, address to, reg<Width> from) noexcept {
    return {opcode(opcode_class::stx, size_of_unit<T>, memory_mode::atomic),
            instruction::pack(to.base(), from.number()), to.displacement(), std::int32_t(op)};
}

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

} // namespace detail

/// Reads memory into a register; the upper bits of the register become zero.
/// UAPI: BPF_LDX | BPF_MEM
/// Since: Linux 3.18
template <class T, unsigned Width>
    requires detail::fits_register<T, Width>
constexpr instruction load(reg<Width> to, address from) noexcept {
    return {opcode(opcode_class::ldx, detail::size_of_unit<T>, memory_mode::mem),
            instruction::pack(detail::written(to), from.base()), from.displacement(), 0};
}

template <class T, unsigned Width>
    requires detail::too_wide_for_register<T, Width>
instruction load(reg<Width>, address) = delete; // 8 bytes need a 64-bit register: name it r0 to r9

template <class T, unsigned Width>
    requires(!memory_unit<T>)
instruction load(reg<Width>, address) = delete; // load takes std::uint8_t, uint16_t, uint32_t or uint64_t

/// Writes the lower bytes of a register to memory.
/// UAPI: BPF_STX | BPF_MEM
/// Since: Linux 3.18
template <class T, unsigned Width>
    requires detail::fits_register<T, Width>
constexpr instruction store(address to, reg<Width> from) noexcept {
    return {opcode(opcode_class::stx, detail::size_of_unit<T>, memory_mode::mem),
            instruction::pack(to.base(), from.number()), to.displacement(), 0};
}

template <class T, unsigned Width>
    requires detail::too_wide_for_register<T, Width>
instruction store(address, reg<Width>) = delete; // 8 bytes need a 64-bit register: name it r0 to r10

/// Writes a constant to memory, one of 8 bytes sign-extended from 32 bits.
/// UAPI: BPF_ST | BPF_MEM
/// Since: Linux 3.18
template <memory_unit T, constant Value>
constexpr instruction store(address to, Value value) noexcept {
    return {opcode(opcode_class::st, detail::size_of_unit<T>, memory_mode::mem), instruction::pack(to.base(), 0),
            to.displacement(), detail::stored<T>(value)};
}

template <class T, class From>
    requires(!memory_unit<T>)
instruction store(address, From) = delete; // store takes std::uint8_t, uint16_t, uint32_t or uint64_t

/// Adds a register to memory as one atomic step.
/// UAPI: BPF_STX | BPF_ATOMIC, BPF_ADD
/// Since: Linux 3.18
template <class T, unsigned Width>
    requires detail::atomic_unit<T, Width>
constexpr instruction atomic_add(address to, reg<Width> from) noexcept {
    return detail::atomic<T>(atomic_op::add, to, from);
}

template <class T, unsigned Width>
    requires(!detail::atomic_unit<T, Width>)
instruction atomic_add(address, reg<Width>) = delete; // atomics take uint32_t or, from an r register, uint64_t

} // namespace bpfxx::insn
