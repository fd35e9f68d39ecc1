#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd.hpp>
#include <bpfxx/fd_ref.hpp>
#include <bpfxx/link/perf_event.hpp>
#include <bpfxx/perf/attribute.hpp>
#include <bpfxx/perf/event.hpp>
#include <bpfxx/perf/tracefs.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/spec/required.hpp>

#include <concepts>
#include <cstdint>

namespace bpfxx {

/// Attaches to a tracepoint by group and name, such as "syscalls" and "sys_enter_execve", for every process. The
/// program's context is the tracepoint's record, as `events/GROUP/NAME/format` of tracefs describes it; the cookie is
/// what it gets from its helper `get_attach_cookie`.
/// UAPI: `events/GROUP/NAME/id` of tracefs, PERF_TYPE_TRACEPOINT, BPF_LINK_CREATE
/// Since: Linux 5.15; before that `direct::perf_hook`
/// Errors: tracefs_not_mounted; ENOENT no such tracepoint; EACCES tracefs is closed to the caller, or the program reads
/// beyond the record; EPERM; EEXIST the program is there already; E2BIG 64 programs are; EINVAL the kernel has no
/// such links
/// Costs: six system calls, no allocation: the number is opened, read and closed, the event opened, linked and closed
struct tracepoint_hook {
    required<char const*> group;
    required<char const*> name;
    std::uint64_t cookie = 0;

    template <class ProgramKind>
    static constexpr bool accepts = std::same_as<ProgramKind, program_kind::tracepoint>;

    /// The event alone.
    [[nodiscard]] result<owned_fd<kind::perf_event>> open() const noexcept {
        auto const id = perf::tracepoint_id(group, name);
        if (!id) return id.error();
        // The program runs wherever the tracepoint is hit, whatever the event itself watches.
        return perf::open({.type = perf::event_type::tracepoint, .config = *id}, {.cpu = 0});
    }

    template <class ProgramKind>
    [[nodiscard]] result<perf_event_link> attach_to(fd_ref<kind::program> program) const noexcept {
        return perf::detail::link(open(), program, cookie);
    }
};

} // namespace bpfxx
