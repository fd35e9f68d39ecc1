#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd.hpp>
#include <bpfxx/fd_ref.hpp>
#include <bpfxx/link/raw_tracepoint.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/sys/attr/link.hpp>
#include <bpfxx/sys/call.hpp>

#include <concepts>
#include <cstdint>
#include <utility>

namespace bpfxx {

namespace detail {

inline result<raw_tracepoint_link> to_raw_tracepoint_link(result<owned_fd<kind::link>> created) noexcept {
    if (!created) return created.error();
    return raw_tracepoint_link::adopt_unchecked(*std::move(created));
}

} // namespace detail

/// Attaches to the tracepoint that was named when the program was loaded, whose arguments the program reads as what they
/// are: `.attach_btf_id = kernel.tracepoint("sched_switch")`. The cookie is what the program gets from its helper
/// `get_attach_cookie`. The link is a raw tracepoint's.
/// UAPI: BPF_LINK_CREATE with BPF_TRACE_RAW_TP
/// Since: Linux 5.19, before that `btf_tracepoint_hook_without_cookie` is the one; cookie 6.10
/// Errors: EEXIST the program is there already (before Linux 6.10); ENOENT the module is gone
/// Costs: one system call, no allocation
struct btf_tracepoint_hook {
    std::uint64_t cookie = 0;

    template <class ProgramKind>
    static constexpr bool accepts = std::same_as<ProgramKind, program_kind::btf_tracepoint>;

    template <class ProgramKind>
    [[nodiscard]] result<raw_tracepoint_link> attach_to(fd_ref<kind::program> program) const noexcept {
        return detail::to_raw_tracepoint_link(sys::call(sys::attr::link_create_tracing{
            .prog_fd = program,
            .attach_type = ProgramKind::only_attach_type,
            .cookie = cookie,
        }));
    }
};

/// The same by the older call, which every kernel has that loads such programs; there is no cookie.
/// UAPI: BPF_RAW_TRACEPOINT_OPEN without a name
/// Since: Linux 5.5
/// Errors: as `btf_tracepoint_hook`
/// Costs: one system call, no allocation
struct btf_tracepoint_hook_without_cookie {
    template <class ProgramKind>
    static constexpr bool accepts = std::same_as<ProgramKind, program_kind::btf_tracepoint>;

    template <class ProgramKind>
    [[nodiscard]] result<raw_tracepoint_link> attach_to(fd_ref<kind::program> program) const noexcept {
        return detail::to_raw_tracepoint_link(sys::call(sys::attr::raw_tracepoint_open{.prog_fd = program}));
    }
};

} // namespace bpfxx
