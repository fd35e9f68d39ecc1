#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/map/basic_map.hpp>

namespace bpfxx {

/// A hash table: any key that is compared as bytes, any value, up to `max_entries` of them.
/// UAPI: BPF_MAP_TYPE_HASH
/// Since: Linux 3.19
/// Errors: of `update` and `insert`: E2BIG the table is full; EBUSY, EDEADLK, ETIMEDOUT a program holds the bucket's lock
/// Races: a walk sees each entry that stays exactly once (`walk_guarantee::each_stable_entry_once`)
template <class Key, class Value, access_mode Access = read_write>
using hash_map = basic_map<map_kind::hash, Key, Value, Access>;

} // namespace bpfxx
