#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <array>
#include <cstddef>
#include <span>

namespace bpfxx::detail {

/// An array, or its first elements, as a span. What std::span makes of an array itself has the compiler find out for each
/// size that an array is a range, which takes it 10 ms; here it knows the elements' type already.
template <class T, std::size_t Size>
[[nodiscard]] constexpr std::span<T> span_of(std::array<T, Size>& all, std::size_t count = Size) noexcept {
    return {all.data(), count};
}
template <class T, std::size_t Size>
[[nodiscard]] constexpr std::span<T const> span_of(std::array<T, Size> const& all, std::size_t count = Size) noexcept {
    return {all.data(), count};
}
template <class T, std::size_t Size>
void span_of(std::array<T, Size> const&&, std::size_t = Size) = delete; // the span would point into a temporary

} // namespace bpfxx::detail
