#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <utility>

namespace bpfxx {

/// An answer or what is wrong: tests true when there is an answer. The answer of a failure is an empty T, so that a
/// forgotten test reads nothing rather than something outside what was parsed. A Malformed has a member `why`, which is
/// `none` in a default constructed one.
/// Costs: no allocation
template <class T, class Malformed>
class [[nodiscard]] parsed {
  public:
    constexpr parsed(T value) noexcept : value_{std::move(value)} {}
    constexpr parsed(Malformed problem) noexcept : problem_{problem} {}

    [[nodiscard]] constexpr explicit operator bool() const noexcept { return problem_.why == Malformed{}.why; }
    [[nodiscard]] constexpr Malformed error() const noexcept { return problem_; }

    [[nodiscard]] constexpr T const& operator*() const& noexcept { return value_; }
    [[nodiscard]] constexpr T operator*() const&& noexcept { return value_; }
    [[nodiscard]] constexpr T const* operator->() const& noexcept { return &value_; }
    T const* operator->() const&& = delete; // keep the answer in a variable: what it hands out points into it

  private:
    T value_{};
    Malformed problem_{};
};

} // namespace bpfxx
