#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/map/keyless.hpp>
#include <bpfxx/map/view.hpp>

namespace bpfxx {

/// Up to `max_entries` values, first in, first out.
/// UAPI: BPF_MAP_TYPE_QUEUE
/// Since: Linux 4.20
/// Races: each push and pop is one step under the map's lock, for programs and for user space
template <class Value, access_mode Access = read_write>
using queue_map = map_view<pushed_values<map_kind::queue, Value, Access>>;

} // namespace bpfxx
