#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd_ref.hpp>
#include <bpfxx/id.hpp>
#include <bpfxx/link/handle.hpp>
#include <bpfxx/link/interface.hpp>
#include <bpfxx/link/type.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/spec/required.hpp>
#include <bpfxx/sys/attr/link.hpp>
#include <bpfxx/sys/flags.hpp>
#include <bpfxx/sys/info/link.hpp>
#include <bpfxx/sys/object.hpp>

#include <concepts>
#include <optional>

namespace bpfxx {

/// What the kernel says of an XDP link.
struct xdp_info {
    link_id id;
    program_id program;
    /// Nothing once the link was detached or the device is gone.
    std::optional<interface_index> ifindex;
};

namespace link_kind {

/// The link of a program to the place in a network device where packets arrive.
/// UAPI: BPF_LINK_TYPE_XDP
/// Since: Linux 5.9
struct xdp {
    static constexpr link_type type = link_type::xdp;
    static constexpr bool can_detach = true;
    static constexpr bool can_update = true;

    template <class ProgramKind>
    static constexpr bool runs = std::same_as<ProgramKind, program_kind::xdp>;

    /// UAPI: `bpf_link_info.xdp`
    /// Since: Linux 5.9
    /// Costs: one system call, no allocation
    [[nodiscard]] static result<xdp_info> info(fd_ref_of<kind::link> auto link) noexcept {
        auto const said = sys::get_info<sys::info::link_xdp>(link);
        if (!said) return said.error();
        return xdp_info{.id = (*said)->id, .program = (*said)->prog_id, .ifindex = detail::device((*said)->ifindex)};
    }
};

} // namespace link_kind

using xdp_link = basic_link<link_kind::xdp>;

/// Attaches to a network device of the caller's network namespace, where packets arrive: in the driver (`native`), or
/// for every device, but later and slower, in the stack (`generic`); `automatic` is native where the driver can, else
/// generic. A device runs one program in each place, and in one of these two places only.
/// UAPI: BPF_LINK_CREATE with BPF_XDP
/// Since: Linux 5.9
/// Errors: EBUSY a program is there already; EEXIST one is there in the other mode; EOPNOTSUPP the driver has no such
/// mode, or the program is bound to a device; ERANGE, EINVAL the device's MTU or features do not allow it; EINVAL no
/// such device
/// Costs: one system call, no allocation
struct xdp_hook {
    required<interface_index> ifindex;
    xdp_mode mode = xdp_mode::automatic;

    /// Programs for the elements of maps are loaded for those, and refused here.
    template <class ProgramKind>
    static constexpr bool accepts = std::same_as<ProgramKind, program_kind::xdp>;

    template <class ProgramKind>
    [[nodiscard]] result<xdp_link> attach_to(fd_ref<kind::program> program) const noexcept {
        return detail::create_link<xdp_link>(
            sys::attr::link_create_xdp{.prog_fd = program, .target_ifindex = ifindex, .flags = mode});
    }
};

} // namespace bpfxx
