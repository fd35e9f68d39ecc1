#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/object/externs.hpp>
#include <bpfxx/object/find_externs.hpp>
#include <bpfxx/object/load_state.hpp>
#include <bpfxx/object/typed_externs.hpp>
#include <bpfxx/object/workspace.hpp>

#include <cstddef>

namespace bpfxx::object::detail {

inline void add_extern_needs(load_state const& state, workspace_needs& needs) noexcept {
    if (state.what.types == nullptr) return;
    needs.externs = state.what.externs.size();
    for (extern_symbol const& one : state.what.externs)
        if (is_typed(*state.what.types, one)) needs.typed_externs = true;
    for (map_definition const& map : state.what.maps)
        if (map.origin == map_origin::kconfig) needs.options = map.value_size;
    if (needs.typed_externs) needs.descriptors = state.what.maps.size() + 1 + needs.externs;
}

/// Finds what the object leaves to the kernel to provide.
template <parts Has>
[[nodiscard]] bool find_externs(load_state& state, workspace<Has>& memory) noexcept {
    if constexpr (!Has.externs) return true;
    if (state.what.types == nullptr || state.what.externs.empty()) return true;
    auto const& types = *state.what.types;
    auto const externs = state.what.externs;
    auto const found = memory.externs();
    auto const needs = begin_externs(types, externs, found);
    if (!needs) return state.fail(step::resolve_extern, {}, needs.error());
    state.options = memory.options();
    if (needs->kconfig) {
        auto const set =
            find_options(types, externs, found, memory.options(), state.how.kernel_config, state.how.token);
        if (!set) return state.fail(set.error());
    }
    if (needs->symbols) {
        auto const looked = find_symbols(types, externs, found);
        if (!looked) return state.fail(looked.error());
    }
    if (needs->types) {
        auto const problem = find_typed_externs(types, externs, memory.candidates(), memory.targets(), found);
        if (problem.why != reason::none) return state.fail(step::resolve_extern, {}, problem);
    }
    auto const problem = check_externs(externs, found);
    if (problem.why != reason::none) return state.fail(step::resolve_extern, {}, problem);
    return memory.open_used_modules();
}

} // namespace bpfxx::object::detail
