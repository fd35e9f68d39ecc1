#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstdint>

namespace bpfxx {

/// The kernel's number for a live object, unique among objects of its kind since boot. Give one as `map_id{7}`.
/// UAPI: `id` of `struct bpf_map_info` and its kin; BPF_*_GET_NEXT_ID, BPF_*_GET_FD_BY_ID
/// Since: Linux 4.13
enum class map_id : std::uint32_t {};
enum class program_id : std::uint32_t {};
enum class btf_id : std::uint32_t {};
enum class link_id : std::uint32_t {};

/// The kernel's number of a network device in the caller's network namespace; 0 is none.
enum class interface_index : std::uint32_t {};

} // namespace bpfxx
