#pragma once
// Sections that libbpf 1.1 does not know, and what later versions make of them, so that its programs can be compared too.

#include <array>
#include <cstdint>
#include <string_view>

namespace peer {

struct newer_section {
    std::string_view name; // up to a slash, where there is one after it
    std::uint32_t type;
    std::uint32_t expected_attach_type;
    bool sleepable = false;
};

inline constexpr std::array newer_sections{
    newer_section{"tc/ingress", 3, 46},
    newer_section{"tc/egress", 3, 47},
    newer_section{"tcx/ingress", 3, 46},
    newer_section{"tcx/egress", 3, 47},
    newer_section{"netkit/primary", 3, 54},
    newer_section{"netkit/peer", 3, 55},
    newer_section{"netfilter", 32, 45},
    newer_section{"sk_skb/verdict", 14, 38},
    newer_section{"cgroup/connect_unix", 18, 49},
    newer_section{"cgroup/sendmsg_unix", 18, 50},
    newer_section{"cgroup/recvmsg_unix", 18, 51},
    newer_section{"cgroup/getpeername_unix", 18, 52},
    newer_section{"cgroup/getsockname_unix", 18, 53},
    newer_section{"kprobe.session", 2, 56},
    newer_section{"uprobe.multi", 2, 48},
    newer_section{"uretprobe.multi", 2, 48},
    newer_section{"uprobe.multi.s", 2, 48, true},
    newer_section{"uretprobe.multi.s", 2, 48, true},
    newer_section{"uprobe.session", 2, 57},
    newer_section{"uprobe.session.s", 2, 57, true},
    newer_section{"usdt.s", 2, 0, true},
};

/// None where no version knows it.
constexpr newer_section const* newer(std::string_view section) {
    if (section.starts_with('?')) section.remove_prefix(1);
    for (auto const& known : newer_sections)
        if (section.starts_with(known.name) &&
            (section.size() == known.name.size() || section[known.name.size()] == '/'))
            return &known;
    return nullptr;
}

} // namespace peer
