#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/object/image.hpp>
#include <bpfxx/object/malformed.hpp>
#include <bpfxx/object/read_relocations.hpp>
#include <bpfxx/object/read_symbols.hpp>
#include <bpfxx/object/read_types.hpp>
#include <bpfxx/object/source.hpp>

namespace bpfxx::object {

/// Fills tables that are at least as large as `measure` says, and says how much of each it found: the third step.
/// Costs: one pass over symbols, types, relocations and instructions, and sorting; no allocation
[[nodiscard]] constexpr parsed<counts> fill(source const& from, tables const& room) noexcept {
    counts found{.sections = from.file.section_count(), .types = static_cast<std::uint32_t>(from.types.index_size())};
    malformed problem = detail::symbol_reader{from, room, found}.read();
    if (problem.why == reason::none) problem = detail::type_reader{from, room, found}.read();
    if (problem.why == reason::none) problem = detail::relocation_reader{from, room, found}.read();
    if (problem.why != reason::none) return problem;
    return found;
}

/// The same, as what the object contains.
[[nodiscard]] constexpr parsed<image> read(source const& from, tables const& room) noexcept {
    auto const found = fill(from, room);
    if (!found) return found.error();
    return image{.from = from,
                 .roles = room.roles.first(found->sections),
                 .code = room.code.first(found->code),
                 .functions = room.functions.first(found->functions),
                 .programs = room.programs.first(found->programs),
                 .variables = room.variables.first(found->variables),
                 .externs = room.externs.first(found->externs),
                 .relocations = room.relocations.first(found->relocations),
                 .type_index = room.types.first(found->types)};
}

} // namespace bpfxx::object
