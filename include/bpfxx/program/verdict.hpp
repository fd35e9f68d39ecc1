#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstdint>

// What programs return to say what becomes of a packet, by the type of program: mov(r0, xdp_action::drop).
namespace bpfxx {

/// What an XDP program says of a packet.
/// UAPI: `enum xdp_action`
/// Since: Linux 4.8, redirect 4.14
enum class xdp_action : std::uint32_t {
    /// Dropped, as by a program that went wrong: seen by the tracepoint xdp:xdp_exception.
    aborted = 0,
    drop = 1,
    pass = 2,
    /// Back out of the device that it came from.
    tx = 3,
    /// To where bpf_redirect() or bpf_redirect_map() said.
    redirect = 4,
};

/// What a traffic control program says of a packet.
/// UAPI: TC_ACT_UNSPEC … TC_ACT_TRAP; at tcx, `enum tcx_action_base` has next, pass, drop and redirect
/// Since: Linux 4.1, trap 4.13
enum class tc_action : std::int32_t {
    /// No verdict: the next program or filter decides.
    next = -1,
    pass = 0,
    reclassify = 1,
    drop = 2,
    pipe = 3,
    stolen = 4,
    queued = 5,
    repeat = 6,
    redirect = 7,
    trap = 8,
};

/// What sk_skb, sk_msg, sk_lookup and sk_reuseport programs say.
/// UAPI: `enum sk_action`
/// Since: Linux 4.14
enum class sk_action : std::uint32_t { drop = 0, pass = 1 };

/// What a netfilter program says of a packet.
/// UAPI: NF_DROP, NF_ACCEPT; the others are refused
/// Since: Linux 6.4
enum class netfilter_verdict : std::uint32_t { drop = 0, accept = 1 };

/// What a cgroup program says of a packet, a socket or a system call: whether it may go on.
/// Since: Linux 4.10
enum class cgroup_verdict : std::uint32_t { deny = 0, allow = 1 };

} // namespace bpfxx
