#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd_ref.hpp>

#include <type_traits>

namespace bpfxx {

/// A borrowed descriptor in an options struct that has to be given: leaving it out does not compile.
template <class Kind>
class required_fd_ref {
  public:
    constexpr required_fd_ref(fd_ref<Kind> fd) noexcept : fd_{fd} {}
    required_fd_ref(owned_fd<Kind> const& owner) noexcept : fd_{owner} {}
    required_fd_ref(owned_fd<Kind> const&&) = delete; // borrows from a temporary that closes at once: name the owner
    required_fd_ref(int) = delete; // a number does not say what it refers to: fd_ref<...>::from_raw(number) does

    template <class Missing = void>
    constexpr required_fd_ref() noexcept : fd_{fd_ref<Kind>::from_raw(-1)} {
        static_assert(!std::is_void_v<Missing>, "this descriptor has no default: give it in the braces");
    }

    [[nodiscard]] constexpr operator fd_ref<Kind>() const noexcept { return fd_; }

  private:
    fd_ref<Kind> fd_;
};

} // namespace bpfxx
