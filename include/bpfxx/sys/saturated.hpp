#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstddef>
#include <cstdint>

namespace bpfxx::sys {

/// A count as attributes carry it, in 32 bits. One that does not fit stays too large: cut, it could become one that the
/// kernel takes.
[[nodiscard]] constexpr std::uint32_t saturated(std::size_t count) noexcept {
    constexpr std::uint32_t most = 0xffff'ffff;
    return count < most ? static_cast<std::uint32_t>(count) : most;
}

} // namespace bpfxx::sys
