#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <array>
#include <bit>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <type_traits>
#include <utility>

namespace bpfxx::detail {

/// A byte in one of the types that C++ programs keep raw bytes in.
template <class T>
concept byte_like = std::is_same_v<T, char> || std::is_same_v<T, unsigned char> || std::is_same_v<T, std::byte>;

/// The value that has these bytes, at any alignment, in few of the steps that compilers count while they evaluate
/// constants.
template <class T, byte_like Byte>
    requires std::is_trivially_copyable_v<T>
[[nodiscard]] constexpr T from_bytes(Byte const* at) noexcept {
    if (!std::is_constant_evaluated()) {
        T value;
        std::memcpy(&value, at, sizeof value);
        return value;
    }
#ifdef __clang__
    std::array<Byte, sizeof(T)> bytes;
    __builtin_memcpy(bytes.data(), at, sizeof(T));
    return __builtin_bit_cast(T, bytes);
#else
    return [&]<std::size_t... Index>(std::index_sequence<Index...>) {
        return __builtin_bit_cast(T, (std::array<Byte, sizeof(T)>{at[Index]...}));
    }(std::make_index_sequence<sizeof(T)>{});
#endif
}

/// Copies bytes to where none of them lie, while compiling too.
constexpr void copy_bytes(char* to, char const* from, std::size_t count) noexcept {
    if (count == 0) return;
#ifdef __clang__
    __builtin_memcpy(to, from, count);
#else
    if (!std::is_constant_evaluated())
        std::memcpy(to, from, count);
    else
        for (char const* const end = from + count; from != end;) *to++ = *from++;
#endif
}

/// The first position of a character in a text, or the text's length. Not std::string_view::find: its constant
/// evaluation compares a pointer with null, which g++ refuses under -fsanitize=undefined.
[[nodiscard]] constexpr std::size_t position_of(char wanted, std::string_view text) noexcept {
    if (!std::is_constant_evaluated()) {
        std::size_t const found = text.find(wanted);
        return found == std::string_view::npos ? text.size() : found;
    }
#ifdef __clang__
    char const* const found = __builtin_char_memchr(text.data(), wanted, text.size());
    return found == nullptr ? text.size() : static_cast<std::size_t>(found - text.data());
#else
    std::size_t position = 0;
    while (position < text.size() && text[position] != wanted) ++position;
    return position;
#endif
}

} // namespace bpfxx::detail
