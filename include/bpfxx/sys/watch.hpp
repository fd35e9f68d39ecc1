#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/command.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/sys/call.hpp>
#include <bpfxx/sys/wait.hpp>

#include <asm/unistd.h>
#include <sys/epoll.h>

#include <cstdint>
#include <span>
#include <utility>

namespace bpfxx::sys {

/// A set of descriptors that are waited for together, each under a number of the caller's.
/// UAPI: epoll(7)
class watch_set {
  public:
    /// Errors: EMFILE too many open descriptors
    /// Costs: one system call
    [[nodiscard]] static result<watch_set> create() noexcept {
        long const made = detail::enter(__NR_epoll_create1, EPOLL_CLOEXEC, 0, 0);
        if (detail::is_failure(made)) return detail::failure(made, command::watch);
        auto set = owned_fd<kind::file>::from_kernel(static_cast<int>(made), command::watch);
        if (!set) return set.error();
        return watch_set{std::move(*set)};
    }

    /// Watches a descriptor for `events`, such as EPOLLIN.
    /// Errors: EEXIST it is watched already; EPERM nothing that can be waited for; ENOSPC, ENOMEM
    /// Costs: one system call
    template <class Kind>
    [[nodiscard]] result<void> add(fd_ref<Kind> descriptor, std::uint32_t events, std::uint64_t number) const noexcept {
        ::epoll_event wanted{};
        wanted.events = events;
        wanted.data.u64 = number;
        return control(EPOLL_CTL_ADD, descriptor.raw(), &wanted);
    }

    /// Watches it no longer. A descriptor that is closed, and all its duplicates, is no longer watched either.
    /// Errors: ENOENT it is not watched
    /// Costs: one system call
    template <class Kind>
    [[nodiscard]] result<void> remove(fd_ref<Kind> descriptor) const noexcept {
        return control(EPOLL_CTL_DEL, descriptor.raw(), nullptr);
    }

    /// Waits until at least one is ready, and writes which are: how many, 0 when the time is over.
    /// UAPI: epoll_pwait2(2)
    /// Since: Linux 5.11
    /// Errors: EINTR a signal came; EINVAL no room given
    /// Costs: one system call
    [[nodiscard]] result<std::uint32_t> wait(std::span<::epoll_event> ready, timeout const& longest) const noexcept {
        detail::kernel_time const time{longest};
        long const found =
            detail::enter(__NR_epoll_pwait2, set_.raw(), reinterpret_cast<long>(ready.data()),
                          static_cast<long>(ready.size()), longest.is_never() ? 0 : reinterpret_cast<long>(&time), 0);
        if (detail::is_failure(found)) return detail::failure(found, command::wait);
        return static_cast<std::uint32_t>(found);
    }

    /// Readable when one of them is ready, so that a set can be part of another.
    [[nodiscard]] fd_ref<kind::file> fd() const& noexcept { return set_; }
    fd_ref<kind::file> fd() const&& = delete; // this descriptor is closed at once: name the set

  private:
    explicit watch_set(owned_fd<kind::file> set) noexcept : set_{std::move(set)} {}

    [[nodiscard]] result<void> control(int operation, int descriptor, ::epoll_event* wanted) const noexcept {
        long const done =
            detail::enter(__NR_epoll_ctl, set_.raw(), operation, descriptor, reinterpret_cast<long>(wanted), 0);
        if (detail::is_failure(done)) return detail::failure(done, command::watch);
        return outcome::success();
    }

    owned_fd<kind::file> set_;
};

} // namespace bpfxx::sys
