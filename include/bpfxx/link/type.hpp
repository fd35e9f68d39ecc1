#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/packed_texts.hpp>

#include <cstdint>
#include <string_view>

namespace bpfxx {

/// The kind of a link.
/// UAPI: `enum bpf_link_type`; any value of a newer kernel can be held.
enum class link_type : std::uint32_t {
    unspec = 0,         // Linux 5.8
    raw_tracepoint = 1, // Linux 5.8
    tracing = 2,        // Linux 5.8
    cgroup = 3,         // Linux 5.8
    iter = 4,           // Linux 5.8
    netns = 5,          // Linux 5.8
    xdp = 6,            // Linux 5.9
    perf_event = 7,     // Linux 5.15
    kprobe_multi = 8,   // Linux 5.18
    struct_ops = 9,     // Linux 5.19
    netfilter = 10,     // Linux 6.4
    tcx = 11,           // Linux 6.6
    uprobe_multi = 12,  // Linux 6.6
    netkit = 13,        // Linux 6.7
    sockmap = 14,       // Linux 6.10
};

namespace detail {

inline constexpr std::string_view link_type_names[]{
    "unspec",       "raw_tracepoint", "tracing",   "cgroup", "iter",         "netns",  "xdp",     "perf_event",
    "kprobe_multi", "struct_ops",     "netfilter", "tcx",    "uprobe_multi", "netkit", "sockmap",
};

} // namespace detail

/// The type in the kernel's words, such as "raw_tracepoint"; "unknown" for a value that bpfxx does not know.
[[nodiscard]] constexpr std::string_view name(link_type type) noexcept {
    auto const index = static_cast<std::uint32_t>(type);
    return detail::packed_texts<detail::link_type_names>.at(index, "unknown");
}

} // namespace bpfxx
