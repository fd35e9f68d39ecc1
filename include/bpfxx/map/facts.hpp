#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/ill_formed.hpp>
#include <bpfxx/map/operations.hpp>
#include <bpfxx/map/type.hpp>
#include <bpfxx/slice.hpp>
#include <bpfxx/sys/flags.hpp>
#include <bpfxx/version.hpp>

#include <cstdint>

// What the kernel lets user space do with each type of map: the one table that decides which members a view has.
// Source: the map_ops tables and alloc_check functions of kernel/bpf/*.c and net/, tried on a live kernel by tests/map.
namespace bpfxx {

/// What is known of one type of map.
struct map_facts {
    map_type type;
    since available;
    map_elements_are elements;
    walk_guarantee walk;
    map_operations operations;
    /// BPF_MAP_LOOKUP_AND_DELETE_ELEM, where the type has it.
    since take_available{};
    /// The batch commands, where the type has them.
    since batch_available{};
    /// What BPF_MAP_CREATE takes; every type takes a token besides.
    map_flags flags;
    /// Those without which it fails; bpfxx sets them.
    map_flags required{};
    map_capacity capacity = map_capacity::elements;
    /// BPF_MAP_CREATE takes BTF of keys and values; else it says 524, or EINVAL of struct_ops and insn_array.
    bool takes_btf = true;

