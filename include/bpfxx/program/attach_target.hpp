#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/program/attach_type.hpp>

#include <cstdint>

namespace bpfxx {

/// What attach types are found at.
enum class attach_target : std::uint8_t {
    /// Functions, tracepoints, events and whatever else cannot be asked which programs are there.
    other,
    cgroup,
    /// A network device, at its tcx or its netkit hook.
    interface,
    netns,
    /// A sock map or a sock hash.
    sock_map,
    /// An infrared receiver.
    lirc,
};

/// Where programs of an attach type stand, and so what has to be named to ask for them.
[[nodiscard]] constexpr attach_target target_of(attach_type type) noexcept {
    switch (type) {
    case attach_type::cgroup_inet_ingress:
    case attach_type::cgroup_inet_egress:
    case attach_type::cgroup_inet_sock_create:
    case attach_type::cgroup_inet_sock_release:
    case attach_type::cgroup_sock_ops:
    case attach_type::cgroup_device:
    case attach_type::cgroup_inet4_bind:
    case attach_type::cgroup_inet6_bind:
    case attach_type::cgroup_inet4_connect:
    case attach_type::cgroup_inet6_connect:
    case attach_type::cgroup_inet4_post_bind:
    case attach_type::cgroup_inet6_post_bind:
    case attach_type::cgroup_udp4_sendmsg:
    case attach_type::cgroup_udp6_sendmsg:
    case attach_type::cgroup_sysctl:
    case attach_type::cgroup_udp4_recvmsg:
    case attach_type::cgroup_udp6_recvmsg:
    case attach_type::cgroup_getsockopt:
    case attach_type::cgroup_setsockopt:
    case attach_type::cgroup_inet4_getpeername:
    case attach_type::cgroup_inet6_getpeername:
    case attach_type::cgroup_inet4_getsockname:
    case attach_type::cgroup_inet6_getsockname:
    case attach_type::cgroup_unix_connect:
    case attach_type::cgroup_unix_sendmsg:
    case attach_type::cgroup_unix_recvmsg:
    case attach_type::cgroup_unix_getpeername:
    case attach_type::cgroup_unix_getsockname:
    case attach_type::lsm_cgroup: return attach_target::cgroup;
    case attach_type::tcx_ingress:
    case attach_type::tcx_egress:
    case attach_type::netkit_primary:
    case attach_type::netkit_peer: return attach_target::interface;
    case attach_type::flow_dissector:
    case attach_type::sk_lookup: return attach_target::netns;
    case attach_type::sk_skb_stream_parser:
    case attach_type::sk_skb_stream_verdict:
    case attach_type::sk_skb_verdict:
    case attach_type::sk_msg_verdict: return attach_target::sock_map;
    case attach_type::lirc_mode2: return attach_target::lirc;
    default: return attach_target::other;
    }
}

} // namespace bpfxx
