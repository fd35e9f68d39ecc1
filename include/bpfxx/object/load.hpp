#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/object/kernel_blobs.hpp>
#include <bpfxx/object/load_externs.hpp>
#include <bpfxx/object/load_maps.hpp>
#include <bpfxx/object/load_programs.hpp>
#include <bpfxx/object/load_state.hpp>
#include <bpfxx/object/load_struct_ops.hpp>
#include <bpfxx/object/load_targets.hpp>
#include <bpfxx/object/load_types.hpp>
#include <bpfxx/object/loaded.hpp>
#include <bpfxx/object/object_error.hpp>
#include <bpfxx/object/plan.hpp>
#include <bpfxx/object/settings.hpp>
#include <bpfxx/object/workspace.hpp>
#include <bpfxx/result.hpp>

#include <algorithm>
#include <cstdint>

namespace bpfxx::object {

namespace detail {

/// What memory the programs that are to be loaded need.
[[nodiscard]] inline workspace_needs needs_of(load_state const& state) noexcept {
    workspace_needs made;
    for (std::uint32_t number = 0; number != state.what.programs.size(); ++number) {
        planned_program const& program = state.what.programs[number];
        if (!state.is_wanted_program(number) || !program_loader::is_changed(state, program)) continue;
        made.relocations += program.code.core_relocations.size();
        made.instructions = std::max(made.instructions, program.code.instructions.size());
    }
    made.descriptors = state.what.maps.size() > 64 ? state.what.maps.size() : 0;
    return made;
}

[[nodiscard]] inline bool load_all(load_state& state) noexcept {
    kernel_blob kernel;
    workspace memory{state, kernel};
    auto needs = needs_of(state);
    add_extern_needs(state, needs);
    if (!memory.prepare(needs) || !find_externs(state, memory) || !load_types(state)) return false;
    struct_ops_loader structs{state, kernel};
    map_loader maps{state, structs};
    if (!maps.load() || !maps.fill_with_maps()) return false;
    target_finder targets{state, kernel};
    program_loader programs{state, memory, targets, structs};
    return programs.load() && maps.fill_with_programs() && structs.store_programs();
}

} // namespace detail

/// Loads an object: its types, its maps with what they start with, and its programs, relocated for the running kernel.
/// There are as many slots as the plan has maps and programs, all of them empty; they are filled, or empty again where
/// this fails.
/// UAPI: BPF_BTF_LOAD, BPF_MAP_CREATE, BPF_MAP_UPDATE_ELEM, BPF_MAP_FREEZE, BPF_OBJ_GET, BPF_OBJ_PIN, BPF_PROG_LOAD
/// Since: Linux 5.14 for programs that name maps
/// Errors: `object_error` says which step failed and what for
/// Costs: a system call for the types, one to four for each map, one for each program; no allocation without CO-RE and
/// externs, with them one that is free again when this returns
[[nodiscard]] inline loading<void> load(plan const& what, settings const& how, slots const& into) noexcept {
    detail::load_state state{what, how, into};
    bool const fits = into.maps.size() >= what.maps.size() && into.programs.size() >= what.programs.size();
    if (!fits) static_cast<void>(state.fail(step::allocate, {}, malformed{reason::storage_too_small}));
    if (fits && detail::load_all(state)) return outcome::success();
    into.clear();
    return state.problem;
}

} // namespace bpfxx::object
