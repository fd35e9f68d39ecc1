#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/id.hpp>
#include <bpfxx/btf/malformed.hpp>
#include <bpfxx/btf/members.hpp>
#include <bpfxx/btf/resolve.hpp>
#include <bpfxx/btf/strings.hpp>
#include <bpfxx/btf/type.hpp>
#include <bpfxx/btf/view.hpp>
#include <bpfxx/btf/wire.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bpfxx::btf {

/// A member, and where it lies from the start of the type that the search began at.
struct located_member {
    std::string_view name;
    std::uint64_t bit_offset = 0;
    std::uint32_t bitfield_width = 0; // 0 for a plain member
    type_id type{};                   // as declared: a typedef stays a typedef
    std::uint64_t size = 0;           // bytes of that type; for a bit-field those of its declared integer

    /// Undefined for a bit-field that does not start at a byte.
    [[nodiscard]] constexpr std::uint64_t offset() const noexcept { return bit_offset / 8; }
};

namespace detail {

/// Visits the named members of a struct or union, those of anonymous ones inside it in their place.
class member_walk {
  public:
    // C code rarely nests three deep; a malformed blob can nest a union in itself, thousands of times side by side.
    static constexpr std::uint32_t depth_limit = 32;
    static constexpr std::uint32_t step_limit = 1U << 16;

    constexpr explicit member_walk(indexed_view const& in) noexcept : in_{in} {}

    /// Calls `visit(member, bit_offset)` until one call returns true; says whether one did.
    template <class Visit>
    [[nodiscard]] constexpr parsed<bool> run(type what, std::uint64_t base, Visit&& visit, std::uint32_t depth = 0) {
        if (depth == depth_limit) return problem_with(in_, reason::nested_too_deep, what);
        for (member const current : what.members()) {
            if (++steps_ > step_limit) return problem_with(in_, reason::nested_too_deep, what);
            std::uint64_t const offset = base + current.bit_offset();
            if (!current.name().empty()) {
                if (visit(current, offset)) return true;
                continue;
            }
            parsed<type> const inner = resolve(in_, current.type());
            if (!inner) return inner.error();
            if (!inner->is_composite()) continue; // padding bits
            parsed<bool> const found = run(*inner, offset, visit, depth + 1);
            if (!found || *found) return found;
        }
        return false;
    }

  private:
    indexed_view const& in_;
    std::uint32_t steps_ = 0;
};

/// Old producers mark a bit-field by an integer that is narrower than its size, with its own offset inside.
constexpr void apply_narrow_integer(located_member& found, type resolved) noexcept {
    auto const integer = resolved.integer();
    if (!integer || found.bitfield_width != 0) return;
    if (integer->bit_width == std::uint64_t{resolved.size()} * 8 || integer->has(int_encoding::is_bool)) return;
    found.bitfield_width = integer->bit_width;
    found.bit_offset += integer->bit_offset;
}

[[nodiscard]] constexpr parsed<located_member> locate(indexed_view const& in, member what,
                                                      std::uint64_t bit_offset) noexcept {
    parsed<type> const resolved = resolve(in, what.type());
    if (!resolved) return resolved.error();
    parsed<std::uint64_t> const size = size_of(in, what.type());
    if (!size) return size.error();
    located_member found{what.name(), bit_offset, what.bitfield_width(), what.type(), *size};
    apply_narrow_integer(found, *resolved);
    return found;
}

} // namespace detail

/// The member that a path such as "link_create.uprobe_multi.pid" names from a struct or union on, through typedefs and
/// through anonymous structs and unions, whose members are found as C finds them.
/// Errors: no_such_member, not_a_composite, and those of `resolve` and `size_of`
/// Costs: no allocation; a walk over the members of each level
[[nodiscard]] constexpr parsed<located_member> member_at(indexed_view const& in, type_id root,
                                                         std::string_view path) noexcept {
    type_id level = root;
    std::uint64_t base = 0;
    while (true) {
        parsed<type> const composite = resolve(in, level);
        if (!composite) return composite.error();
        if (!composite->is_composite()) return detail::problem_with(in, reason::not_a_composite, *composite);

        std::size_t const dot = bpfxx::detail::position_of('.', path);
        std::string_view const name = path.substr(0, dot);
        member found;
        std::uint64_t offset = 0;
        detail::member_walk walk{in};
        parsed<bool> const matched = walk.run(*composite, base, [&](member candidate, std::uint64_t at) {
            if (!candidate.has_name(name)) return false;
            found = candidate;
            offset = at;
            return true;
        });
        if (!matched) return matched.error();
        if (!*matched) return detail::problem_with(in, reason::no_such_member, *composite);
        if (dot == path.size()) return detail::locate(in, found, offset);
        path.remove_prefix(dot + 1);
        level = found.type();
        base = offset;
    }
}

/// Calls `visit(located_member const&)` for each named member of a struct or union in order, those of anonymous structs
/// and unions in their place. Named structs are not entered: call it again with their type, and add the offset.
/// Returns how many members were visited.
/// Errors: those of `member_at`; members before the fault were visited
template <class Visit>
constexpr parsed<std::uint32_t> for_each_member(indexed_view const& in, type_id root, Visit&& visit) {
    parsed<type> const composite = resolve(in, root);
    if (!composite) return composite.error();
    if (!composite->is_composite()) return detail::problem_with(in, reason::not_a_composite, *composite);
    malformed problem{};
    std::uint32_t visited = 0;
    detail::member_walk walk{in};
    parsed<bool> const stopped = walk.run(*composite, 0, [&](member current, std::uint64_t at) {
        parsed<located_member> const found = detail::locate(in, current, at);
        if (!found) {
            problem = found.error();
            return true;
        }
        visit(*found);
        ++visited;
        return false;
    });
    if (!stopped) return stopped.error();
    if (*stopped) return problem;
    return visited;
}

} // namespace bpfxx::btf
