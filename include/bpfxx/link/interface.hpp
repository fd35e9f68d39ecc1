#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd.hpp>
#include <bpfxx/id.hpp>
#include <bpfxx/link/netkit_side.hpp>
#include <bpfxx/link/tc_direction.hpp>
#include <bpfxx/program/attach_type.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/sys/call.hpp>

#include <concepts>
#include <optional>
#include <utility>

// What the hooks of network devices have in common; tcx and netkit take the same programs in the same orders.
namespace bpfxx::detail {

template <class ProgramKind>
inline constexpr bool classifies_packets = std::same_as<ProgramKind, program_kind::sched_cls>;

constexpr attach_type hook_of(tc_direction direction) noexcept {
    return direction == tc_direction::ingress ? attach_type::tcx_ingress : attach_type::tcx_egress;
}

constexpr attach_type hook_of(netkit_side side) noexcept {
    return side == netkit_side::primary ? attach_type::netkit_primary : attach_type::netkit_peer;
}

/// The kernel says 0 of a device that is gone.
constexpr std::optional<interface_index> device(interface_index said) noexcept {
    if (said == interface_index{}) return std::nullopt;
    return said;
}

/// The link that a BPF_LINK_CREATE of a network device makes.
template <class Link, class Attribute>
[[nodiscard]] result<Link> create_link(Attribute const& attribute) noexcept {
    auto created = sys::call(attribute);
    if (!created) return created.error();
    return Link::adopt_unchecked(*std::move(created));
}

} // namespace bpfxx::detail
