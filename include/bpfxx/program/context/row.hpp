#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/ill_formed.hpp>
#include <bpfxx/insn/context_rules.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/program/type.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

// How the tables of contexts say what the kernel's is_valid_access functions say. An access is allowed when one row
// allows it, when it lies in the bytes of that row and when it starts at a multiple of its own width.
namespace bpfxx::insn::detail::contexts {

/// Of how many bytes an access may be: a sum of sizes.
using widths = std::uint8_t;

inline constexpr widths none = 0;
inline constexpr widths whole_4 = 4;
inline constexpr widths whole_8 = 8;
inline constexpr widths parts_of_2 = 1 | 2;
inline constexpr widths parts_of_4 = 1 | 2 | 4;
inline constexpr widths parts_of_8 = 1 | 2 | 4 | 8;
/// Added to a sum: only from the first byte of an element on.
inline constexpr widths from_start = 16;

/// Types of programs, each a bit.
using program_types = std::uint64_t;

template <class... Type>
constexpr program_types types(Type... type) noexcept {
    return ((program_types{1} << static_cast<unsigned>(type)) | ...);
}

constexpr bool has(program_types set, program_type type) noexcept { return (set & types(type)) != 0; }

inline constexpr program_types every_type = ~program_types{};

/// In which widths programs may access a field, and which programs.
struct permission {
    widths how = none;
    program_types who = every_type;

    constexpr widths by(program_type type) const noexcept { return has(who, type) ? how : none; }
};

/// A field of a context, or without a name bytes that may be accessed all the same.
struct row {
    std::string_view name;
    std::int32_t offset;
    std::int32_t size;
    /// How many elements of that size follow each other; more than one make an array.
    std::int32_t count;
    permission read{};
    permission write{};

    constexpr bool allows(widths allowed, std::int32_t at, std::uint32_t width) const noexcept {
        std::int64_t const inside = std::int64_t{at} - offset;
        if (inside < 0 || inside + width > std::int64_t{size} * count) return false;
        return (allowed & width) != 0 && ((allowed & from_start) == 0 || inside % size == 0);
    }
};

/// Whether programs of a type may access so many bytes of the context there.
constexpr bool allows(std::span<row const> rows, program_type type, std::int32_t offset, std::uint32_t width,
                      context_access what) noexcept {
    if (what == context_access::atomic || !std::has_single_bit(width) || width > 8) return false;
    if (offset % static_cast<std::int32_t>(width) != 0) return false;
    for (row const& each : rows) {
        permission const& asked = what == context_access::read ? each.read : each.write;
        if (each.allows(asked.by(type), offset, width)) return true;
    }
    return false;
}

/// What the verifier takes a field for. Of a result that a hook has had it may know the range.
constexpr context_value value_of(std::string_view name) noexcept {
    for (std::string_view const start : {"data", "data_meta", "skb_data", "optval"})
        if (name == start) return context_value::packet;
    for (std::string_view const end : {"data_end", "skb_data_end", "optval_end"})
        if (name == end) return context_value::packet_end;
    for (std::string_view const other : {"sk", "skb", "migrating_sk", "flow_keys", "state", "retval"})
        if (name == other) return context_value::anything;
    return context_value::number;
}

/// What a load of so many bytes gives there.
constexpr context_value value_of(std::span<row const> rows, program_type type, std::int32_t offset,
                                 std::uint32_t width) noexcept {
    for (row const& each : rows)
        if (each.allows(each.read.by(type), offset, width)) return value_of(each.name);
    return context_value::anything;
}

/// What a row says to programs of one type.
struct place {
    std::int32_t offset;
    std::int32_t size;
    std::int32_t count;
    widths read;
    widths write;
};

/// Where programs of a type find the field that a table has under a name.
template <class Kind>
consteval place place_of(std::span<row const> rows, std::string_view name) {
    for (row const& each : rows)
        if (each.name == name)
            return {each.offset, each.size, each.count, each.read.by(Kind::type), each.write.by(Kind::type)};
    ill_formed("this table of a context has no row of that name");
}

/// A name as a template argument.
template <std::size_t Size>
struct literal {
    char text[Size]{};

    consteval literal(char const (&given)[Size]) {
        for (std::size_t i = 0; i != Size; ++i) text[i] = given[i];
    }
};

struct no_fields;

/// The context of a type of program: its table, its fields by name. Each struct of the kernel's has a specialisation;
/// types without one, of which nothing is known, have this.
template <program_tag Kind>
struct context_of {
    static constexpr bool known = false;
    static constexpr std::span<row const> rows{};
    using fields = no_fields;
};

/// What the specialisations have in common.
template <auto const& Rows, class Fields>
struct known_context {
    static constexpr bool known = true;
    static constexpr std::span<row const> rows{Rows};
    using fields = Fields;
};

} // namespace bpfxx::insn::detail::contexts
