#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd_ref.hpp>
#include <bpfxx/id.hpp>
#include <bpfxx/map/type.hpp>
#include <bpfxx/sys/flags.hpp>
#include <bpfxx/sys/user_ptr.hpp>

#include <cstddef>
#include <cstdint>

namespace bpfxx::sys::info {

/// What the kernel says of a map. Pointers and their lengths go in; the rest comes out, as far as the length that the
/// kernel returned reaches.
/// UAPI: `struct bpf_map_info`, 80 bytes in 4.18, 88 up to 6.17, 104 since 6.18
/// Since: Linux 4.13
struct map {
    using kind = bpfxx::kind::map;

    map_type type{};
    map_id id{};
    std::uint32_t key_size = 0;
    std::uint32_t value_size = 0;
    std::uint32_t max_entries = 0;
    bpfxx::map_flags map_flags{};
    char name[16]{};
    interface_index ifindex{};
    std::uint32_t btf_vmlinux_value_type_id = 0;
    std::uint64_t netns_dev = 0;
    std::uint64_t netns_ino = 0;
    bpfxx::btf_id btf_id{};
    std::uint32_t btf_key_type_id = 0;
    std::uint32_t btf_value_type_id = 0;
    std::uint32_t btf_vmlinux_id = 0;
    std::uint64_t map_extra = 0;
    user_ptr<std::byte> hash{};
    std::uint32_t hash_size = 0;
    std::uint32_t reserved_1 = 0;
};

} // namespace bpfxx::sys::info
