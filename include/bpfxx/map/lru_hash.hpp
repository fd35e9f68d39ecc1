#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/map/basic_map.hpp>
#include <bpfxx/map/per_cpu_walks.hpp>

namespace bpfxx {

/// A hash table that is never full: where an element has no room, one that programs have not used lately goes. Lookups
/// from user space do not count as use. It may evict before `max_entries` are stored, since processors keep free
/// elements aside; with `map_flags::no_common_lru` each has a list, and a share of the elements, of its own, which does
/// not go with `numa_node`.
/// UAPI: BPF_MAP_TYPE_LRU_HASH
/// Since: Linux 4.10
/// Errors: of `update` and `insert`: ENOMEM no element can be evicted now; EBUSY, EDEADLK, ETIMEDOUT a program holds
/// the bucket's lock
/// Races: a walk sees each entry that stays, and is not evicted, exactly once
/// (`walk_guarantee::each_stable_entry_once`)
template <class Key, class Value, access_mode Access = read_write>
using lru_hash_map = basic_map<map_kind::lru_hash, Key, Value, Access>;

/// The same with a value for each possible processor under a key.
/// UAPI: BPF_MAP_TYPE_LRU_PERCPU_HASH
/// Since: Linux 4.10
template <class Key, class Value, access_mode Access = read_write>
using lru_per_cpu_hash_map = basic_per_cpu_map<map_kind::lru_percpu_hash, Key, Value, Access>;

} // namespace bpfxx
