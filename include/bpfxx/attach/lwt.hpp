#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/attach/route.hpp>
#include <bpfxx/fd_ref.hpp>
#include <bpfxx/id.hpp>
#include <bpfxx/netlink/answer.hpp>
#include <bpfxx/netlink/route.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/spec/required.hpp>

#include <concepts>
#include <cstdint>

namespace bpfxx::direct {

/// Adds a route whose packets a program sees: those that come in by it (lwt_in, for this machine or to be forwarded),
/// those that leave by it (lwt_out), or those that are about to be sent and may still be changed (lwt_xmit).
///
///     auto const routed = program->attach(direct::lwt_hook{.destination = "10.9.0.0/16"_ipv4, .ifindex = eth0});
///
/// UAPI: RTM_NEWROUTE with RTA_ENCAP of LWTUNNEL_ENCAP_BPF
/// Since: Linux 4.10
/// Errors: EEXIST a route to the destination is there, of the same metric; EINVAL bits behind the prefix are set, or
/// the gateway is of another protocol; ERANGE too much headroom; ENETDOWN, ENETUNREACH the device is down or the gateway
/// not there; ENODEV no such device; EOPNOTSUPP a kernel without it; EPERM CAP_NET_ADMIN is missing; EMFILE too many
/// open descriptors
/// Costs: nine system calls and two descriptors for as long as the route lives, no allocation
struct lwt_hook {
    route_destination destination;
    required<interface_index> ifindex;
    /// Of the protocol of the destination.
    route_gateway gateway{};
    /// The route with the smallest counts; 0 is the protocol's usual one.
    std::uint32_t metric = 0;
    /// 0 is the main table, or that of local addresses for a local route.
    std::uint32_t table = 0;
    /// Packets to the destination are for this machine.
    bool local = false;
    /// Room that an lwt_xmit program wants before a packet, up to 256 bytes.
    std::uint32_t headroom = 0;

    template <class ProgramKind>
    static constexpr bool accepts =
        std::same_as<ProgramKind, program_kind::lwt_in> || std::same_as<ProgramKind, program_kind::lwt_out> ||
        std::same_as<ProgramKind, program_kind::lwt_xmit>;

    template <class ProgramKind>
    [[nodiscard]] result_with<route_attachment, netlink::refusal>
    attach_to(fd_ref<kind::program> program) const noexcept {
        using netlink::route_program;
        constexpr auto runs = std::same_as<ProgramKind, program_kind::lwt_in>    ? route_program::lwt_in
                              : std::same_as<ProgramKind, program_kind::lwt_out> ? route_program::lwt_out
                                                                                 : route_program::lwt_xmit;
        return detail::attach_to_route({destination, ifindex, gateway, metric, table, local, runs, headroom}, program);
    }
};

} // namespace bpfxx::direct
