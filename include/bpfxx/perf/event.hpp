#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/command.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/perf/attribute.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/sys/call.hpp>

#include <asm/unistd.h>
#include <linux/ioctl.h>

#include <cstdint>
#include <optional>

// Events of perf_event_open(2), as far as programs are attached to them.
namespace bpfxx::perf {

/// Whom an event watches: one thread (0 is the calling one) or all of them, on one CPU or on all of them. -1 is all; the
/// kernel refuses all threads on all CPUs, which take an event for each CPU.
struct target {
    std::int32_t pid = -1;
    std::int32_t cpu = -1;
};

/// Opens an event, close-on-exec.
/// UAPI: perf_event_open(2)
/// Errors: ENOENT the kernel or the machine has no such event; EACCES, EPERM CAP_PERFMON is missing and
/// /proc/sys/kernel/perf_event_paranoid is strict; EINVAL neither thread nor CPU; ESRCH no such thread; ENODEV the CPU
/// is not online; EMFILE too many open descriptors
/// Costs: one system call, no allocation
[[nodiscard]] inline result<owned_fd<kind::perf_event>> open(event_attribute const& attribute,
                                                             target const& whom) noexcept {
    constexpr long no_group = -1;
    constexpr long close_on_exec = 8;
    long const opened = sys::detail::enter(__NR_perf_event_open, reinterpret_cast<long>(&attribute), whom.pid, whom.cpu,
                                           no_group, close_on_exec);
    if (sys::detail::is_failure(opened)) return sys::detail::failure(opened, command::open_perf_event);
    return owned_fd<kind::perf_event>::from_kernel(static_cast<int>(opened), command::open_perf_event);
}

namespace detail {

// As hooks say it, where nothing is all.
[[nodiscard]] constexpr target watched(std::optional<std::int32_t> const& pid,
                                       std::optional<std::uint32_t> const& cpu) noexcept {
    return {.pid = pid ? *pid : -1, .cpu = cpu ? static_cast<std::int32_t>(*cpu) : -1};
}

[[nodiscard]] inline result<void> control(fd_ref<kind::perf_event> event, unsigned request, int argument) noexcept {
    long const done = sys::detail::enter(__NR_ioctl, event.raw(), static_cast<long>(request), argument);
    if (sys::detail::is_failure(done)) return sys::detail::failure(done, command::control_file);
    return outcome::success();
}

} // namespace detail

/// Lets an event count.
/// UAPI: PERF_EVENT_IOC_ENABLE
/// Errors: ENOTTY no perf event
/// Costs: one system call
[[nodiscard]] inline result<void> enable(fd_ref<kind::perf_event> event) noexcept {
    return detail::control(event, _IO('$', 0), 0);
}

/// Stops an event from counting. A program at a tracepoint or a probe goes on all the same: it ends with the event.
/// UAPI: PERF_EVENT_IOC_DISABLE
/// Errors: ENOTTY no perf event
/// Costs: one system call
[[nodiscard]] inline result<void> disable(fd_ref<kind::perf_event> event) noexcept {
    return detail::control(event, _IO('$', 1), 0);
}

/// Attaches a program to an event for as long as the event is open anywhere; nothing takes it off before.
/// UAPI: PERF_EVENT_IOC_SET_BPF
/// Since: Linux 4.1
/// Errors: EEXIST the event has a program, or the tracepoint has this one; EINVAL a program of another type; E2BIG 64
/// programs at the tracepoint; EACCES the program reads beyond the tracepoint's record; ENOTTY no perf event
/// Costs: one system call
[[nodiscard]] inline result<void> set_program(fd_ref<kind::perf_event> event, fd_ref<kind::program> program) noexcept {
    return detail::control(event, _IOW('$', 8, std::uint32_t), program.raw());
}

} // namespace bpfxx::perf
