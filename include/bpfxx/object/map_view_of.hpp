#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/map/array.hpp>
#include <bpfxx/map/bloom_filter.hpp>
#include <bpfxx/map/cgroup_array.hpp>
#include <bpfxx/map/cgroup_storage.hpp>
#include <bpfxx/map/cpu_map.hpp>
#include <bpfxx/map/dev_map.hpp>
#include <bpfxx/map/hash.hpp>
#include <bpfxx/map/insn_array.hpp>
#include <bpfxx/map/local_storage.hpp>
#include <bpfxx/map/lpm_trie.hpp>
#include <bpfxx/map/lru_hash.hpp>
#include <bpfxx/map/map_in_map.hpp>
#include <bpfxx/map/per_cpu_array.hpp>
#include <bpfxx/map/per_cpu_cgroup_storage.hpp>
#include <bpfxx/map/per_cpu_hash.hpp>
#include <bpfxx/map/perf_event_array.hpp>
#include <bpfxx/map/queue.hpp>
#include <bpfxx/map/reuseport_array.hpp>
#include <bpfxx/map/rhash.hpp>
#include <bpfxx/map/ring_buffer.hpp>
#include <bpfxx/map/sock_map.hpp>
#include <bpfxx/map/stack.hpp>
#include <bpfxx/map/stack_trace.hpp>
#include <bpfxx/map/type.hpp>
#include <bpfxx/map/xsk_map.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace bpfxx::object::detail {

/// No view stands for such a map by itself.
struct no_view {};

/// What of a map's definition its view depends on, beside the types of keys and values.
struct viewed_map {
    map_type type{};
    std::uint32_t key_size = 0;
    std::uint32_t value_size = 0;
    bool build_ids = false;
};

// The references of a map to something else have the type that their size tells.
template <viewed_map Map, class Key>
constexpr auto view_of_references() noexcept {
    constexpr bool wide = Map.value_size == 8;
    using socket = std::conditional_t<wide, socket_with_cookie, socket_alone>;
    if constexpr (Map.type == map_type::sockmap)
        return std::type_identity<sock_map<read_write, socket>>{};
    else if constexpr (Map.type == map_type::sockhash)
        return std::type_identity<sock_hash<Key, read_write, socket>>{};
    else if constexpr (Map.type == map_type::reuseport_sockarray)
        return std::type_identity<reuseport_array<read_write, socket>>{};
    else if constexpr (Map.type == map_type::devmap)
        return std::type_identity<dev_map<read_write, std::conditional_t<wide, device_with_program, device_alone>>>{};
    else if constexpr (Map.type == map_type::devmap_hash)
        return std::type_identity<
            dev_map_hash<read_write, std::conditional_t<wide, device_with_program, device_alone>>>{};
    else if constexpr (Map.type == map_type::cpumap)
        return std::type_identity<cpu_map<read_write, std::conditional_t<wide, cpu_with_program, cpu_alone>>>{};
    else if constexpr (Map.type == map_type::xskmap)
        return std::type_identity<xsk_map<>>{};
    else if constexpr (Map.type == map_type::cgroup_array)
        return std::type_identity<cgroup_array<>>{};
    else if constexpr (Map.type == map_type::perf_event_array)
        return std::type_identity<perf_event_array<>>{};
    else
        return std::type_identity<no_view>{};
}

template <viewed_map Map, class Value>
constexpr auto view_of_storage() noexcept {
    if constexpr (Map.type == map_type::sk_storage)
        return std::type_identity<sk_storage<Value>>{};
    else if constexpr (Map.type == map_type::inode_storage)
        return std::type_identity<inode_storage<Value>>{};
    else if constexpr (Map.type == map_type::task_storage)
        return std::type_identity<task_storage<Value>>{};
    else if constexpr (Map.type == map_type::cgrp_storage)
        return std::type_identity<cgrp_storage<Value>>{};
    else if constexpr (Map.type == map_type::cgroup_storage && Map.key_size == 8)
        return std::type_identity<shared_cgroup_storage<Value>>{};
    else if constexpr (Map.type == map_type::cgroup_storage)
        return std::type_identity<cgroup_storage<Value>>{};
    else if constexpr (Map.type == map_type::percpu_cgroup_storage && Map.key_size == 8)
        return std::type_identity<per_cpu_shared_cgroup_storage<Value>>{};
    else
        return std::type_identity<per_cpu_cgroup_storage<Value>>{};
}

