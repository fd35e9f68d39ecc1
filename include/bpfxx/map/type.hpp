#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/packed_texts.hpp>

#include <cstdint>
#include <string_view>

namespace bpfxx {

/// The kind of a map.
/// UAPI: `enum bpf_map_type`; any value of a newer kernel can be held.
enum class map_type : std::uint32_t {
    unspec = 0,                            // Linux 3.18
    hash = 1,                              // Linux 3.19
    array = 2,                             // Linux 3.19
    prog_array = 3,                        // Linux 4.2
    perf_event_array = 4,                  // Linux 4.3
    percpu_hash = 5,                       // Linux 4.6
    percpu_array = 6,                      // Linux 4.6
    stack_trace = 7,                       // Linux 4.6
    cgroup_array = 8,                      // Linux 4.8
    lru_hash = 9,                          // Linux 4.10
    lru_percpu_hash = 10,                  // Linux 4.10
    lpm_trie = 11,                         // Linux 4.11
    array_of_maps = 12,                    // Linux 4.12
    hash_of_maps = 13,                     // Linux 4.12
    devmap = 14,                           // Linux 4.14
    sockmap = 15,                          // Linux 4.14
    cpumap = 16,                           // Linux 4.15
    xskmap = 17,                           // Linux 4.18
    sockhash = 18,                         // Linux 4.18
    cgroup_storage = 19,                   // Linux 4.19
    cgroup_storage_deprecated = 19,        // Linux 6.2, a second name of the one before
    reuseport_sockarray = 20,              // Linux 4.19
    percpu_cgroup_storage = 21,            // Linux 4.20
    percpu_cgroup_storage_deprecated = 21, // Linux 6.7, a second name of the one before
    queue = 22,                            // Linux 4.20
    stack = 23,                            // Linux 4.20
    sk_storage = 24,                       // Linux 5.2
    devmap_hash = 25,                      // Linux 5.4
    struct_ops = 26,                       // Linux 5.6
    ringbuf = 27,                          // Linux 5.8
    inode_storage = 28,                    // Linux 5.10
    task_storage = 29,                     // Linux 5.11
    bloom_filter = 30,                     // Linux 5.16
    user_ringbuf = 31,                     // Linux 6.1
    cgrp_storage = 32,                     // Linux 6.2
    arena = 33,                            // Linux 6.9
    insn_array = 34,                       // Linux 6.19
    rhash = 35,                            // Linux 7.1
};

namespace detail {

inline constexpr std::string_view map_type_names[]{
    "unspec",
    "hash",
    "array",
    "prog_array",
    "perf_event_array",
    "percpu_hash",
    "percpu_array",
    "stack_trace",
    "cgroup_array",
    "lru_hash",
    "lru_percpu_hash",
    "lpm_trie",
    "array_of_maps",
    "hash_of_maps",
    "devmap",
    "sockmap",
    "cpumap",
    "xskmap",
    "sockhash",
    "cgroup_storage",
    "reuseport_sockarray",
    "percpu_cgroup_storage",
    "queue",
    "stack",
    "sk_storage",
    "devmap_hash",
    "struct_ops",
    "ringbuf",
    "inode_storage",
    "task_storage",
    "bloom_filter",
    "user_ringbuf",
    "cgrp_storage",
    "arena",
    "insn_array",
    "rhash",
};

} // namespace detail

/// The type as bpftool spells it, such as "lru_hash"; "unknown" for a value that bpfxx does not know.
[[nodiscard]] constexpr std::string_view name(map_type type) noexcept {
    auto const index = static_cast<std::uint32_t>(type);
    return detail::packed_texts<detail::map_type_names>.at(index, "unknown");
}

} // namespace bpfxx
