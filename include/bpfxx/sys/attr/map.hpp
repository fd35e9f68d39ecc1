#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/command.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/id.hpp>
#include <bpfxx/map/type.hpp>
#include <bpfxx/spec/name.hpp>
#include <bpfxx/sys/flags.hpp>
#include <bpfxx/sys/user_ptr.hpp>

#include <cstddef>
#include <cstdint>

// Members carry the kernel's names; `reserved_N` are bytes that the kernel wants zero. A member without a default is
// one that the command cannot do without. Source of every field: `union bpf_attr`, compared with the running kernel's
// BTF by tests/abi.
namespace bpfxx::sys::attr {

/// Creates a map and gives its descriptor.
/// UAPI: BPF_MAP_CREATE
/// Since: Linux 3.18
/// Errors: EPERM CAP_BPF is missing; EINVAL sizes or flags that the type does not take; E2BIG too large; ENOMEM
struct map_create {
    static constexpr command during = command::map_create;
    using returns = owned_fd<kind::map>;

    bpfxx::map_type map_type;
    std::uint32_t key_size = 0;
    std::uint32_t value_size = 0;
    std::uint32_t max_entries = 0;
    map_flags flags{};
    optional_fd_ref<kind::map> inner_map_fd{};
    std::uint32_t numa_node = 0;
    object_name map_name{};
    interface_index map_ifindex{};
    optional_fd_ref<kind::btf> btf_fd{};
    std::uint32_t btf_key_type_id = 0;
    std::uint32_t btf_value_type_id = 0;
    std::uint32_t btf_vmlinux_value_type_id = 0;
    std::uint64_t map_extra = 0;
    optional_fd_ref<kind::btf> value_type_btf_obj_fd{};
    optional_fd_ref<kind::token> map_token_fd{};
    user_ptr<std::byte const> excl_prog_hash{};
    std::uint32_t excl_prog_hash_size = 0;
    std::uint32_t reserved_1 = 0;
};

/// Reads one element into `value`.
/// UAPI: BPF_MAP_LOOKUP_ELEM
/// Since: Linux 3.18; flags 5.1
/// Errors: ENOENT the key is absent; EPERM the descriptor is write-only; 524 the type has no lookup
struct map_lookup_elem {
    static constexpr command during = command::map_lookup_elem;
    using returns = void;

    fd_ref<kind::map> map_fd;
    std::uint32_t reserved_1 = 0;
    user_ptr<void const> key{};
    user_ptr<void> value{};
    element_flags flags{};
};

/// Writes one element.
/// UAPI: BPF_MAP_UPDATE_ELEM
/// Since: Linux 3.18
/// Errors: E2BIG the map is full; EEXIST, ENOENT as the flags ask; EPERM read-only descriptor or frozen map
struct map_update_elem {
    static constexpr command during = command::map_update_elem;
    using returns = void;

    fd_ref<kind::map> map_fd;
    std::uint32_t reserved_1 = 0;
    user_ptr<void const> key{};
    user_ptr<void const> value{};
    element_flags flags{};
};

/// Removes one element.
/// UAPI: BPF_MAP_DELETE_ELEM
/// Since: Linux 3.18
/// Errors: ENOENT the key is absent; EINVAL the type has no delete; EPERM read-only descriptor or frozen map
struct map_delete_elem {
    static constexpr command during = command::map_delete_elem;
    using returns = void;

    fd_ref<kind::map> map_fd;
    std::uint32_t reserved_1 = 0;
    user_ptr<void const> key{};
};

/// Finds the key after `key`, or the first for a null `key`.
/// UAPI: BPF_MAP_GET_NEXT_KEY
/// Since: Linux 3.18; the null key 4.12
/// Errors: ENOENT there is no further key
/// Races: a key deleted meanwhile sends the walk back to the start
struct map_get_next_key {
    static constexpr command during = command::map_get_next_key;
    using returns = void;

    fd_ref<kind::map> map_fd;
    std::uint32_t reserved_1 = 0;
    user_ptr<void const> key{};
    user_ptr<void> next_key{};
};

/// Reads one element and removes it.
/// UAPI: BPF_MAP_LOOKUP_AND_DELETE_ELEM
/// Since: Linux 4.20 (queue, stack), 5.14 (hash family)
/// Errors: ENOENT the key is absent or the queue is empty; 524 the type has no such operation
struct map_lookup_and_delete_elem {
    static constexpr command during = command::map_lookup_and_delete_elem;
    using returns = void;

    fd_ref<kind::map> map_fd;
    std::uint32_t reserved_1 = 0;
    user_ptr<void const> key{};
    user_ptr<void> value{};
    element_flags flags{};
};

/// Forbids further writes from user space.
/// UAPI: BPF_MAP_FREEZE
/// Since: Linux 5.2
/// Errors: EBUSY a writable mapping exists (or, before 6.5, frozen already); EPERM frozen already; 524
struct map_freeze {
    static constexpr command during = command::map_freeze;
    using returns = void;

    fd_ref<kind::map> map_fd;
};

/// Shared shape of the batch commands: `count` goes in as room or number of elements and comes back as the elements
/// done, on failure too.
template <command During, class Key, class Value>
struct map_batch {
    static constexpr command during = During;
    using returns = void;
    static constexpr bool read_after_call = true;

    user_ptr<void const> in_batch{};
    user_ptr<void> out_batch{};
    user_ptr<Key> keys{};
    user_ptr<Value> values{};
    std::uint32_t count = 0;
    fd_ref<kind::map> map_fd;
    element_flags elem_flags{};
    std::uint64_t flags = 0;
};

/// Reads many elements; `in_batch` is null to start, else what the last call wrote to `out_batch` (key_size bytes for
/// arrays and tries, at least 4 bytes for the hash family).
/// UAPI: BPF_MAP_LOOKUP_BATCH
/// Since: Linux 5.6
/// Errors: ENOENT the end of the map, `count` holds what was delivered; ENOSPC one bucket is larger than the room
using map_lookup_batch = map_batch<command::map_lookup_batch, void, void>;

/// Reads many elements and removes them; cursors as in `map_lookup_batch`.
/// UAPI: BPF_MAP_LOOKUP_AND_DELETE_BATCH
/// Since: Linux 5.6
/// Errors: as `map_lookup_batch`
using map_lookup_and_delete_batch = map_batch<command::map_lookup_and_delete_batch, void, void>;

/// Writes many elements.
/// UAPI: BPF_MAP_UPDATE_BATCH
/// Since: Linux 5.6
/// Errors: those of `map_update_elem`, `count` holds how many were written before
using map_update_batch = map_batch<command::map_update_batch, void const, void const>;

/// Removes many elements; `values` stays null.
/// UAPI: BPF_MAP_DELETE_BATCH
/// Since: Linux 5.6
/// Errors: ENOENT a key is absent, `count` holds how many were removed before it
using map_delete_batch = map_batch<command::map_delete_batch, void const, void>;

} // namespace bpfxx::sys::attr
