#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/map/cgroup_storage.hpp>
#include <bpfxx/map/per_cpu_walks.hpp>
#include <bpfxx/map/view.hpp>

#include <cstdint>
#include <utility>

namespace bpfxx {

/// What one does with a per-CPU storage of cgroups: the base of `per_cpu_cgroup_storage`.
template <class Key, class Value, access_mode Access>
class stored_with_cgroup_per_cpu : public per_cpu_walks<map_kind::percpu_cgroup_storage, Key, Value, Access> {
    using base = per_cpu_walks<map_kind::percpu_cgroup_storage, Key, Value, Access>;

  protected:
    explicit stored_with_cgroup_per_cpu(detail::opened_map opened) noexcept
        : base{detail::without_bound(std::move(opened))} {}
};

/// As `cgroup_storage`, with a value for each possible processor.
/// UAPI: BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE
/// Since: Linux 4.20
/// Errors: of `create`: E2BIG a value of more than 32 KiB (64 KiB where pages are so large); of `update`: ENOENT there is
/// no such value to replace
template <class Value, access_mode Access = read_write>
using per_cpu_cgroup_storage = map_view<stored_with_cgroup_per_cpu<cgroup_storage_key, Value, Access>>;

/// As `shared_cgroup_storage`, with a value for each possible processor.
/// UAPI: BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE with a key of 8 bytes
/// Since: Linux 5.9
template <class Value, access_mode Access = read_write>
using per_cpu_shared_cgroup_storage = map_view<stored_with_cgroup_per_cpu<std::uint64_t, Value, Access>>;

} // namespace bpfxx
