#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/type.hpp>
#include <bpfxx/btf/view.hpp>
#include <bpfxx/btf/wire.hpp>
#include <bpfxx/core/candidate.hpp>
#include <bpfxx/core/effort.hpp>
#include <bpfxx/core/essential_name.hpp>
#include <bpfxx/core/malformed.hpp>
#include <bpfxx/core/match.hpp>
#include <bpfxx/core/target.hpp>
#include <bpfxx/object/externs.hpp>
#include <bpfxx/object/malformed.hpp>
#include <bpfxx/object/variable.hpp>
#include <bpfxx/slice.hpp>
#include <bpfxx/sys/info/debug.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace bpfxx::object {

namespace detail {

[[nodiscard]] constexpr bool is_typed(btf::indexed_view const& types, extern_symbol const& one) noexcept {
    return one.from == extern_source::kfunc || (one.from == extern_source::ksym && !is_typeless(types, one));
}

/// What the kernel calls it: a function may be declared more than once, with ___ and something behind its name.
[[nodiscard]] constexpr std::string_view name_in_kernel(extern_symbol const& one) noexcept {
    return one.from == extern_source::kfunc ? core::essential_name(one.name) : one.name;
}

/// The first candidate that has exactly the name, or whose bytes are wrong: it reads as void.
[[nodiscard]] constexpr core::candidate const* find_candidate(core::candidates const& all, slice<core::target> targets,
                                                              extern_symbol const& one) noexcept {
    core::root const* const root = all.find(one.type);
    if (root == nullptr) return nullptr;
    for (std::uint32_t at = root->first; at != core::no_candidate; at = all.all()[at].next) {
        core::candidate const& candidate = all.all()[at];
        btf::type const type = targets[candidate.source].type(candidate.type);
        if (type.is_void() || type.has_name(name_in_kernel(one))) return &candidate;
    }
    return nullptr;
}

} // namespace detail

/// Adds the functions and variables that an object leaves to the kernel to what its types are searched for: to be called
/// before `wanted.ready()`. They need a root each.
/// Errors: too_few_roots; no_such_type, anonymous_type
[[nodiscard]] constexpr core::malformed note_typed_externs(btf::indexed_view const& types,
                                                           slice<extern_symbol const> externs,
                                                           core::candidates& wanted) noexcept {
    for (extern_symbol const& one : externs) {
        if (!detail::is_typed(types, one)) continue;
        sys::info::core_relo const asked{.type_id = btf::number(one.type),
                                         .kind = sys::info::core_relo_kind::type_exists};
        core::malformed const problem = wanted.add(types, std::span{&asked, 1});
        if (problem.why != core::reason::none) return problem;
    }
    return {};
}

/// Finds them among the candidates, and compares their types: a function that is weak may differ, and is absent then.
/// `targets` are the kernel and its modules, all of them indexed.
/// Errors: extern_type_differs with its name; `types` where a target is malformed
[[nodiscard]] constexpr malformed find_typed_externs(btf::indexed_view const& types, slice<extern_symbol const> externs,
                                                     core::candidates const& candidates, slice<core::target> targets,
                                                     slice<resolved_extern> found) noexcept {
    core::detail::local_types const local{types};
    for (std::size_t at = 0; at != externs.size(); ++at) {
        extern_symbol const& one = externs[at];
        if (!detail::is_typed(types, one)) continue;
        core::candidate const* const candidate = detail::find_candidate(candidates, targets, one);
        if (candidate == nullptr) continue;
        core::target& in = targets[candidate->source];
        core::detail::effort spent;
        bool const fits = core::detail::matcher{local, in, spent}.types_fit(types.type(one.type).referenced(),
                                                                            in.type(candidate->type).referenced());
        if (in.problem().why != btf::reason::none) return malformed{in.problem()};
        if (fits) {
            found[at] = {
                .how = extern_answer::type, .is_set = true, .source = candidate->source, .type = candidate->type};
        } else if (!one.weak || one.from != extern_source::kfunc) {
            return {reason::extern_type_differs, no_section, 0, one.name};
        }
    }
    return {};
}

} // namespace bpfxx::object
