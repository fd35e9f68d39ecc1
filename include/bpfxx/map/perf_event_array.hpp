#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd_ref.hpp>
#include <bpfxx/map/basic_map.hpp>

#include <cstdint>

namespace bpfxx {

/// Events of perf_event_open(2) that programs write records to (`perf_event_output`) or read counts from
/// (`perf_event_read_value`), as a rule one for each possible CPU under that CPU's number. Nothing is given back, so
/// that such a map has no lookups and no walks.
/// UAPI: BPF_MAP_TYPE_PERF_EVENT_ARRAY
/// Since: Linux 4.3; `map_flags::preserve_elems` 5.10
/// Errors: of `update`: EBADF the descriptor is no perf event; EINVAL an event that programs cannot use; E2BIG the
/// index is beyond the end, of `erase` too
/// Races: when a descriptor of the map and all its duplicates are closed, the kernel empties the slots that were set
/// through them, unless the map was created with `map_flags::preserve_elems`: who fills a pinned map and ends needs it
template <access_mode Access = read_write>
using perf_event_array =
    basic_map<map_kind::perf_event_array, std::uint32_t, stored_found<fd_ref<kind::perf_event>, void>, Access>;

} // namespace bpfxx
