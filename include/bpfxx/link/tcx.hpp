#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd_ref.hpp>
#include <bpfxx/id.hpp>
#include <bpfxx/link/handle.hpp>
#include <bpfxx/link/interface.hpp>
#include <bpfxx/link/order.hpp>
#include <bpfxx/link/tc_direction.hpp>
#include <bpfxx/link/type.hpp>
#include <bpfxx/spec/required.hpp>
#include <bpfxx/sys/attr/link.hpp>
#include <bpfxx/sys/info/link.hpp>
#include <bpfxx/sys/object.hpp>

#include <cstdint>
#include <optional>

namespace bpfxx {

/// What the kernel says of a tcx link.
struct tcx_info {
    link_id id;
    program_id program;
    /// Nothing once the link was detached or the device is gone.
    std::optional<interface_index> ifindex;
    tc_direction direction;
};

namespace link_kind {

/// The link of a program to the traffic control of a network device.
/// UAPI: BPF_LINK_TYPE_TCX
/// Since: Linux 6.6
struct tcx {
    static constexpr link_type type = link_type::tcx;
    static constexpr bool can_detach = true;
    static constexpr bool can_update = true;

    template <class ProgramKind>
    static constexpr bool runs = detail::classifies_packets<ProgramKind>;

    /// UAPI: `bpf_link_info.tcx`
    /// Since: Linux 6.6
    /// Costs: one system call, no allocation
    [[nodiscard]] static result<tcx_info> info(fd_ref_of<kind::link> auto link) noexcept {
        auto const said = sys::get_info<sys::info::link_tcx>(link);
        if (!said) return said.error();
        auto const leaves = (*said)->attach_type == attach_type::tcx_egress;
        return tcx_info{
            .id = (*said)->id,
            .program = (*said)->prog_id,
            .ifindex = detail::device((*said)->ifindex),
            .direction = leaves ? tc_direction::egress : tc_direction::ingress,
        };
    }
};

} // namespace link_kind

using tcx_link = basic_link<link_kind::tcx>;

/// Attaches to the traffic control of a network device of the caller's network namespace, one of at most 63 programs in
/// each direction. They run in their order while each says `tc_action::next`; another verdict ends it.
///
///     auto const link = program->attach(
///         tcx_hook{.ifindex = eth0, .direction = tc_direction::ingress, .order = attach_order::first()});
///
/// UAPI: BPF_LINK_CREATE with BPF_TCX_INGRESS, BPF_TCX_EGRESS
/// Since: Linux 6.6
/// Errors: ENODEV no such device; EEXIST this program is there already; ESTALE the hook changed since it had the
/// expected revision; ERANGE 63 programs are there; ENOENT the anchor is not there; EINVAL the kernel has no tcx
/// Costs: one system call, no allocation
struct tcx_hook {
    required<interface_index> ifindex;
    required<tc_direction> direction;
    attach_order order{};
    /// As BPF_PROG_QUERY told it; 0 is any.
    std::uint64_t expected_revision = 0;

    template <class ProgramKind>
    static constexpr bool accepts = detail::classifies_packets<ProgramKind>;

    template <class ProgramKind>
    [[nodiscard]] result<tcx_link> attach_to(fd_ref<kind::program> program) const noexcept {
        return detail::create_link<tcx_link>(sys::attr::link_create_tcx{
            .prog_fd = program,
            .target_ifindex = ifindex,
            .attach_type = detail::hook_of(direction),
            .flags = order.flags(),
            .relative = order.place(),
            .expected_revision = expected_revision,
        });
    }
};

} // namespace bpfxx
