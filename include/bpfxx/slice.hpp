#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <type_traits>

namespace bpfxx {

/// Elements in a row that someone else owns: a std::span of which a compiler does not ask what iterators it has, which
/// takes it ten milliseconds for each type of elements. Arrays, vectors and std::span convert to it, and it to std::span.
template <class T>
class slice {
  public:
    using element_type = T;
    using value_type = std::remove_cv_t<T>;

    constexpr slice() noexcept = default;
    constexpr slice(T* given, std::size_t how_many) noexcept : start_{given}, size_{how_many} {}
    /// Whatever has such elements in a row, and outlives this.
    template <class Range>
        requires(!std::same_as<std::remove_cvref_t<Range>, slice> &&
                 requires(Range& all) {
                     { all.data() } -> std::convertible_to<T*>;
                     { all.size() } -> std::convertible_to<std::size_t>;
                 })
    constexpr slice(Range&& given) noexcept : start_{given.data()}, size_{given.size()} {}
    template <std::size_t Size>
    constexpr slice(T (&given)[Size]) noexcept : start_{given}, size_{Size} {}

    [[nodiscard]] constexpr T* data() const noexcept { return start_; }
    [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }
    [[nodiscard]] constexpr std::size_t size_bytes() const noexcept { return size_ * sizeof(T); }
    [[nodiscard]] constexpr bool empty() const noexcept { return size_ == 0; }

    /// The same as a std::span, without the compiler's having to find out that this is a range.
    [[nodiscard]] constexpr std::span<T> span() const noexcept { return {start_, size_}; }

    [[nodiscard]] constexpr T* begin() const noexcept { return start_; }
    [[nodiscard]] constexpr T* end() const noexcept { return start_ + size_; }
    [[nodiscard]] constexpr T& operator[](std::size_t index) const noexcept { return start_[index]; }
    [[nodiscard]] constexpr T& front() const noexcept { return *start_; }
    [[nodiscard]] constexpr T& back() const noexcept { return start_[size_ - 1]; }

    /// Parts of it, which must be there.
    [[nodiscard]] constexpr slice first(std::size_t count) const noexcept { return {start_, count}; }
    [[nodiscard]] constexpr slice last(std::size_t count) const noexcept { return {start_ + (size_ - count), count}; }
    [[nodiscard]] constexpr slice subspan(std::size_t offset) const noexcept {
        return {start_ + offset, size_ - offset};
    }
    [[nodiscard]] constexpr slice subspan(std::size_t offset, std::size_t count) const noexcept {
        return {start_ + offset, count};
    }

  private:
    T* start_ = nullptr;
    std::size_t size_ = 0;
};

template <class T>
slice(T*, std::size_t) -> slice<T>;

namespace detail {

/// An array, or its first elements.
template <class T, std::size_t Size>
[[nodiscard]] constexpr slice<T> slice_of(std::array<T, Size>& all, std::size_t count = Size) noexcept {
    return {all.data(), count};
}
template <class T, std::size_t Size>
[[nodiscard]] constexpr slice<T const> slice_of(std::array<T, Size> const& all, std::size_t count = Size) noexcept {
    return {all.data(), count};
}
template <class T, std::size_t Size>
void slice_of(std::array<T, Size> const&&, std::size_t = Size) = delete; // the slice would point into a temporary

} // namespace detail

} // namespace bpfxx

template <class T>
inline constexpr bool std::ranges::enable_borrowed_range<bpfxx::slice<T>> = true;
template <class T>
inline constexpr bool std::ranges::enable_view<bpfxx::slice<T>> = true;
