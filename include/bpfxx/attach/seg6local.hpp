#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/attach/route.hpp>
#include <bpfxx/fd_ref.hpp>
#include <bpfxx/id.hpp>
#include <bpfxx/map/ip_prefix.hpp>
#include <bpfxx/netlink/answer.hpp>
#include <bpfxx/netlink/route.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/spec/required.hpp>

#include <concepts>
#include <cstdint>

namespace bpfxx::direct {

/// Adds a route to a segment of IPv6 segment routing whose action is a program (End.BPF). It sees packets with a
/// segment routing header that has further segments, after the kernel has made the next one the destination.
/// UAPI: RTM_NEWROUTE with RTA_ENCAP of LWTUNNEL_ENCAP_SEG6_LOCAL, SEG6_LOCAL_ACTION_END_BPF
/// Since: Linux 4.18
/// Errors: EEXIST a route to the segment is there, of the same metric; ENODEV no such device, or it has no IPv6;
/// EOPNOTSUPP a kernel without it; EINVAL it knows no such action; EPERM CAP_NET_ADMIN is missing; EMFILE too many open
/// descriptors
/// Costs: nine system calls and two descriptors for as long as the route lives, no allocation
struct seg6local_hook {
    required<ipv6_prefix> destination;
    /// A device that is not lo.
    required<interface_index> ifindex;
    /// The route with the smallest counts; 0 is 1024.
    std::uint32_t metric = 0;
    /// 0 is the main table.
    std::uint32_t table = 0;

    template <class ProgramKind>
    static constexpr bool accepts = std::same_as<ProgramKind, program_kind::lwt_seg6local>;

    template <class ProgramKind>
    [[nodiscard]] result_with<route_attachment, netlink::refusal>
    attach_to(fd_ref<kind::program> program) const noexcept {
        return detail::attach_to_route({.destination = static_cast<ipv6_prefix>(destination),
                                        .ifindex = ifindex,
                                        .gateway = {},
                                        .metric = metric,
                                        .table = table,
                                        .local = false,
                                        .runs = netlink::route_program::seg6_local,
                                        .headroom = 0},
                                       program);
    }
};

} // namespace bpfxx::direct
