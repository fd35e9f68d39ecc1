#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/command.hpp>
#include <bpfxx/fd_ref.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/sys/call.hpp>
#include <bpfxx/sys/timeout.hpp>

#include <asm/unistd.h>
#include <poll.h>

#include <cstdint>
#include <ctime>
#include <span>

namespace bpfxx::sys {

namespace detail {

// The kernel's `struct __kernel_timespec`, whatever libc's time_t.
struct kernel_time {
    std::int64_t seconds;
    std::int64_t nanoseconds;

    explicit constexpr kernel_time(timeout const& time) noexcept
        : seconds{time.nanoseconds() / 1'000'000'000}, nanoseconds{time.nanoseconds() % 1'000'000'000} {}
};

#if defined(__NR_ppoll_time64)
inline constexpr long poll_number = __NR_ppoll_time64;
#else
inline constexpr long poll_number = __NR_ppoll;
#endif

#if defined(__NR_clock_nanosleep_time64)
inline constexpr long sleep_number = __NR_clock_nanosleep_time64;
#else
inline constexpr long sleep_number = __NR_clock_nanosleep;
#endif

} // namespace detail

/// Waits until one of several descriptors is ready for what its `events` ask, and writes into `revents` for what.
/// Answers how many are; 0 when the time is over.
/// UAPI: ppoll(2)
/// Errors: EINTR a signal came
/// Costs: one system call, no allocation
[[nodiscard]] inline result<std::uint32_t> wait(std::span<::pollfd> watched, timeout const& longest) noexcept {
    detail::kernel_time time{longest};
    long const ready =
        detail::enter(detail::poll_number, reinterpret_cast<long>(watched.data()), static_cast<long>(watched.size()),
                      longest.is_never() ? 0 : reinterpret_cast<long>(&time), 0, 0);
    if (detail::is_failure(ready)) return detail::failure(ready, command::wait);
    return static_cast<std::uint32_t>(ready);
}

/// The same for one descriptor: whether it became ready.
template <class Kind>
[[nodiscard]] result<bool> wait(fd_ref<Kind> descriptor, short events, timeout const& longest) noexcept {
    ::pollfd watched{.fd = descriptor.raw(), .events = events, .revents = 0};
    auto const ready = wait(std::span{&watched, 1}, longest);
    if (!ready) return ready.error();
    return *ready != 0;
}

/// Sleeps.
/// UAPI: clock_nanosleep(2) of CLOCK_MONOTONIC
/// Errors: EINTR a signal came
/// Costs: one system call, no allocation
[[nodiscard]] inline result<void> sleep(timeout const& time) noexcept {
    detail::kernel_time const length{time};
    long const slept = detail::enter(detail::sleep_number, CLOCK_MONOTONIC, 0, reinterpret_cast<long>(&length), 0, 0);
    if (detail::is_failure(slept)) return detail::failure(slept, command::sleep);
    return outcome::success();
}

} // namespace bpfxx::sys
