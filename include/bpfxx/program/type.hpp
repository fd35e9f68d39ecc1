#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/packed_texts.hpp>

#include <cstdint>
#include <string_view>

namespace bpfxx {

/// The kind of a program, which fixes its context and the helpers it may call.
/// UAPI: `enum bpf_prog_type`; any value of a newer kernel can be held.
enum class program_type : std::uint32_t {
    unspec = 0,                   // Linux 3.18
    socket_filter = 1,            // Linux 3.19
    kprobe = 2,                   // Linux 4.1
    sched_cls = 3,                // Linux 4.1
    sched_act = 4,                // Linux 4.1
    tracepoint = 5,               // Linux 4.7
    xdp = 6,                      // Linux 4.8
    perf_event = 7,               // Linux 4.9
    cgroup_skb = 8,               // Linux 4.10
    cgroup_sock = 9,              // Linux 4.10
    lwt_in = 10,                  // Linux 4.10
    lwt_out = 11,                 // Linux 4.10
    lwt_xmit = 12,                // Linux 4.10
    sock_ops = 13,                // Linux 4.13
    sk_skb = 14,                  // Linux 4.14
    cgroup_device = 15,           // Linux 4.15
    sk_msg = 16,                  // Linux 4.17
    raw_tracepoint = 17,          // Linux 4.17
    cgroup_sock_addr = 18,        // Linux 4.17
    lwt_seg6local = 19,           // Linux 4.18
    lirc_mode2 = 20,              // Linux 4.18
    sk_reuseport = 21,            // Linux 4.19
    flow_dissector = 22,          // Linux 4.20
    cgroup_sysctl = 23,           // Linux 5.2
    raw_tracepoint_writable = 24, // Linux 5.2
    cgroup_sockopt = 25,          // Linux 5.3
    tracing = 26,                 // Linux 5.5
    struct_ops = 27,              // Linux 5.6
    ext = 28,                     // Linux 5.6
    lsm = 29,                     // Linux 5.7
    sk_lookup = 30,               // Linux 5.9
    syscall = 31,                 // Linux 5.14
    netfilter = 32,               // Linux 6.4
};

namespace detail {

inline constexpr std::string_view program_type_names[]{
    "unspec",
    "socket_filter",
    "kprobe",
    "sched_cls",
    "sched_act",
    "tracepoint",
    "xdp",
    "perf_event",
    "cgroup_skb",
    "cgroup_sock",
    "lwt_in",
    "lwt_out",
    "lwt_xmit",
    "sock_ops",
    "sk_skb",
    "cgroup_device",
    "sk_msg",
    "raw_tracepoint",
    "cgroup_sock_addr",
    "lwt_seg6local",
    "lirc_mode2",
    "sk_reuseport",
    "flow_dissector",
    "cgroup_sysctl",
    "raw_tracepoint_writable",
    "cgroup_sockopt",
    "tracing",
    "struct_ops",
    "ext",
    "lsm",
    "sk_lookup",
    "syscall",
    "netfilter",
};

} // namespace detail

/// The type as bpftool spells it, such as "raw_tracepoint"; "unknown" for a value that bpfxx does not know.
[[nodiscard]] constexpr std::string_view name(program_type type) noexcept {
    auto const index = static_cast<std::uint32_t>(type);
    return detail::packed_texts<detail::program_type_names>.at(index, "unknown");
}

} // namespace bpfxx
