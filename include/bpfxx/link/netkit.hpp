#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd_ref.hpp>
#include <bpfxx/id.hpp>
#include <bpfxx/link/handle.hpp>
#include <bpfxx/link/interface.hpp>
#include <bpfxx/link/netkit_side.hpp>
#include <bpfxx/link/order.hpp>
#include <bpfxx/link/type.hpp>
#include <bpfxx/spec/required.hpp>
#include <bpfxx/sys/attr/link.hpp>
#include <bpfxx/sys/info/link.hpp>
#include <bpfxx/sys/object.hpp>

#include <cstdint>
#include <optional>

namespace bpfxx {

/// What the kernel says of a netkit link.
struct netkit_info {
    link_id id;
    program_id program;
    /// Of the device whose side it is, so not of the one that the hook named where that is the peer; nothing once the
    /// link was detached or the device is gone.
    std::optional<interface_index> ifindex;
    netkit_side side;
};

namespace link_kind {

/// The link of a program to a pair of netkit devices.
/// UAPI: BPF_LINK_TYPE_NETKIT
/// Since: Linux 6.7
struct netkit {
    static constexpr link_type type = link_type::netkit;
    static constexpr bool can_detach = true;
    static constexpr bool can_update = true;

    template <class ProgramKind>
    static constexpr bool runs = detail::classifies_packets<ProgramKind>;

    /// UAPI: `bpf_link_info.netkit`
    /// Since: Linux 6.7
    /// Costs: one system call, no allocation
    [[nodiscard]] static result<netkit_info> info(fd_ref_of<kind::link> auto link) noexcept {
        auto const said = sys::get_info<sys::info::link_netkit>(link);
        if (!said) return said.error();
        auto const of_peer = (*said)->attach_type == attach_type::netkit_peer;
        return netkit_info{
            .id = (*said)->id,
            .program = (*said)->prog_id,
            .ifindex = detail::device((*said)->ifindex),
            .side = of_peer ? netkit_side::peer : netkit_side::primary,
        };
    }
};

} // namespace link_kind

using netkit_link = basic_link<link_kind::netkit>;

/// Attaches to one side of a netkit pair, named by its primary device, one of at most 63 programs: they see what that
/// side sends, in their order while each says `tc_action::next`.
/// UAPI: BPF_LINK_CREATE with BPF_NETKIT_PRIMARY, BPF_NETKIT_PEER
/// Since: Linux 6.7
/// Errors: ENODEV no such device; ENXIO it is no netkit device; EACCES it is the peer; EEXIST this program is there
/// already; ESTALE the hook changed since it had the expected revision; ERANGE 63 programs are there; ENOENT the anchor
/// is not there; EINVAL the kernel has no netkit
/// Costs: one system call, no allocation
struct netkit_hook {
    required<interface_index> ifindex;
    required<netkit_side> side;
    attach_order order{};
    /// As BPF_PROG_QUERY told it; 0 is any.
    std::uint64_t expected_revision = 0;

    template <class ProgramKind>
    static constexpr bool accepts = detail::classifies_packets<ProgramKind>;

    template <class ProgramKind>
    [[nodiscard]] result<netkit_link> attach_to(fd_ref<kind::program> program) const noexcept {
        return detail::create_link<netkit_link>(sys::attr::link_create_netkit{
            .prog_fd = program,
            .target_ifindex = ifindex,
            .attach_type = detail::hook_of(side),
            .flags = order.flags(),
            .relative = order.place(),
            .expected_revision = expected_revision,
        });
    }
};

} // namespace bpfxx
