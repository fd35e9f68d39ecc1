#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/attach/interface.hpp>
#include <bpfxx/fd_ref.hpp>
#include <bpfxx/id.hpp>
#include <bpfxx/link/interface.hpp>
#include <bpfxx/link/order.hpp>
#include <bpfxx/link/tc_direction.hpp>
#include <bpfxx/spec/required.hpp>
#include <bpfxx/sys/attr/program.hpp>

#include <cstdint>

namespace bpfxx::direct {

using tcx_attachment = interface_attachment;

/// Attaches as `bpfxx::tcx_hook` does, but without a link: the program stays if the process dies. `replace` puts it in
/// the place of one that was attached without a link too; that one does not come back.
/// UAPI: BPF_PROG_ATTACH with BPF_TCX_INGRESS, BPF_TCX_EGRESS; BPF_F_REPLACE
/// Since: Linux 6.6
/// Errors: as of `bpfxx::tcx_hook`; ENOENT the program to replace is not there; EBUSY a link holds that; ERANGE its place
/// is not where `order` says; EMFILE too many open descriptors
/// Costs: two system calls, no allocation
struct tcx_hook {
    required<interface_index> ifindex;
    required<tc_direction> direction;
    attach_order order{};
    /// As BPF_PROG_QUERY told it; 0 is any.
    std::uint64_t expected_revision = 0;
    optional_fd_ref<kind::program> replace{};

    template <class ProgramKind>
    static constexpr bool accepts = bpfxx::detail::classifies_packets<ProgramKind>;

    template <class ProgramKind>
    [[nodiscard]] result<tcx_attachment> attach_to(fd_ref<kind::program> program) const noexcept {
        return bpfxx::detail::attach_to_interface({
            .target_ifindex = ifindex,
            .attach_bpf_fd = program,
            .attach_type = bpfxx::detail::hook_of(direction),
            .attach_flags = order.flags(),
            .replace_bpf_fd = replace,
            .relative = order.place(),
            .expected_revision = expected_revision,
        });
    }
};

} // namespace bpfxx::direct
