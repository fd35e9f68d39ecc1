#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bpfxx::core {

/// A name without its flavour: three underscores between other characters, and what follows, tell apart several
/// versions of one type, as in `task_struct___before_5_14`.
[[nodiscard]] constexpr std::string_view essential_name(std::string_view name) noexcept {
    if (name.size() < 5) return name;
    for (std::size_t at = name.size() - 4; at-- > 0;) {
        char const* const here = name.data() + at;
        if (here[1] != '_' || here[2] != '_' || here[3] != '_') continue;
        if (here[0] != '_' && here[4] != '_') return {name.data(), at + 1};
    }
    return name;
}

/// Whether two names are those of versions of one type.
[[nodiscard]] constexpr bool is_same_but_flavour(std::string_view left, std::string_view right) noexcept {
    return essential_name(left) == essential_name(right);
}

namespace detail {

[[nodiscard]] constexpr std::uint32_t hash_of(std::string_view text) noexcept {
    std::uint32_t hash = 2'166'136'261;
    for (char const letter : text) hash = (hash ^ static_cast<unsigned char>(letter)) * 16'777'619;
    return hash;
}

} // namespace detail

} // namespace bpfxx::core
