#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <concepts>
#include <cstdint>
#include <type_traits>

// The numbers are those of the UAPI header, where they are macros or members of nameless enums; the flags that bpfxx
// sets by itself (access mode, token, path descriptor, anchors) stand here too, since a caller may build an attribute.
namespace bpfxx {

/// Set as BPF_MAP_CREATE takes them.
enum class map_flags : std::uint32_t {
    none = 0,
    no_prealloc = 1u << 0,       // Linux 4.6
    no_common_lru = 1u << 1,     // Linux 4.10
    numa_node = 1u << 2,         // Linux 4.14
    rdonly = 1u << 3,            // Linux 4.15
    wronly = 1u << 4,            // Linux 4.15
    stack_build_id = 1u << 5,    // Linux 4.17
    zero_seed = 1u << 6,         // Linux 5.0
    rdonly_prog = 1u << 7,       // Linux 5.2
    wronly_prog = 1u << 8,       // Linux 5.2
    clone = 1u << 9,             // Linux 5.4
    mmapable = 1u << 10,         // Linux 5.5
    preserve_elems = 1u << 11,   // Linux 5.10
    inner_map = 1u << 12,        // Linux 5.10
    link = 1u << 13,             // Linux 6.4
    path_fd = 1u << 14,          // Linux 6.5
    vtype_btf_obj_fd = 1u << 15, // Linux 6.9
    token_fd = 1u << 16,         // Linux 6.9
    segv_on_fault = 1u << 17,    // Linux 6.9
    no_user_conv = 1u << 18,     // Linux 6.9
    rb_overwrite = 1u << 19,     // Linux 6.19
};

/// How an element is looked up or stored.
enum class element_flags : std::uint64_t {
    any = 0,
    noexist = 1u << 0,  // Linux 3.19
    exist = 1u << 1,    // Linux 3.19
    lock = 1u << 2,     // Linux 5.1
    cpu = 1u << 3,      // Linux 7.0
    all_cpus = 1u << 4, // Linux 7.0
};

/// How a pinned object or an object found by id is opened.
enum class open_flags : std::uint32_t {
    none = 0,
    rdonly = 1u << 3,    // Linux 4.15
    wronly = 1u << 4,    // Linux 4.15
    path_fd = 1u << 14,  // Linux 6.5
    token_fd = 1u << 16, // Linux 6.15
};

/// Set as BPF_BTF_LOAD takes them.
enum class btf_flags : std::uint32_t { none = 0, token_fd = 1u << 16 };

/// Set as BPF_PROG_LOAD takes them.
enum class program_flags : std::uint32_t {
    none = 0,
    strict_alignment = 1u << 0,    // Linux 4.12
    any_alignment = 1u << 1,       // Linux 5.0
    test_rnd_hi32 = 1u << 2,       // Linux 5.3
    test_state_freq = 1u << 3,     // Linux 5.4
    sleepable = 1u << 4,           // Linux 5.10
    xdp_has_frags = 1u << 5,       // Linux 5.18
    xdp_dev_bound_only = 1u << 6,  // Linux 6.3
    test_reg_invariants = 1u << 7, // Linux 6.8
    token_fd = 1u << 16,           // Linux 6.9
};

/// How much the verifier writes; `stats` and `fixed` have no name in the UAPI header.
enum class log_level : std::uint32_t {
    silent = 0,
    failing_path = 1u << 0, // Linux 3.18
    every_state = 1u << 1,  // Linux 3.18
    stats = 1u << 2,        // Linux 5.2
    fixed = 1u << 3,        // Linux 6.4
};

/// How a program joins others at a hook, for BPF_PROG_ATTACH, BPF_PROG_DETACH and BPF_LINK_CREATE.
enum class attach_flags : std::uint32_t {
    none = 0,
    allow_override = 1u << 0, // Linux 4.10
    allow_multi = 1u << 1,    // Linux 4.15
    replace = 1u << 2,        // Linux 5.6
    before = 1u << 3,         // Linux 6.6
    after = 1u << 4,          // Linux 6.6
    id = 1u << 5,             // Linux 6.6
    preorder = 1u << 6,       // Linux 6.15
    link = 1u << 13,          // Linux 6.6
};

/// Where an XDP program runs. UAPI: XDP_FLAGS_SKB_MODE and its kin. Since: Linux 5.9 for links
enum class xdp_mode : std::uint32_t { automatic = 0, generic = 1u << 1, native = 1u << 2, hardware = 1u << 3 };

/// Linux 5.18; `return_probe` is BPF_F_KPROBE_MULTI_RETURN and BPF_F_UPROBE_MULTI_RETURN.
enum class multi_flags : std::uint32_t { none = 0, return_probe = 1u << 0 };

/// Linux 6.6; BPF_F_NETFILTER_IP_DEFRAG.
enum class netfilter_flags : std::uint32_t { none = 0, ip_defrag = 1u << 0 };

/// Linux 5.7; `replace` makes BPF_LINK_UPDATE check the old program or map.
enum class link_update_flags : std::uint32_t { none = 0, replace = 1u << 2 };

/// Linux 4.15; BPF_F_QUERY_EFFECTIVE.
enum class query_flags : std::uint32_t { none = 0, effective = 1u << 0 };

/// Set as BPF_PROG_TEST_RUN takes them.
enum class test_run_flags : std::uint32_t {
    none = 0,
    run_on_cpu = 1u << 0,            // Linux 5.10
    xdp_live_frames = 1u << 1,       // Linux 5.18
    skb_checksum_complete = 1u << 2, // Linux 6.11
};

/// Linux 5.8; `enum bpf_stats_type`.
enum class stats_type : std::uint32_t { run_time = 0 };

/// Linux 6.17; the text streams of a program.
enum class stream_id : std::uint32_t { standard_output = 1, standard_error = 2 };

/// Linux 4.18; `enum bpf_task_fd_type`.
enum class task_fd_type : std::uint32_t { raw_tracepoint, tracepoint, kprobe, kretprobe, uprobe, uretprobe };

/// Linux 6.6; `enum bpf_perf_event_type`.
enum class perf_event_type : std::uint32_t { unspec, uprobe, uretprobe, kprobe, kretprobe, tracepoint, event };

/// Linux 6.1; `enum bpf_cgroup_iter_order`.
enum class cgroup_iter_order : std::uint32_t { unspec, self_only, descendants_pre, descendants_post, ancestors_up };

namespace detail {

template <class E>
concept flag_set =
    std::same_as<E, map_flags> || std::same_as<E, element_flags> || std::same_as<E, open_flags> ||
    std::same_as<E, btf_flags> || std::same_as<E, program_flags> || std::same_as<E, log_level> ||
    std::same_as<E, attach_flags> || std::same_as<E, multi_flags> || std::same_as<E, netfilter_flags> ||
    std::same_as<E, link_update_flags> || std::same_as<E, query_flags> || std::same_as<E, test_run_flags>;

} // namespace detail

template <detail::flag_set E>
[[nodiscard]] constexpr E operator|(E left, E right) noexcept {
    using number = std::underlying_type_t<E>;
    return static_cast<E>(static_cast<number>(left) | static_cast<number>(right));
}

template <detail::flag_set E>
[[nodiscard]] constexpr E operator&(E left, E right) noexcept {
    using number = std::underlying_type_t<E>;
    return static_cast<E>(static_cast<number>(left) & static_cast<number>(right));
}

/// Whether every flag of `wanted` is set.
template <detail::flag_set E>
[[nodiscard]] constexpr bool has(E flags, E wanted) noexcept {
    return (flags & wanted) == wanted;
}

} // namespace bpfxx
