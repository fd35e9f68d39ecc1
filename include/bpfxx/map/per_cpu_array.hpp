#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/map/per_cpu_walks.hpp>

#include <cstdint>

namespace bpfxx {

/// An array of `max_entries` elements with a value for each possible processor, zero at first; elements always exist.
/// UAPI: BPF_MAP_TYPE_PERCPU_ARRAY
/// Since: Linux 4.6
/// Errors: of `create`: E2BIG a value of more than 32 KiB (64 KiB where pages are so large); of `update`: E2BIG the
/// index is beyond the end; `lookup` finds nothing there
/// Races: a walk sees every index once, in order (`walk_guarantee::each_index_once`)
template <class Value, access_mode Access = read_write>
using per_cpu_array = basic_per_cpu_map<map_kind::percpu_array, std::uint32_t, Value, Access>;

} // namespace bpfxx
