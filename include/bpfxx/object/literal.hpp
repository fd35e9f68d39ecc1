#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstddef>
#include <string_view>

namespace bpfxx::object {

/// A string literal as an argument of a template: the "name" of `map<"name">()`.
template <std::size_t Size>
struct literal {
    char characters[Size]{};

    consteval literal(char const (&text)[Size]) noexcept {
        for (std::size_t at = 0; at != Size; ++at) characters[at] = text[at];
    }
    [[nodiscard]] constexpr std::string_view view() const noexcept { return {characters, Size - 1}; }
};

} // namespace bpfxx::object
