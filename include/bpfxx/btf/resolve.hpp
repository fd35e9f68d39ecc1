#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/id.hpp>
#include <bpfxx/btf/malformed.hpp>
#include <bpfxx/btf/type.hpp>
#include <bpfxx/btf/view.hpp>
#include <bpfxx/btf/wire.hpp>

#include <cstdint>
#include <limits>

namespace bpfxx::btf {

/// How many references a question follows before it calls them a circle. The kernel itself stops at 32.
inline constexpr std::uint32_t chain_limit = 64;

/// Size of a pointer in a BPF program and in every kernel that runs one as 64-bit code.
inline constexpr std::uint32_t pointer_size = 8;

namespace detail {

[[nodiscard]] constexpr malformed problem_with(indexed_view const& in, reason why, type what) noexcept {
    return {why, in.view().position_of(what)};
}

} // namespace detail

/// The type behind all typedefs, qualifiers and type tags.
/// Errors: no_such_type, chain_too_long (malformed BTF may refer in circles)
[[nodiscard]] constexpr parsed<type> resolve(indexed_view const& in, type_id id) noexcept {
    if (!in.contains(id)) return malformed{reason::no_such_type, 0};
    type current = in.type(id);
    for (std::uint32_t step = 0; step < chain_limit; ++step) {
        if (!current.is_alias()) return current;
        current = in.type(current.referenced());
    }
    return detail::problem_with(in, reason::chain_too_long, current);
}

/// Size in bytes that an object of a type takes; a data section's is that of its record, 0 in unlinked objects.
/// Errors: no_size (void, functions, forward declarations, tags), size_overflow, chain_too_long, no_such_type
[[nodiscard]] constexpr parsed<std::uint64_t> size_of(indexed_view const& in, type_id id) noexcept {
    if (!in.contains(id)) return malformed{reason::no_such_type, 0};
    std::uint64_t count = 1;
    type current = in.type(id);
    for (std::uint32_t step = 0; step < chain_limit; ++step) {
        using enum kind;
        std::uint64_t unit = current.size();
        switch (current.kind()) {
        case array: {
            auto const shape = *current.array();
            if (shape.count != 0 && count > std::numeric_limits<std::uint64_t>::max() / shape.count) {
                return detail::problem_with(in, reason::size_overflow, current);
            }
            count *= shape.count;
            current = in.type(shape.element);
            continue;
        }
        case typedef_:
        case volatile_:
        case const_:
        case restrict_:
        case type_tag:
        case var: current = in.type(current.referenced()); continue;
        case ptr: unit = pointer_size; break;
        case int_:
        case struct_:
        case union_:
        case enum_:
        case enum64:
        case float_:
        case datasec: break;
        default: return detail::problem_with(in, reason::no_size, current);
        }
        if (unit != 0 && count > std::numeric_limits<std::uint64_t>::max() / unit) {
            return detail::problem_with(in, reason::size_overflow, current);
        }
        return count * unit;
    }
    return detail::problem_with(in, reason::chain_too_long, current);
}

} // namespace bpfxx::btf
