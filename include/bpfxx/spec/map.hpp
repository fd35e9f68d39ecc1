#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd_ref.hpp>
#include <bpfxx/map/type.hpp>
#include <bpfxx/spec/name.hpp>
#include <bpfxx/sys/flags.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace bpfxx {

/// The BTF of a map's keys and values, which bpftool prints them by and which values with a lock, a timer or a kernel
/// pointer need; the descriptor is lent until the map is created.
/// UAPI: `btf_fd`, `btf_key_type_id`, `btf_value_type_id` of BPF_MAP_CREATE
/// Since: Linux 4.18
struct map_btf {
    optional_fd_ref<kind::btf> fd{};
    std::uint32_t key_type_id = 0;
    std::uint32_t value_type_id = 0;
};

/// The SHA-256 of a program's instructions.
/// UAPI: `excl_prog_hash` of BPF_MAP_CREATE
using program_hash = std::array<std::byte, 32>;

/// How a map is created, of whatever type: what the typed `map_options` and an object file's map definitions come to.
/// UAPI: BPF_MAP_CREATE
struct map_spec {
    map_type type{};
    std::uint32_t key_size = 0;
    std::uint32_t value_size = 0;
    std::uint32_t max_entries = 0;
    map_flags flags{};
    object_name name{};
    std::optional<std::uint32_t> numa_node{};
    optional_fd_ref<kind::token> token{};
    map_btf btf{};
    /// Since: Linux 6.18
    std::optional<program_hash> exclusive_program{};
    /// What a map of maps holds: each inner map has to be like this one.
    optional_fd_ref<kind::map> inner_map{};
    /// The kernel's own type behind a struct_ops map.
    std::uint32_t btf_vmlinux_value_type_id = 0;
    /// The module that this type comes from. Since: Linux 6.9
    optional_fd_ref<kind::btf> value_type_btf_obj{};
    /// Hash functions of a bloom filter, address of an arena. Since: Linux 5.16
    std::uint64_t map_extra = 0;
};

} // namespace bpfxx
