#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/attach/interface.hpp>
#include <bpfxx/fd_ref.hpp>
#include <bpfxx/id.hpp>
#include <bpfxx/link/interface.hpp>
#include <bpfxx/link/netkit_side.hpp>
#include <bpfxx/link/order.hpp>
#include <bpfxx/spec/required.hpp>
#include <bpfxx/sys/attr/program.hpp>

#include <cstdint>

namespace bpfxx::direct {

using netkit_attachment = interface_attachment;

/// Attaches as `bpfxx::netkit_hook` does, but without a link: the program stays if the process dies. `replace` puts it
/// in the place of one that was attached without a link too; that one does not come back.
/// UAPI: BPF_PROG_ATTACH with BPF_NETKIT_PRIMARY, BPF_NETKIT_PEER; BPF_F_REPLACE
/// Since: Linux 6.7
/// Errors: as of `bpfxx::netkit_hook`; ENOENT the program to replace is not there; EBUSY a link holds that; ERANGE its
/// place is not where `order` says; EMFILE too many open descriptors
/// Costs: two system calls, no allocation
struct netkit_hook {
    required<interface_index> ifindex;
    required<netkit_side> side;
    attach_order order{};
    /// As BPF_PROG_QUERY told it; 0 is any.
    std::uint64_t expected_revision = 0;
    optional_fd_ref<kind::program> replace{};

    template <class ProgramKind>
    static constexpr bool accepts = bpfxx::detail::classifies_packets<ProgramKind>;

    template <class ProgramKind>
    [[nodiscard]] result<netkit_attachment> attach_to(fd_ref<kind::program> program) const noexcept {
        return bpfxx::detail::attach_to_interface({
            .target_ifindex = ifindex,
            .attach_bpf_fd = program,
            .attach_type = bpfxx::detail::hook_of(side),
            .attach_flags = order.flags(),
            .replace_bpf_fd = replace,
            .relative = order.place(),
            .expected_revision = expected_revision,
        });
    }
};

} // namespace bpfxx::direct
