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
#include <bpfxx/object/parts.hpp>
#include <bpfxx/object/plan.hpp>
#include <bpfxx/object/settings.hpp>
#include <bpfxx/object/workspace.hpp>
#include <bpfxx/result.hpp>

#include <cstdint>

namespace bpfxx::object {

namespace detail {

/// What memory the programs that are to be loaded need.
template <parts Has>
[[nodiscard]] workspace_needs needs_of(load_state const& state, rare_steps<Has> const& rare) noexcept {
    workspace_needs made;
    for (std::uint32_t number = 0; number != state.what.programs.size(); ++number) {
        planned_program const& program = state.what.programs[number];
        if (!state.is_wanted_program(number) || !program_loader<Has>::is_changed(state, program, rare)) continue;
        if constexpr (Has.relocations) made.relocations += program.code.core_relocations.size();
        if (made.instructions < program.code.instructions.size()) made.instructions = program.code.instructions.size();
    }
    made.descriptors = state.what.maps.size() > parts::few_maps ? state.what.maps.size() : 0;
    return made;
}

template <parts Has>
[[nodiscard, gnu::cold]] bool load_all(load_state& state, rare_steps<Has> const& rare) noexcept {
    kernel_blob kernel;
    workspace<Has> memory{state, kernel};
    if constexpr (Has.takes_memory()) {
        auto needs = needs_of<Has>(state, rare);
        if constexpr (Has.externs) add_extern_needs(state, needs);
        if (!memory.prepare(needs) || !find_externs(state, memory)) return false;
    } else if (rare.prepare != nullptr && !rare.prepare(memory, needs_of<Has>(state, rare))) {
        return false;
    }
    if (!load_types<Has>(state)) return false;
    struct_ops_loader structs{state, kernel};
    map_loader<Has> maps{state, structs, rare};
    if (!maps.load() || !maps.fill_with_maps()) return false;
    target_finder targets{state, kernel};
    program_loader<Has> programs{state, memory, targets, structs, rare};
    if (!programs.load() || !maps.fill_with_programs()) return false;
    if constexpr (Has.structs) return structs.store_programs();
    return true;
}

/// False leaves in `why` what failed, and the slots empty.
template <parts Has>
[[nodiscard, gnu::cold]] bool load(plan const& what, settings const& how, slots const& into,
                                   rare_steps<Has> const& rare, object_error& why) noexcept {
    load_state state{what, how, into, why};
    bool const fits = into.maps.size() >= what.maps.size() && into.programs.size() >= what.programs.size();
    if (!fits) static_cast<void>(state.fail(step::allocate, {}, only<reason::storage_too_small>()));
    if (fits && load_all<Has>(state, rare)) return true;
    into.clear();
    return false;
}

} // namespace detail

/// Loads an object: its types, its maps with what they start with, and its programs, relocated for the running kernel.
/// There are as many slots as the plan has maps and programs, all of them empty; they are filled, or empty again where
/// this fails.
/// UAPI: BPF_BTF_LOAD, BPF_MAP_CREATE, BPF_MAP_UPDATE_ELEM, BPF_MAP_FREEZE, BPF_OBJ_GET, BPF_OBJ_PIN, BPF_PROG_LOAD
/// Since: Linux 5.14 for programs that name maps without a copy of their instructions
/// Errors: `object_error` says which step failed and what for
/// Costs: a system call for the types, one to four for each map, one for each program; no allocation without CO-RE and
/// externs, with them one that is free again when this returns
/// `Has` may say what the object lacks, as `parts::of` its plan does.
template <parts Has = parts{}>
[[nodiscard]] loading<void> load(plan const& what, settings const& how, slots const& into) noexcept {
    object_error why;
    if (detail::load<Has>(what, how, into, detail::rare_steps<Has>::all(), why)) return outcome::success();
    return why;
}

} // namespace bpfxx::object