template <viewed_map Map, class Value>
constexpr auto view_without_key() noexcept {
    if constexpr (Map.type == map_type::queue)
        return std::type_identity<queue_map<Value>>{};
    else if constexpr (Map.type == map_type::stack)
        return std::type_identity<stack_map<Value>>{};
    else if constexpr (Map.type == map_type::bloom_filter)
        return std::type_identity<bloom_filter<Value>>{};
    else if constexpr (Map.type == map_type::ringbuf)
        return std::type_identity<ring_buffer>{};
    else if constexpr (Map.type == map_type::user_ringbuf)
        return std::type_identity<user_ring_buffer>{};
    else if constexpr (Map.type == map_type::insn_array)
        return std::type_identity<insn_array<>>{};
    else if constexpr (Map.build_ids)
        return std::type_identity<build_id_stack_map<Map.value_size / sizeof(build_id_frame)>>{};
    else
        return std::type_identity<stack_trace_map<Map.value_size / sizeof(std::uint64_t)>>{};
}

template <viewed_map Map, class Key, class Value>
constexpr auto view_of_values() noexcept {
    if constexpr (Map.type == map_type::hash)
        return std::type_identity<hash_map<Key, Value>>{};
    else if constexpr (Map.type == map_type::array)
        return std::type_identity<array_map<Value>>{};
    else if constexpr (Map.type == map_type::lru_hash)
        return std::type_identity<lru_hash_map<Key, Value>>{};
    else if constexpr (Map.type == map_type::percpu_hash)
        return std::type_identity<per_cpu_hash_map<Key, Value>>{};
    else if constexpr (Map.type == map_type::lru_percpu_hash)
        return std::type_identity<lru_per_cpu_hash_map<Key, Value>>{};
    else if constexpr (Map.type == map_type::percpu_array)
        return std::type_identity<per_cpu_array<Value>>{};
    else if constexpr (Map.type == map_type::rhash)
        return std::type_identity<rhash_map<Key, Value>>{};
    else
        return std::type_identity<lpm_trie<Key, Value>>{};
}

[[nodiscard]] constexpr bool is_of_values(map_type type) noexcept {
    return type == map_type::hash || type == map_type::array || type == map_type::lru_hash ||
           type == map_type::percpu_hash || type == map_type::lru_percpu_hash || type == map_type::percpu_array ||
           type == map_type::rhash || type == map_type::lpm_trie;
}
[[nodiscard]] constexpr bool is_storage(map_type type) noexcept {
    return type == map_type::sk_storage || type == map_type::inode_storage || type == map_type::task_storage ||
           type == map_type::cgrp_storage || type == map_type::cgroup_storage ||
           type == map_type::percpu_cgroup_storage;
}
[[nodiscard]] constexpr bool has_no_key(map_type type) noexcept {
    return type == map_type::queue || type == map_type::stack || type == map_type::bloom_filter ||
           type == map_type::ringbuf || type == map_type::user_ringbuf || type == map_type::stack_trace ||
           type == map_type::insn_array;
}

/// The ordinary view of a map of a type, with these keys and values where it has any; `no_view` where more has to be
/// known, or where there is none.
template <viewed_map Map, class Key, class Value>
constexpr auto view_of() noexcept {
    if constexpr (is_of_values(Map.type))
        return view_of_values<Map, Key, Value>();
    else if constexpr (is_storage(Map.type))
        return view_of_storage<Map, Value>();
    else if constexpr (has_no_key(Map.type))
        return view_without_key<Map, Value>();
    else
        return view_of_references<Map, Key>();
}

} // namespace bpfxx::object::detail
