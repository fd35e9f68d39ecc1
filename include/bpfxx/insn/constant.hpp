#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <concepts>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace bpfxx::insn {

/// What may stand as a constant in an instruction: an integer or an enumerator.
template <class T>
concept constant = (std::integral<T> || std::is_enum_v<T>) && sizeof(T) <= 8;

namespace detail {

/// The value as one of the two 64-bit types, since the comparisons of <utility> refuse enumerators, bool and char.
template <constant T>
constexpr auto widened(T value) noexcept {
    if constexpr (std::is_enum_v<T>)
        return widened(static_cast<std::underlying_type_t<T>>(value));
    else if constexpr (std::signed_integral<T>)
        return static_cast<std::int64_t>(value);
    else
        return static_cast<std::uint64_t>(value);
}

template <constant T>
constexpr bool fits_signed_32(T value) noexcept {
    return std::in_range<std::int32_t>(widened(value));
}

/// Whether 32 bits hold it, written as signed or as unsigned.
template <constant T>
constexpr bool fits_32(T value) noexcept {
    return fits_signed_32(value) || std::in_range<std::uint32_t>(widened(value));
}

} // namespace detail

} // namespace bpfxx::insn
