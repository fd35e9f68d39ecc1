#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstddef>
#include <cstdint>
#include <span>

namespace bpfxx::sys {

/// What the kernel filled of a buffer where it has `count` to tell: all of the buffer where it has more.
template <class T>
[[nodiscard]] constexpr std::span<T> filled(std::span<T> room, std::uint64_t count) noexcept {
    return count < room.size() ? room.first(static_cast<std::size_t>(count)) : room;
}

} // namespace bpfxx::sys
