#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/map/basic_map.hpp>

#include <cstdint>

namespace bpfxx {

/// An array of `max_entries` values, zero at first, whose elements always exist: there is nothing to insert or to erase.
/// UAPI: BPF_MAP_TYPE_ARRAY
/// Since: Linux 3.19
/// Errors: of `update`: E2BIG the index is beyond the end; `lookup` finds nothing there
/// Races: a walk sees every index once, in order (`walk_guarantee::each_index_once`)
template <class Value, access_mode Access = read_write>
using array_map = basic_map<map_kind::array, std::uint32_t, Value, Access>;

} // namespace bpfxx
