#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/map/view.hpp>
#include <bpfxx/map/walks.hpp>
#include <bpfxx/program/attach_type.hpp>

#include <cstdint>
#include <utility>

namespace bpfxx {

/// Which cgroup, by the number that it has as an inode and `get_current_cgroup_id` gives, and at which of its hooks.
/// UAPI: `struct bpf_cgroup_storage_key`
struct cgroup_storage_key {
    std::uint64_t cgroup_inode_id;
    bpfxx::attach_type attach_type;
    std::uint32_t reserved_1 = 0;

    friend bool operator==(cgroup_storage_key const&, cgroup_storage_key const&) = default;
};

namespace detail {

/// The kernel reports a capacity of 0 for what has none, and a walk would take that for its bound.
inline opened_map without_bound(opened_map opened) noexcept {
    opened.max_entries = 0xffff'ffff;
    return opened;
}

} // namespace detail

/// What one does with a storage of cgroups: the base of `cgroup_storage` and `shared_cgroup_storage`.
template <class Key, class Value, access_mode Access>
class stored_with_cgroup : public map_walks<map_kind::cgroup_storage, Key, Value, Access> {
    using base = map_walks<map_kind::cgroup_storage, Key, Value, Access>;

  protected:
    explicit stored_with_cgroup(detail::opened_map opened) noexcept : base{detail::without_bound(std::move(opened))} {}
};

/// One value for each cgroup and hook that a program is attached to which uses the map; the kernel makes it, zero, when
/// that program is attached, and takes it away with the cgroup or the map. There is nothing to insert or to erase. The
/// kernel calls the type deprecated: `cgrp_storage` is its successor.
/// UAPI: BPF_MAP_TYPE_CGROUP_STORAGE
/// Since: Linux 4.19
/// Errors: of `update`: ENOENT there is no such value to replace; `replace` answers false then
/// Races: a walk ends where the value that it stands on goes away (`walk_guarantee::best_effort`)
template <class Value, access_mode Access = read_write>
using cgroup_storage = map_view<stored_with_cgroup<cgroup_storage_key, Value, Access>>;

/// The same with one value for each cgroup, shared by all hooks and by all programs that use the map; the key is the
/// cgroup's number alone.
/// UAPI: BPF_MAP_TYPE_CGROUP_STORAGE with a key of 8 bytes
/// Since: Linux 5.9
template <class Value, access_mode Access = read_write>
using shared_cgroup_storage = map_view<stored_with_cgroup<std::uint64_t, Value, Access>>;

} // namespace bpfxx
