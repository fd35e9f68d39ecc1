#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/resolve.hpp>
#include <bpfxx/btf/type.hpp>
#include <bpfxx/btf/view.hpp>
#include <bpfxx/elf/relocation.hpp>
#include <bpfxx/elf/symbol.hpp>
#include <bpfxx/elf/view.hpp>
#include <bpfxx/elf/wire.hpp>
#include <bpfxx/object/malformed.hpp>
#include <bpfxx/object/map_definition.hpp>
#include <bpfxx/object/map_members.hpp>
#include <bpfxx/object/maps.hpp>
#include <bpfxx/object/typed_file.hpp>
#include <bpfxx/slice.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace bpfxx::object {

/// A map or a program that a map starts with: `.values = {[3] = &inner}`, `.init = (void*)program`.
struct initial_value {
    /// The map that it is put into, by its number among those of `read_maps`.
    std::uint32_t map = 0;
    /// The key; for a struct_ops the byte of the struct where the member is.
    std::uint32_t slot = 0;
    bool is_program = false;
    /// Another map's number, or the section of the program.
    std::uint32_t target = 0;
    /// The first instruction of the program in its section.
    std::uint32_t instruction = 0;

    friend constexpr bool operator==(initial_value const&, initial_value const&) noexcept = default;
};

namespace detail {

/// Reads the relocations of maps and struct_ops.
class value_reader {
  public:
    constexpr value_reader(typed_file const& from, slice<map_definition const> maps) noexcept
        : from_{from}, maps_{maps} {}

    /// Gives each to `visit`, and how many there were.
    template <class Visit>
    [[nodiscard]] constexpr parsed<std::uint32_t> for_each(Visit visit) noexcept {
        std::uint32_t count = 0;
        if (from_.types == nullptr) return count;
        for (auto const section : from_.file.sections()) {
            bool const has_any = section.type() == elf::section_type::rel || section.type() == elf::section_type::rela;
            if (!has_any || !is_filled(section.info())) continue;
            auto const table = elf::relocations(from_.file, section);
            if (!table) return malformed{table.error()};
            for (auto const one : *table) {
                auto const value = read(one, section.info());
                if (!value) return value.error();
                if (!visit(*value)) return malformed{reason::storage_too_small};
                ++count;
            }
        }
        return count;
    }

  private:
    struct place {
        std::uint32_t section = 0;
        std::uint64_t offset = 0;
    };

    [[nodiscard]] constexpr bool is_filled(std::uint32_t section) const noexcept {
        auto const origin = origin_of(from_.file.section(section));
        return origin == map_origin::definition || origin == map_origin::struct_ops;
    }

    [[nodiscard]] constexpr parsed<initial_value> read(elf::relocation const& one, std::uint32_t section) noexcept {
        auto const number = find_around(section, one.offset);
        if (!number) return malformed{reason::no_such_map, section, one.offset};
        map_definition const& map = maps_[*number];
        auto const target = target_of(one, section);
        if (!target) return malformed{reason::map_values_target, section, one.offset, map.name};

        initial_value made{.map = *number};
        reason problem = reason::none;
        if (map.origin == map_origin::struct_ops)
            problem = read_member(map, one.offset - map.offset, made);
        else
            problem = read_slot(map, one.offset - map.offset, made);
        if (problem == reason::none) problem = read_target(map, *target, made);
        if (problem != reason::none) return malformed{problem, section, one.offset, map.name};
        return made;
    }

    /// The map whose definition has a place inside. Relocations come in the order of their places, as maps do.
    [[nodiscard]] constexpr std::optional<std::uint32_t> find_around(std::uint32_t section,
                                                                     std::uint64_t offset) noexcept {
        constexpr std::uint64_t pointer = btf::pointer_size;
        for (std::size_t step = 0; step != maps_.size(); ++step, ++near_) {
            if (near_ >= maps_.size()) near_ = 0;
            map_definition const& map = maps_[near_];
            if (map.section != section || map.is_data() || offset < map.offset) continue;
            if (elf::wire::inside(offset - map.offset, pointer, map.size)) return near_;
        }
        return std::nullopt;
    }

