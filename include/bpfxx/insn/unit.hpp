#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <concepts>
#include <cstdint>

#include <bpfxx/insn/opcode.hpp>

// What one instruction reads, writes or swaps at a time, said by a type.
namespace bpfxx::insn {

namespace detail {

/// Signed on some machines and unsigned on others, so that they say nothing.
template <class T>
concept of_unknown_sign = std::same_as<T, char> || std::same_as<T, wchar_t>;

} // namespace detail

/// What one load or store moves: an unsigned integer of 1, 2, 4 or 8 bytes.
template <class T>
concept memory_unit =
    std::unsigned_integral<T> && !std::same_as<T, bool> && !detail::of_unknown_sign<T> && sizeof(T) <= 8;

/// The same with a sign, for the instructions that extend one.
template <class T>
concept signed_unit = std::signed_integral<T> && !detail::of_unknown_sign<T> && sizeof(T) <= 8;

namespace detail {

template <class T>
    requires(memory_unit<T> || signed_unit<T>)
inline constexpr memory_size size_of_unit = sizeof(T) == 1   ? memory_size::b
                                            : sizeof(T) == 2 ? memory_size::h
                                            : sizeof(T) == 4 ? memory_size::w
                                                             : memory_size::dw;

template <class T, unsigned Width>
concept fits_register = memory_unit<T> && sizeof(T) * 8 <= Width;

template <class T, unsigned Width>
concept too_wide_for_register = memory_unit<T> && !fits_register<T, Width>;

/// A signed unit that leaves bits of the register for its sign.
template <class T, unsigned Width>
concept extended_in_register = signed_unit<T> && sizeof(T) * 8 < Width;

/// A signed unit that leaves none.
template <class T, unsigned Width>
concept fills_register = signed_unit<T> && !extended_in_register<T, Width>;

/// What an atomic operation works on, from a register of the width.
template <class T, unsigned Width>
concept atomic_unit = fits_register<T, Width> && sizeof(T) >= 4;

/// What the legacy packet loads read.
template <class T>
concept packet_unit = memory_unit<T> && sizeof(T) <= 4;

/// What has an order of bytes to change.
template <class T>
concept swapped_unit = memory_unit<T> && sizeof(T) >= 2;

} // namespace detail

} // namespace bpfxx::insn
