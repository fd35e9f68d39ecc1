#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd_ref.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/sys/call.hpp>

#include <fcntl.h>

#include <cstdint>
#include <utility>

namespace bpfxx {

/// A descriptor of one kind that closes itself: movable, never 0, close-on-exec. A moved-from owner owns nothing.
template <class Kind>
class [[nodiscard]] owned_fd {
  public:
    /// Takes over a descriptor that the caller owns and knows to be of this kind.
    /// Errors: EBADF `number` is negative, as what a failed open(2) returned; EMFILE no number but 0 is left
    /// Costs: nothing; two system calls where `number` is 0, which is then replaced by a higher one
    [[nodiscard]] static result<owned_fd> adopt_raw(int number) noexcept {
        if (number < 0) return error{errc::ebadf, command::duplicate_fd};
        return from_kernel(number, command::duplicate_fd);
    }

    /// What `sys::call` does with a number that the kernel just handed out.
    [[nodiscard]] static result<owned_fd> from_kernel(int number, command during) noexcept {
        if (number != 0) [[likely]]
            return owned_fd{number, taken{}};
        owned_fd const zero{0, taken{}}; // closes it in the end
        return duplicate_number(0, during);
    }

    owned_fd(int) = delete; // a number does not say what it refers to: owned_fd<...>::adopt_raw(number) takes it over
    owned_fd(owned_fd&& other) noexcept : number_{std::exchange(other.number_, nothing)} {}
    owned_fd& operator=(owned_fd&& other) noexcept {
        owned_fd{std::move(other)}.swap(*this);
        return *this;
    }
// g++ 12 takes the system call for one that may fill an empty std::optional of an owner, and then finds no number there.
#if defined(__GNUC__) && !defined(__clang__)
#    pragma GCC diagnostic push
#    pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
    ~owned_fd() {
        if (number_ != nothing) sys::detail::enter(__NR_close, number_, 0, 0);
    }
#if defined(__GNUC__) && !defined(__clang__)
#    pragma GCC diagnostic pop
#endif

    [[nodiscard]] int raw() const& noexcept { return number_; }
    int raw() const&& = delete; // the number of a temporary that closes at once: name the owner

    [[nodiscard]] fd_ref<Kind> borrow() const& noexcept { return *this; }
    fd_ref<Kind> borrow() const&& = delete; // borrows from a temporary that closes at once: name the owner

    /// A second descriptor for the same object.
    /// UAPI: fcntl(2) F_DUPFD_CLOEXEC
    /// Errors: EMFILE too many open descriptors
    /// Costs: one system call
    [[nodiscard]] result<owned_fd> duplicate() const noexcept { return duplicate(borrow()); }

    /// A descriptor of one's own for what is lent.
    /// UAPI: fcntl(2) F_DUPFD_CLOEXEC
    /// Errors: EMFILE too many open descriptors; EBADF
    /// Costs: one system call
    [[nodiscard]] static result<owned_fd> duplicate(fd_ref<Kind> lent) noexcept {
        return duplicate_number(lent.raw(), command::duplicate_fd);
    }

    /// Gives the number up without closing it.
    [[nodiscard]] int release() && noexcept { return std::exchange(number_, nothing); }

    void swap(owned_fd& other) noexcept { std::swap(number_, other.number_); }

    /// False only for an owner that was moved from or released.
    [[nodiscard]] explicit operator bool() const noexcept { return number_ != nothing; }

  private:
    static constexpr std::int32_t nothing = -1;
    struct taken {};

    owned_fd(int number, taken) noexcept : number_{number} {}

    static result<owned_fd> duplicate_number(int number, command during) noexcept {
        long const answer = sys::detail::enter(__NR_fcntl, number, F_DUPFD_CLOEXEC, 1);
        if (sys::detail::is_failure(answer)) return sys::detail::failure(answer, during);
        return owned_fd{static_cast<int>(answer), taken{}};
    }

    std::int32_t number_;
};

/// Wraps the number of a descriptor that something else owns.
template <class Kind>
[[nodiscard]] constexpr fd_ref<Kind> borrow_raw(int number) noexcept {
    return fd_ref<Kind>::from_raw(number);
}

} // namespace bpfxx
