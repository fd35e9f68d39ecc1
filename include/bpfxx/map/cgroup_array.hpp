#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd_ref.hpp>
#include <bpfxx/map/basic_map.hpp>

#include <cstdint>

namespace bpfxx {

/// Groups of processes that a program asks about by index, with the helpers `current_task_under_cgroup` and
/// `skb_under_cgroup`. `update` takes the descriptor of a directory in a cgroup2 file system; nothing is given back, so
/// that such a map has no lookups and no walks.
/// UAPI: BPF_MAP_TYPE_CGROUP_ARRAY
/// Since: Linux 4.8
/// Errors: of `update`: EBADF the descriptor is no directory of cgroup2; E2BIG the index is beyond the end, of `erase`
/// too
/// Races: a group that is removed stays in the map, without members, until its slot is set anew or erased
template <access_mode Access = read_write>
using cgroup_array = basic_map<map_kind::cgroup_array, std::uint32_t, stored_found<fd_ref<kind::cgroup>, void>, Access>;

} // namespace bpfxx