    /// Where the symbol with the addend leads: a static map's symbol is that of its section.
    [[nodiscard]] constexpr std::optional<place> target_of(elf::relocation const& one,
                                                           std::uint32_t section) const noexcept {
        auto const symbol = from_.symbols[one.symbol];
        if (!symbol.is_defined() || !symbol.section()) return std::nullopt;
        auto const bytes = from_.file.section(section).contents();
        if (!elf::wire::inside(one.offset, btf::pointer_size, bytes.size())) return std::nullopt;
        auto const addend = one.addend
                                ? static_cast<std::uint64_t>(*one.addend)
                                : elf::wire::load<std::uint64_t>(bytes.data() + one.offset, from_.file.is_swapped());
        return place{*symbol.section(), symbol.value() + addend};
    }

    /// A place in `values`, which is the last member of the definition.
    [[nodiscard]] constexpr reason read_slot(map_definition const& map, std::uint64_t at,
                                             initial_value& made) const noexcept {
        auto const type = btf::resolve(*from_.types, from_.types->type(map.declared).referenced());
        if (!type || type->vlen() == 0) return reason::map_values_misplaced;
        auto const last = *type->members().at(type->vlen() - 1);
        std::uint64_t const start = last.bit_offset() / 8;
        if (!last.has_name("values") || at < start) return reason::map_values_misplaced;
        if ((at - start) % btf::pointer_size != 0) return reason::map_values_target;
        made.slot = static_cast<std::uint32_t>((at - start) / btf::pointer_size);
        made.is_program = map.type == map_type::prog_array;
        bool const by_number = map.type != map_type::hash_of_maps || map.key_size == sizeof(std::uint32_t);
        return by_number ? reason::none : reason::map_values_key;
    }

    /// A member of a struct_ops that is a pointer to a function.
    [[nodiscard]] constexpr reason read_member(map_definition const& map, std::uint64_t at,
                                               initial_value& made) const noexcept {
        made.slot = static_cast<std::uint32_t>(at);
        made.is_program = true;
        for (btf::member const member : from_.types->type(map.value_type).members()) {
            if (member.bit_offset() != at * 8) continue;
            auto const pointer = btf::resolve(*from_.types, member.type());
            if (!pointer || pointer->kind() != btf::kind::ptr) return reason::struct_ops_member;
            auto const pointee = btf::resolve(*from_.types, pointer->referenced());
            bool const callable = pointee && pointee->kind() == btf::kind::func_proto;
            return callable ? reason::none : reason::struct_ops_member;
        }
        return reason::struct_ops_member;
    }

    [[nodiscard]] constexpr reason read_target(map_definition const& map, place target,
                                               initial_value& made) const noexcept {
        constexpr std::uint64_t instruction_size = 8;
        made.target = target.section;
        if (made.is_program) {
            elf::section const code = from_.file.section(target.section);
            bool const starts = target.offset % instruction_size == 0 &&
                                elf::wire::inside(target.offset, instruction_size, code.size());
            bool const is_struct_ops = map.origin == map_origin::struct_ops;
            if (!code.is_code() || !starts)
                return is_struct_ops ? reason::struct_ops_function : reason::map_values_target;
            made.instruction = static_cast<std::uint32_t>(target.offset / instruction_size);
            return reason::none;
        }
        for (made.target = 0; made.target != maps_.size(); ++made.target) {
            map_definition const& inner = maps_[made.target];
            if (inner.origin != map_origin::definition) break;
            if (inner.section == target.section && inner.offset == target.offset) return reason::none;
        }
        return reason::map_values_target;
    }

    typed_file const& from_;
    slice<map_definition const> maps_;
    std::uint32_t near_ = 0;
};

} // namespace detail

/// How many initial values the maps of an object have: the storage that `read_initial_values` asks for.
/// Costs: one walk over the relocations of .maps and .struct_ops, no allocation
[[nodiscard]] constexpr parsed<std::uint32_t> count_initial_values(typed_file const& from,
                                                                   slice<map_definition const> maps) noexcept {
    return detail::value_reader{from, maps}.for_each([](initial_value const&) { return true; });
}

/// Reads the initial values of maps that `read_maps` gave. Gives how many there are.
/// Errors: map_values_…, struct_ops_…, no_such_map: with the map's name
/// Costs: the same
[[nodiscard]] constexpr parsed<std::uint32_t>
read_initial_values(typed_file const& from, slice<map_definition const> maps, slice<initial_value> into) noexcept {
    std::size_t next = 0;
    return detail::value_reader{from, maps}.for_each([&](initial_value const& value) {
        if (next == into.size()) return false;
        into[next++] = value;
        return true;
    });
}

} // namespace bpfxx::object
