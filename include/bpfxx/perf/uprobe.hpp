#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd.hpp>
#include <bpfxx/fd_ref.hpp>
#include <bpfxx/link/perf_event.hpp>
#include <bpfxx/perf/attribute.hpp>
#include <bpfxx/perf/device.hpp>
#include <bpfxx/perf/event.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/spec/required.hpp>

#include <concepts>
#include <cstdint>
#include <optional>

namespace bpfxx {

namespace perf::detail {

// Without a process, some CPU has to be named, which then does not matter: the program runs on all of them.
[[nodiscard]] constexpr target processes(std::optional<std::int32_t> const& pid) noexcept {
    if (pid) return {.pid = *pid};
    return {.cpu = 0};
}

} // namespace perf::detail

/// Attaches to an instruction of a program or a library, by its offset in the file, or with `returning` to the returns
/// of the function that starts there: in one process (0 is the calling one) or, without `pid`, in all that run the file,
/// now or later. While it is attached the kernel adds 1 to the 16-bit number at `reference_counter_offset` in each.
/// UAPI: the perf device `uprobe`, BPF_LINK_CREATE
/// Since: Linux 5.15; from 4.17 on `direct::perf_hook`, before that `direct::tracefs_probe_hook`; reference counter 4.20
/// Errors: EOPNOTSUPP the kernel has no uprobes; ENOENT no such file; EINVAL no regular file, an offset beyond its end,
/// or the kernel has no such links; ESRCH no such process; EACCES CAP_SYS_ADMIN is missing; EPERM
/// Races: an offset inside of an instruction breaks the processes that run it
/// Costs: seven system calls, no allocation: the device's number is opened, read to its end and closed, the event
/// opened, linked and closed
struct uprobe_hook {
    required<char const*> path;
    required<std::uint64_t> offset;
    std::optional<std::int32_t> pid{};
    bool returning = false;
    std::uint32_t reference_counter_offset = 0;
    std::uint64_t cookie = 0;

    template <class ProgramKind>
    static constexpr bool accepts = std::same_as<ProgramKind, program_kind::kprobe>;

    /// The event alone.
    [[nodiscard]] result<owned_fd<kind::perf_event>> open() const noexcept {
        auto const type = perf::device_type("/sys/bus/event_source/devices/uprobe/type");
        if (!type) return type.error();
        perf::event_attribute const attribute{.type = *type,
                                              .config = perf::detail::probe_config(returning, reference_counter_offset),
                                              .config1 = perf::detail::address_of(path),
                                              .config2 = offset};
        return perf::open(attribute, perf::detail::processes(pid));
    }

    template <class ProgramKind>
    [[nodiscard]] result<perf_event_link> attach_to(fd_ref<kind::program> program) const noexcept {
        return perf::detail::link(open(), program, cookie);
    }
};

} // namespace bpfxx
