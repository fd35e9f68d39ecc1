#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/packed_texts.hpp>

#include <cstdint>
#include <string_view>

namespace bpfxx {

/// Where a program is attached, or will be.
/// UAPI: `enum bpf_attach_type`; any value of a newer kernel can be held.
enum class attach_type : std::uint32_t {
    cgroup_inet_ingress = 0,             // Linux 4.10
    cgroup_inet_egress = 1,              // Linux 4.10
    cgroup_inet_sock_create = 2,         // Linux 4.10
    cgroup_sock_ops = 3,                 // Linux 4.13
    sk_skb_stream_parser = 4,            // Linux 4.14
    sk_skb_stream_verdict = 5,           // Linux 4.14
    cgroup_device = 6,                   // Linux 4.15
    sk_msg_verdict = 7,                  // Linux 4.17
    cgroup_inet4_bind = 8,               // Linux 4.17
    cgroup_inet6_bind = 9,               // Linux 4.17
    cgroup_inet4_connect = 10,           // Linux 4.17
    cgroup_inet6_connect = 11,           // Linux 4.17
    cgroup_inet4_post_bind = 12,         // Linux 4.17
    cgroup_inet6_post_bind = 13,         // Linux 4.17
    cgroup_udp4_sendmsg = 14,            // Linux 4.18
    cgroup_udp6_sendmsg = 15,            // Linux 4.18
    lirc_mode2 = 16,                     // Linux 4.18
    flow_dissector = 17,                 // Linux 4.20
    cgroup_sysctl = 18,                  // Linux 5.2
    cgroup_udp4_recvmsg = 19,            // Linux 5.2
    cgroup_udp6_recvmsg = 20,            // Linux 5.2
    cgroup_getsockopt = 21,              // Linux 5.3
    cgroup_setsockopt = 22,              // Linux 5.3
    trace_raw_tp = 23,                   // Linux 5.5
    trace_fentry = 24,                   // Linux 5.5
    trace_fexit = 25,                    // Linux 5.5
    modify_return = 26,                  // Linux 5.7
    lsm_mac = 27,                        // Linux 5.7
    trace_iter = 28,                     // Linux 5.8
    cgroup_inet4_getpeername = 29,       // Linux 5.8
    cgroup_inet6_getpeername = 30,       // Linux 5.8
    cgroup_inet4_getsockname = 31,       // Linux 5.8
    cgroup_inet6_getsockname = 32,       // Linux 5.8
    xdp_devmap = 33,                     // Linux 5.8
    cgroup_inet_sock_release = 34,       // Linux 5.9
    xdp_cpumap = 35,                     // Linux 5.9
    sk_lookup = 36,                      // Linux 5.9
    xdp = 37,                            // Linux 5.9
    sk_skb_verdict = 38,                 // Linux 5.13
    sk_reuseport_select = 39,            // Linux 5.14
    sk_reuseport_select_or_migrate = 40, // Linux 5.14
    perf_event = 41,                     // Linux 5.15
    trace_kprobe_multi = 42,             // Linux 5.18
    lsm_cgroup = 43,                     // Linux 6.0
    struct_ops = 44,                     // Linux 6.4
    netfilter = 45,                      // Linux 6.4
    tcx_ingress = 46,                    // Linux 6.6
    tcx_egress = 47,                     // Linux 6.6
    trace_uprobe_multi = 48,             // Linux 6.6
    cgroup_unix_connect = 49,            // Linux 6.7
    cgroup_unix_sendmsg = 50,            // Linux 6.7
    cgroup_unix_recvmsg = 51,            // Linux 6.7
    cgroup_unix_getpeername = 52,        // Linux 6.7
    cgroup_unix_getsockname = 53,        // Linux 6.7
    netkit_primary = 54,                 // Linux 6.7
    netkit_peer = 55,                    // Linux 6.7
    trace_kprobe_session = 56,           // Linux 6.10
    trace_uprobe_session = 57,           // Linux 6.13
};

namespace detail {

inline constexpr std::string_view attach_type_names[]{
    "cgroup_inet_ingress",
    "cgroup_inet_egress",
    "cgroup_inet_sock_create",
    "cgroup_sock_ops",
    "sk_skb_stream_parser",
    "sk_skb_stream_verdict",
    "cgroup_device",
    "sk_msg_verdict",
    "cgroup_inet4_bind",
    "cgroup_inet6_bind",
    "cgroup_inet4_connect",
    "cgroup_inet6_connect",
    "cgroup_inet4_post_bind",
    "cgroup_inet6_post_bind",
    "cgroup_udp4_sendmsg",
    "cgroup_udp6_sendmsg",
    "lirc_mode2",
    "flow_dissector",
    "cgroup_sysctl",
    "cgroup_udp4_recvmsg",
    "cgroup_udp6_recvmsg",
    "cgroup_getsockopt",
    "cgroup_setsockopt",
    "trace_raw_tp",
    "trace_fentry",
    "trace_fexit",
    "modify_return",
    "lsm_mac",
    "trace_iter",
    "cgroup_inet4_getpeername",
    "cgroup_inet6_getpeername",
    "cgroup_inet4_getsockname",
    "cgroup_inet6_getsockname",
    "xdp_devmap",
    "cgroup_inet_sock_release",
    "xdp_cpumap",
    "sk_lookup",
    "xdp",
    "sk_skb_verdict",
    "sk_reuseport_select",
    "sk_reuseport_select_or_migrate",
    "perf_event",
    "trace_kprobe_multi",
    "lsm_cgroup",
    "struct_ops",
    "netfilter",
    "tcx_ingress",
    "tcx_egress",
    "trace_uprobe_multi",
    "cgroup_unix_connect",
    "cgroup_unix_sendmsg",
    "cgroup_unix_recvmsg",
    "cgroup_unix_getpeername",
    "cgroup_unix_getsockname",
    "netkit_primary",
    "netkit_peer",
    "trace_kprobe_session",
    "trace_uprobe_session",
};

} // namespace detail

/// The type in the kernel's words, such as "cgroup_inet_ingress"; "unknown" for a value that bpfxx does not know.
[[nodiscard]] constexpr std::string_view name(attach_type type) noexcept {
    auto const index = static_cast<std::uint32_t>(type);
    return detail::packed_texts<detail::attach_type_names>.at(index, "unknown");
}

} // namespace bpfxx
