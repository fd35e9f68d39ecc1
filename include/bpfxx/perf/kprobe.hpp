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

namespace bpfxx {

/// Attaches to a function of the kernel, or with `returning` to its returns. The program's context is the registers;
/// the cookie is what it gets from its helper `get_attach_cookie`.
/// UAPI: the perf device `kprobe`, BPF_LINK_CREATE
/// Since: Linux 5.15; from 4.17 on `direct::perf_hook`, before that `direct::tracefs_probe_hook`
/// Errors: EOPNOTSUPP the kernel has no kprobes; ENOENT no such function; EINVAL it may not be probed, or not there, or
/// the kernel has no such links; EACCES, EPERM
/// Costs: seven system calls, no allocation: the device's number is opened, read to its end and closed, the event
/// opened, linked and closed
struct kprobe_hook {
    required<char const*> function;
    std::uint64_t offset = 0;
    bool returning = false;
    std::uint64_t cookie = 0;

    template <class ProgramKind>
    static constexpr bool accepts = std::same_as<ProgramKind, program_kind::kprobe>;

    /// The event alone.
    [[nodiscard]] result<owned_fd<kind::perf_event>> open() const noexcept {
        auto const type = perf::device_type("/sys/bus/event_source/devices/kprobe/type");
        if (!type) return type.error();
        perf::event_attribute const attribute{.type = *type,
                                              .config = perf::detail::probe_config(returning),
                                              .config1 = perf::detail::address_of(function),
                                              .config2 = offset};
        // The program runs wherever the function is called, whatever the event itself watches.
        return perf::open(attribute, {.cpu = 0});
    }

    template <class ProgramKind>
    [[nodiscard]] result<perf_event_link> attach_to(fd_ref<kind::program> program) const noexcept {
        return perf::detail::link(open(), program, cookie);
    }
};

} // namespace bpfxx
