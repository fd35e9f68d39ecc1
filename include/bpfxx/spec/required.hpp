#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <concepts>

namespace bpfxx {

/// A field of an options struct that has to be given: leaving it out does not compile.
template <class T>
class required {
  public:
    required() = delete; // this field has no default: give it in the braces

    template <std::convertible_to<T> U>
    constexpr required(U given) noexcept : value_{static_cast<T>(given)} {}

    [[nodiscard]] constexpr operator T() const noexcept { return value_; }

  private:
    T value_;
};

} // namespace bpfxx
