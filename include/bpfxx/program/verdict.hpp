#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/program/kinds.hpp>
#include <bpfxx/program/type.hpp>

#include <cstdint>
#include <type_traits>

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

/// What a program of a lightweight tunnel says of a packet of its route.
/// UAPI: `enum bpf_ret_code`
/// Since: Linux 4.10, reroute 4.21
enum class lwt_action : std::uint32_t { pass = 0, drop = 2, redirect = 7, reroute = 128 };

/// What a flow dissector says: the keys are found, the packet is not to be dissected, or the kernel is to do it.
/// UAPI: `enum bpf_ret_code`
/// Since: Linux 4.20, next 6.1
enum class flow_dissector_verdict : std::uint32_t { found = 0, drop = 2, next = 129 };

namespace detail {

template <program_type Type>
consteval auto verdict_like() noexcept {
    using enum program_type;
    if constexpr (Type == xdp)
        return xdp_action{};
    else if constexpr (Type == sched_cls || Type == sched_act)
        return tc_action{};
    else if constexpr (Type == sk_skb || Type == sk_msg || Type == sk_lookup || Type == sk_reuseport)
        return sk_action{};
    else if constexpr (Type == netfilter)
        return netfilter_verdict{};
    else if constexpr (Type == cgroup_skb || Type == cgroup_sock || Type == cgroup_sock_addr || Type == cgroup_device ||
                       Type == cgroup_sysctl || Type == cgroup_sockopt)
        return cgroup_verdict{};
    else if constexpr (Type == lwt_in || Type == lwt_out || Type == lwt_xmit || Type == lwt_seg6local)
        return lwt_action{};
    else if constexpr (Type == flow_dissector)
        return flow_dissector_verdict{};
}

} // namespace detail

/// The C++ type of what programs of a type decide; void where their number has no such meaning.
template <program_tag Kind>
using verdict_of = decltype(detail::verdict_like<Kind::type>());

template <class Kind>
concept has_verdict = !std::is_void_v<verdict_of<Kind>>;

} // namespace bpfxx
