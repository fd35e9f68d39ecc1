#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/map/per_cpu_walks.hpp>

namespace bpfxx {

/// A hash table with a value for each possible processor under a key: programs write their own without locks, readers
/// add them up.
/// UAPI: BPF_MAP_TYPE_PERCPU_HASH
/// Since: Linux 4.6
/// Errors: of `create`: E2BIG a value of more than 32 KiB (64 KiB where pages are so large); of `update` and `insert`:
/// E2BIG the table is full; EBUSY, EDEADLK, ETIMEDOUT a program holds the bucket's lock
/// Races: a walk sees each entry that stays exactly once (`walk_guarantee::each_stable_entry_once`)
template <class Key, class Value, access_mode Access = read_write>
using per_cpu_hash_map = basic_per_cpu_map<map_kind::percpu_hash, Key, Value, Access>;

} // namespace bpfxx