    [[nodiscard]] constexpr bool can(map_operations wanted) const noexcept {
        auto const bits = static_cast<std::uint16_t>(wanted);
        return (static_cast<std::uint16_t>(operations) & bits) == bits;
    }
};

namespace detail::map_table {

using enum map_operations;
using type = map_type;
using flag = map_flags;
using are = map_elements_are;
using walk = walk_guarantee;
using capacity = map_capacity;

inline constexpr auto keyed = lookup | update | freeze;
inline constexpr auto batches = lookup_batch | update_batch | erase_batch;
inline constexpr auto hash_table = keyed | insert | replace | erase | next_key | batches | take_batch;
inline constexpr auto local_storage = keyed | insert | replace | erase | lock;
inline constexpr auto either_access = flag::rdonly | flag::wronly;
inline constexpr auto program_access = flag::rdonly_prog | flag::wronly_prog;

// clang-format off: a table, three lines a row.
inline constexpr map_facts rows[]{
    {.type = type::hash, .available = {3, 19}, .elements = are::values, .walk = walk::each_stable_entry_once,
     .operations = hash_table | take | lock, .take_available = {5, 14}, .batch_available = {5, 6},
     .flags = either_access | program_access | flag::numa_node | flag::no_prealloc | flag::zero_seed},
    {.type = type::array, .available = {3, 19}, .elements = are::values, .walk = walk::each_index_once,
     .operations = keyed | next_key | lookup_batch | update_batch | lock | map_memory, .batch_available = {5, 6},
     .flags = either_access | program_access | flag::numa_node | flag::mmapable | flag::inner_map},
    {.type = type::prog_array, .available = {4, 2}, .elements = are::references, .walk = walk::each_index_once,
     .operations = keyed | erase | next_key,
     .flags = either_access | flag::numa_node},
    {.type = type::perf_event_array, .available = {4, 3}, .elements = are::references, .walk = walk::none,
     .operations = update | erase | next_key | freeze,
     .flags = either_access | flag::numa_node | flag::preserve_elems, .takes_btf = false},
    {.type = type::percpu_hash, .available = {4, 6}, .elements = are::per_cpu, .walk = walk::each_stable_entry_once,
     .operations = hash_table | take, .take_available = {5, 14}, .batch_available = {5, 6},
     .flags = either_access | program_access | flag::no_prealloc | flag::zero_seed},
    {.type = type::percpu_array, .available = {4, 6}, .elements = are::per_cpu, .walk = walk::each_index_once,
     .operations = keyed | next_key | lookup_batch | update_batch, .batch_available = {5, 13},
     .flags = either_access | program_access},
    {.type = type::stack_trace, .available = {4, 6}, .elements = are::values, .walk = walk::best_effort,
     .operations = lookup | erase | take | next_key | freeze, .take_available = {6, 18},
     .flags = either_access | flag::numa_node | flag::stack_build_id, .takes_btf = false},
    {.type = type::cgroup_array, .available = {4, 8}, .elements = are::references, .walk = walk::none,
     .operations = update | erase | next_key | freeze,
     .flags = either_access | flag::numa_node, .takes_btf = false},
    {.type = type::lru_hash, .available = {4, 10}, .elements = are::values, .walk = walk::each_stable_entry_once,
     .operations = hash_table | take, .take_available = {5, 14}, .batch_available = {5, 6},
     .flags = either_access | program_access | flag::numa_node | flag::no_common_lru | flag::zero_seed},
    {.type = type::lru_percpu_hash, .available = {4, 10}, .elements = are::per_cpu,
     .walk = walk::each_stable_entry_once,
     .operations = hash_table | take, .take_available = {5, 14}, .batch_available = {5, 6},
     .flags = either_access | program_access | flag::no_common_lru | flag::zero_seed},
    {.type = type::lpm_trie, .available = {4, 11}, .elements = are::values, .walk = walk::best_effort,
     .operations = keyed | insert | replace | erase | next_key | batches, .batch_available = {5, 13},
     .flags = either_access | program_access | flag::numa_node | flag::no_prealloc, .required = flag::no_prealloc},
    {.type = type::array_of_maps, .available = {4, 12}, .elements = are::references, .walk = walk::each_index_once,
     .operations = keyed | erase | next_key | lookup_batch | update_batch, .batch_available = {5, 19},
     .flags = either_access | flag::numa_node, .takes_btf = false},
    {.type = type::hash_of_maps, .available = {4, 12}, .elements = are::references,
     .walk = walk::each_stable_entry_once,
     .operations = hash_table, .batch_available = {5, 19},
     .flags = either_access | program_access | flag::numa_node | flag::no_prealloc | flag::zero_seed,
     .takes_btf = false},
    {.type = type::devmap, .available = {4, 14}, .elements = are::references, .walk = walk::each_index_once,
     .operations = keyed | erase | next_key,
     .flags = either_access | flag::numa_node, .takes_btf = false},
    {.type = type::sockmap, .available = {4, 14}, .elements = are::references, .walk = walk::each_index_once,
     .operations = keyed | insert | replace | erase | next_key,
     .flags = either_access | flag::numa_node, .takes_btf = false},
    {.type = type::cpumap, .available = {4, 15}, .elements = are::references, .walk = walk::each_index_once,
     .operations = keyed | erase | next_key,
     .flags = flag::numa_node, .takes_btf = false},
    {.type = type::xskmap, .available = {4, 18}, .elements = are::references, .walk = walk::none,
     .operations = update | insert | replace | erase | next_key | freeze,
     .flags = either_access | flag::numa_node, .takes_btf = false},
    {.type = type::sockhash, .available = {4, 18}, .elements = are::references, .walk = walk::best_effort,
     .operations = keyed | insert | replace | erase | next_key,
     .flags = either_access | flag::numa_node, .takes_btf = false},
    {.type = type::cgroup_storage, .available = {4, 19}, .elements = are::values, .walk = walk::best_effort,
     .operations = keyed | replace | next_key | lock,
     .flags = either_access | program_access | flag::numa_node, .capacity = capacity::unbounded},
    {.type = type::reuseport_sockarray, .available = {4, 19}, .elements = are::references,
     .walk = walk::each_index_once,
     .operations = keyed | insert | replace | erase | next_key,
     .flags = either_access | program_access | flag::numa_node},
    {.type = type::percpu_cgroup_storage, .available = {4, 20}, .elements = are::per_cpu, .walk = walk::best_effort,
     .operations = keyed | replace | next_key,
     .flags = either_access | program_access | flag::numa_node, .capacity = capacity::unbounded},
    {.type = type::queue, .available = {4, 20}, .elements = are::keyless, .walk = walk::none,
     .operations = keyed | take, .take_available = {4, 20},
     .flags = either_access | program_access | flag::numa_node},
    {.type = type::stack, .available = {4, 20}, .elements = are::keyless, .walk = walk::none,
     .operations = keyed | take, .take_available = {4, 20},
     .flags = either_access | program_access | flag::numa_node},
    {.type = type::sk_storage, .available = {5, 2}, .elements = are::values, .walk = walk::none,
     .operations = local_storage,
     .flags = flag::no_prealloc | flag::clone, .required = flag::no_prealloc, .capacity = capacity::unbounded},
    {.type = type::devmap_hash, .available = {5, 4}, .elements = are::references, .walk = walk::best_effort,
     .operations = keyed | insert | erase | next_key,
     .flags = either_access | flag::numa_node, .takes_btf = false},
    {.type = type::struct_ops, .available = {5, 6}, .elements = are::references, .walk = walk::none,
     .operations = lookup | update | erase | next_key,
     .flags = flag::link | flag::vtype_btf_obj_fd, .capacity = capacity::one, .takes_btf = false},
    {.type = type::ringbuf, .available = {5, 8}, .elements = are::memory, .walk = walk::none,
     .operations = map_memory | freeze,
     .flags = flag::numa_node | flag::rb_overwrite, .capacity = capacity::bytes},
    {.type = type::inode_storage, .available = {5, 10}, .elements = are::values, .walk = walk::none,
     .operations = local_storage,
     .flags = flag::no_prealloc | flag::clone, .required = flag::no_prealloc, .capacity = capacity::unbounded},
    {.type = type::task_storage, .available = {5, 11}, .elements = are::values, .walk = walk::none,
     .operations = local_storage,
     .flags = flag::no_prealloc | flag::clone, .required = flag::no_prealloc, .capacity = capacity::unbounded},
    {.type = type::bloom_filter, .available = {5, 16}, .elements = are::keyless, .walk = walk::none,
     .operations = keyed,
     .flags = either_access | program_access | flag::numa_node | flag::zero_seed},
    {.type = type::user_ringbuf, .available = {6, 1}, .elements = are::memory, .walk = walk::none,
     .operations = map_memory | freeze,
     .flags = flag::numa_node, .capacity = capacity::bytes},
    {.type = type::cgrp_storage, .available = {6, 2}, .elements = are::values, .walk = walk::none,
     .operations = local_storage,
     .flags = flag::no_prealloc | flag::clone, .required = flag::no_prealloc, .capacity = capacity::unbounded},
    {.type = type::arena, .available = {6, 9}, .elements = are::memory, .walk = walk::none,
     .operations = map_memory | freeze,
     .flags = flag::mmapable | flag::segv_on_fault | flag::no_user_conv,
     .required = flag::mmapable, .capacity = capacity::pages},
    {.type = type::insn_array, .available = {6, 19}, .elements = are::values, .walk = walk::each_index_once,
     .operations = keyed | next_key,
     .flags = flag::none, .takes_btf = false},
    {.type = type::rhash, .available = {7, 1}, .elements = are::values, .walk = walk::best_effort,
     .operations = hash_table | take | lock, .take_available = {7, 1}, .batch_available = {7, 1},
     .flags = either_access | program_access | flag::numa_node | flag::no_prealloc, .required = flag::no_prealloc},
};
// clang-format on

constexpr map_facts const& row(map_type wanted) noexcept {
    for (auto const& candidate : rows)
        if (candidate.type == wanted) return candidate;
    ill_formed("bpfxx knows no such type of map");
}

template <map_type Type>
struct kind {
    static constexpr map_facts const& facts = row(Type);
};

} // namespace detail::map_table

/// Everything known, in the order of the kernel's numbers.
inline constexpr slice<map_facts const> all_map_facts{detail::map_table::rows};

/// The types of map as tags, which compilers print by name.
namespace map_kind {

template <map_type Type>
using of = detail::map_table::kind<Type>;

struct hash : of<map_type::hash> {};
struct array : of<map_type::array> {};
struct prog_array : of<map_type::prog_array> {};
struct perf_event_array : of<map_type::perf_event_array> {};
struct percpu_hash : of<map_type::percpu_hash> {};
struct percpu_array : of<map_type::percpu_array> {};
struct stack_trace : of<map_type::stack_trace> {};
struct cgroup_array : of<map_type::cgroup_array> {};
struct lru_hash : of<map_type::lru_hash> {};
struct lru_percpu_hash : of<map_type::lru_percpu_hash> {};
struct lpm_trie : of<map_type::lpm_trie> {};
struct array_of_maps : of<map_type::array_of_maps> {};
struct hash_of_maps : of<map_type::hash_of_maps> {};
struct devmap : of<map_type::devmap> {};
struct sockmap : of<map_type::sockmap> {};
struct cpumap : of<map_type::cpumap> {};
struct xskmap : of<map_type::xskmap> {};
struct sockhash : of<map_type::sockhash> {};
struct cgroup_storage : of<map_type::cgroup_storage> {};
struct reuseport_sockarray : of<map_type::reuseport_sockarray> {};
struct percpu_cgroup_storage : of<map_type::percpu_cgroup_storage> {};
struct queue : of<map_type::queue> {};
struct stack : of<map_type::stack> {};
struct sk_storage : of<map_type::sk_storage> {};
struct devmap_hash : of<map_type::devmap_hash> {};
struct struct_ops : of<map_type::struct_ops> {};
struct ringbuf : of<map_type::ringbuf> {};
struct inode_storage : of<map_type::inode_storage> {};
struct task_storage : of<map_type::task_storage> {};
struct bloom_filter : of<map_type::bloom_filter> {};
struct user_ringbuf : of<map_type::user_ringbuf> {};
struct cgrp_storage : of<map_type::cgrp_storage> {};
struct arena : of<map_type::arena> {};
struct insn_array : of<map_type::insn_array> {};
struct rhash : of<map_type::rhash> {};

} // namespace map_kind

} // namespace bpfxx
