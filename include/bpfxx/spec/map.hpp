#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd_ref.hpp>
#include <bpfxx/spec/name.hpp>
#include <bpfxx/spec/required.hpp>
#include <bpfxx/sys/flags.hpp>

#include <cstdint>
#include <optional>

namespace bpfxx {

/// How a map is created; its type and the sizes of key and value follow from the C++ type of the view.
/// UAPI: BPF_MAP_CREATE
struct map_options {
    /// What bpftool shows. Since: Linux 4.15
    object_name name{};
    /// The capacity in elements.
    required<std::uint32_t> max_entries;
    /// The access mode of the descriptor is not set here, it follows from the view's access.
    map_flags flags{};
    /// The NUMA node that the memory comes from. Since: Linux 4.14
    std::optional<std::uint32_t> numa_node{};
    /// Delegated rights to use instead of capabilities. Since: Linux 6.9
    optional_fd_ref<kind::token> token{};
};

} // namespace bpfxx
