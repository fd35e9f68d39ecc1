#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/id.hpp>
#include <bpfxx/map/basic_map.hpp>
#include <bpfxx/map/references.hpp>
#include <bpfxx/program/kinds.hpp>

#include <cstdint>

namespace bpfxx {

/// Programs of one type that others of the same type jump to by index, with the helper `tail_call`: `update` takes a
/// program of this type, `lookup` gives its id. A slot is empty until it is set, and again after `erase`.
///
///     auto const steps = program_array<program_kind::xdp>::create({.name = "steps", .max_entries = 8});
///     steps->update(0, parse_ipv4);    // an xdp_program
///
/// UAPI: BPF_MAP_TYPE_PROG_ARRAY
/// Since: Linux 4.2; `lookup` 4.15
/// Errors: of `update`: EINVAL the program differs from the first one that was stored or that uses the map, by its
/// type, or by what the type does not say: compiled or interpreted, XDP_HAS_FRAGS, the attach type (6.18), the attach
/// function and its arguments; E2BIG the index is beyond the end, of `erase` too
/// Races: when the last descriptor and the last path of the map are gone, the kernel empties it a moment later, even
/// while programs still use it: keep it open or pinned as long as it shall be jumped through
template <program_tag ProgramKind, access_mode Access = read_write>
using program_array =
    basic_map<map_kind::prog_array, std::uint32_t, stored_found<program_reference<ProgramKind>, program_id>, Access>;

} // namespace bpfxx
