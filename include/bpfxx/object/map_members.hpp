#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/resolve.hpp>
#include <bpfxx/btf/type.hpp>
#include <bpfxx/btf/view.hpp>
#include <bpfxx/map/type.hpp>
#include <bpfxx/object/malformed.hpp>
#include <bpfxx/object/map_definition.hpp>
#include <bpfxx/sys/flags.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace bpfxx::object::detail {

[[nodiscard]] constexpr bool holds_maps(map_type type) noexcept {
    return type == map_type::array_of_maps || type == map_type::hash_of_maps;
}

/// Reads the members of the struct that defines a map. `__uint(name, 4)` is a pointer to an array of 4 elements,
/// `__type(name, T)` a pointer to T, `__array(name, T)` an array without a size of pointers to T, `__ulong(name, 4)` an
/// enum whose only enumerator is 4.
class definition_reader {
    // Before its callers: clang must have seen a template when it runs them while compiling.
    template <class Enum>
    constexpr reason read_enum(btf::member const& member, Enum& into) const noexcept {
        std::uint32_t number = 0;
        reason const problem = read_number(member, number);
        into = static_cast<Enum>(number);
        return problem;
    }

  public:
    constexpr definition_reader(btf::indexed_view const& types, map_definition& outer) noexcept
        : types_{types}, outer_{outer} {}

    /// What is wrong; its place is for the caller to say.
    [[nodiscard]] constexpr malformed read(btf::type definition) noexcept { return read(definition, outer_, false); }

  private:
    constexpr malformed read(btf::type definition, map_attributes& into, bool is_inner) noexcept {
        std::uint32_t left = definition.vlen();
        for (btf::member const member : definition.members()) {
            reason const problem = read_member(member, into, is_inner, --left == 0);
            if (problem != reason::none) return fail(problem, member);
        }
        if (into.type == map_type::unspec) return {reason::map_without_type, no_section, 0, outer_.name};
        return {};
    }

    constexpr malformed fail(reason why, btf::member const& member) noexcept {
        if (problem_.why == reason::none) problem_ = {why, no_section, 0, member.name()};
        return problem_;
    }

    constexpr reason read_member(btf::member const& member, map_attributes& into, bool is_inner,
                                 bool is_last) noexcept {
        if (member.has_name("type")) return read_enum(member, into.type);
        if (member.has_name("max_entries")) return read_number(member, into.max_entries);
        if (member.has_name("map_flags")) return read_enum(member, into.flags);
        if (member.has_name("key")) return read_type(member, into.key_type, into.key_size);
        if (member.has_name("value")) return read_type(member, into.value_type, into.value_size);
        if (member.has_name("key_size")) return read_size(member, into.key_size);
        if (member.has_name("value_size")) return read_size(member, into.value_size);
        if (member.has_name("values")) return read_values(member, into, is_inner, is_last);
        if (member.has_name("pinning")) return read_pinning(member, is_inner);
        if (member.has_name("map_extra")) return read_long(member, into.map_extra);
        if (member.has_name("numa_node")) return read_number(member, into.numa_node.emplace(0));
        return reason::map_member_unknown;
    }

    /// The number behind `__uint`.
    constexpr reason read_number(btf::member const& member, std::uint32_t& into) const noexcept {
        auto const pointer = resolve(types_, member.type());
        if (!pointer || pointer->kind() != btf::kind::ptr) return reason::map_member_type;
        auto const array = types_.type(pointer->referenced()).array();
        if (!array) return reason::map_member_type;
        into = array->count;
        return reason::none;
    }

    /// The number behind `__uint` or `__ulong`.
    constexpr reason read_long(btf::member const& member, std::uint64_t& into) const noexcept {
        auto const type = resolve(types_, member.type());
        if (!type) return reason::map_member_type;
        if (!type->is_enum()) {
            std::uint32_t number = 0;
            reason const problem = read_number(member, number);
            into = number;
            return problem;
        }
        if (type->vlen() != 1) return reason::map_member_type;
        into = type->enumerators().at(0)->unsigned_value();
        return reason::none;
    }

    static constexpr reason agree(std::uint32_t& size, std::uint32_t said) noexcept {
        if (size != 0 && size != said) return reason::map_member_disagrees;
        size = said;
        return reason::none;
    }

    constexpr reason read_size(btf::member const& member, std::uint32_t& size) const noexcept {
        std::uint32_t number = 0;
        reason const problem = read_number(member, number);
        return problem == reason::none ? agree(size, number) : problem;
    }

    /// The type behind `__type`.
    constexpr reason read_type(btf::member const& member, btf::type_id& into, std::uint32_t& size) const noexcept {
        btf::type const pointer = types_.type(member.type());
        if (pointer.kind() != btf::kind::ptr) return reason::map_member_type;
        auto const measured = size_of(types_, pointer.referenced());
        if (!measured || *measured > 0xffff'ffff) return reason::map_type_size;
        into = pointer.referenced();
        return agree(size, static_cast<std::uint32_t>(*measured));
    }

    constexpr reason read_pinning(btf::member const& member, bool is_inner) noexcept {
        std::uint32_t number = 0;
        reason const problem = read_number(member, number);
        if (problem != reason::none) return problem;
        if (is_inner || number > static_cast<std::uint32_t>(map_pinning::by_name)) return reason::map_pinning;
        outer_.pinning = static_cast<map_pinning>(number);
        return reason::none;
    }

    /// What `values` points to: the definition of inner maps, or the prototype of programs.
    constexpr std::optional<btf::type> pointee_of_values(btf::member const& member) const noexcept {
        auto const array = types_.type(member.type()).array();
        if (!array || array->count != 0) return std::nullopt;
        auto const pointer = resolve(types_, array->element);
        if (!pointer || pointer->kind() != btf::kind::ptr) return std::nullopt;
        auto const pointee = resolve(types_, pointer->referenced());
        if (!pointee) return std::nullopt;
        return *pointee;
    }

    constexpr reason read_values(btf::member const& member, map_attributes& into, bool is_inner,
                                 bool is_last) noexcept {
        if (is_inner) return reason::map_inner_nested;
        if (!is_last) return reason::map_values_misplaced;
        bool const programs = into.type == map_type::prog_array;
        if (!holds_maps(into.type) && !programs) return reason::map_inner_unexpected;
        reason const problem = agree(into.value_size, sizeof(std::uint32_t));
        if (problem != reason::none) return problem;
        auto const pointee = pointee_of_values(member);
        if (!pointee) return reason::map_values_type;
        if (programs) return pointee->kind() == btf::kind::func_proto ? reason::none : reason::map_values_type;
        if (pointee->kind() != btf::kind::struct_) return reason::map_values_type;
        map_attributes inner;
        malformed const inside = read(*pointee, inner, true);
        outer_.inner = inner;
        return inside.why;
    }

    btf::indexed_view const& types_;
    map_definition& outer_;
    malformed problem_{};
};

} // namespace bpfxx::object::detail
