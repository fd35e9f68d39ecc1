#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/resolve.hpp>
#include <bpfxx/btf/type.hpp>
#include <bpfxx/btf/view.hpp>
#include <bpfxx/elf/symbol.hpp>
#include <bpfxx/elf/view.hpp>
#include <bpfxx/elf/wire.hpp>
#include <bpfxx/object/heap_sort.hpp>
#include <bpfxx/object/kconfig_layout.hpp>
#include <bpfxx/object/malformed.hpp>
#include <bpfxx/object/map_definition.hpp>
#include <bpfxx/object/map_members.hpp>
#include <bpfxx/object/typed_file.hpp>
#include <bpfxx/object/typed_sections.hpp>
#include <bpfxx/slice.hpp>

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace bpfxx::object {

namespace detail {

[[nodiscard]] constexpr bool is_or_begins(std::string_view name, std::string_view word) noexcept {
    if (name.size() < word.size() || std::string_view{name.data(), word.size()} != word) return false;
    return name.size() == word.size() || name[word.size()] == '.';
}

[[nodiscard]] constexpr bool is_struct_ops(std::string_view section) noexcept {
    if (!section.empty() && section.front() == '?') section.remove_prefix(1);
    return section == ".struct_ops" || section == ".struct_ops.link";
}

/// What a section's maps are; nothing for one that makes none. An empty one makes none.
[[nodiscard]] constexpr std::optional<map_origin> origin_of(elf::section const& section) noexcept {
    if (section.size() == 0) return std::nullopt;
    bool const zeroes = section.type() == elf::section_type::nobits;
    if (zeroes && is_or_begins(section.name(), ".bss")) return map_origin::bss;
    bool const bytes = section.type() == elf::section_type::progbits && !section.is_code();
    if (!bytes) return std::nullopt;
    if (section.name() == ".maps") return map_origin::definition;
    if (is_or_begins(section.name(), ".data")) return map_origin::data;
    if (is_or_begins(section.name(), ".rodata")) return map_origin::rodata;
    if (is_struct_ops(section.name())) return map_origin::struct_ops;
    return std::nullopt;
}

/// Counts and reads the maps of an object, in the order in which libbpf has them: definitions by their place, data
/// sections in the file's order, .kconfig, struct_ops.
class map_reader {
  public:
    constexpr explicit map_reader(typed_file const& from) noexcept : from_{from} {}

    [[nodiscard]] constexpr parsed<std::uint32_t> count() noexcept {
        malformed const problem = find_sections();
        if (problem.why != reason::none) return problem;
        return count_;
    }

    [[nodiscard]] constexpr parsed<std::uint32_t> read(slice<map_definition> into) noexcept {
        malformed problem = find_sections();
        if (problem.why != reason::none) return problem;
        if (into.size() < count_) return malformed{reason::storage_too_small};
        maps_ = into.first(count_);
        problem = declare_all();
        if (problem.why == reason::none) problem = place_by_symbols();
        if (problem.why == reason::none) problem = define_all();
        if (problem.why == reason::none) problem = find_arena();
        if (problem.why != reason::none) return problem;
        return count_;
    }

  private:
    static constexpr std::uint32_t unplaced = 0xffff'ffff;
    static constexpr std::uint32_t no_map = 0xffff'ffff;

    [[nodiscard]] static constexpr bool has_variables(map_origin origin) noexcept {
        return origin == map_origin::definition || origin == map_origin::struct_ops;
    }

    // Counts, without looking at any definition.
    constexpr malformed find_sections() noexcept {
        if (from_.types != nullptr) {
            auto const found = typed_sections::find_all(from_.file, from_.types->view());
            if (!found) return found.error();
            sections_ = *found;
        }
        for (auto const section : from_.file.sections()) {
            if (section.name() == "maps") return {reason::legacy_maps, section.index()};
            auto const origin = origin_of(section);
            if (!origin) continue;
            if (section.size() > 0xffff'ffff) return {reason::data_too_large, section.index(), 0, section.name()};
            if (!has_variables(*origin)) {
                ++count_;
                continue;
            }
            typed_section const* const described = sections_.find(section.name());
            if (described == nullptr) return {reason::maps_without_types, section.index(), 0, section.name()};
            if (described->section == section.index()) count_ += described->type.vlen();
        }
        if (find_kconfig() != nullptr) ++count_;
        return {};
    }

    // What can be said of each map before it is known where in its section it lies.
    constexpr malformed declare_all() noexcept {
        for (typed_section& each : sections_) each.number = no_map;
        std::uint32_t next = 0;
        for (int pass = 0; pass != 3; ++pass) {
            if (pass == 2) next = declare_kconfig(next);
            for (auto const section : from_.file.sections()) {
                auto const origin = origin_of(section);
                if (!origin || pass != pass_of(*origin)) continue;
                // Of several sections of one name BTF describes the first.
                typed_section* described = sections_.find(section.name());
                if (described != nullptr && described->section != section.index()) described = nullptr;
                if (described != nullptr) described->number = next;
                if (!has_variables(*origin)) {
                    maps_[next++] = data_map(section, *origin, described);
                    continue;
                }
                if (described == nullptr) continue;
                malformed const problem = declare_variables(section, *origin, *described, next);
                if (problem.why != reason::none) return problem;
                next += described->type.vlen();
            }
        }
        return {};
    }

    [[nodiscard]] static constexpr int pass_of(map_origin origin) noexcept {
        if (origin == map_origin::definition) return 0;
        return origin == map_origin::struct_ops ? 2 : 1;
    }

    constexpr typed_section const* find_kconfig() noexcept {
        typed_section const* const described = sections_.find(".kconfig");
        return described != nullptr && described->type.vlen() != 0 ? described : nullptr;
    }

    constexpr std::uint32_t declare_kconfig(std::uint32_t next) noexcept {
        typed_section const* const described = find_kconfig();
        if (described == nullptr) return next;
        map_definition made = data_map({}, map_origin::kconfig, described);
        std::uint64_t const size = kconfig_size(described->type);
        made.name = described->type.name();
        made.value_size = made.size = size < 0xffff'ffff ? static_cast<std::uint32_t>(size) : 0xffff'ffff;
        made.flags = map_flags::rdonly_prog | map_flags::mmapable; // what is extern can be seen from outside
        maps_[next] = made;
        return next + 1;
    }

    [[nodiscard]] static constexpr map_definition data_map(elf::section const& section, map_origin origin,
                                                           typed_section const* described) noexcept {
        map_definition made;
        made.name = section.name();
        made.origin = origin;
        made.type = map_type::array;
        made.key_size = sizeof(std::uint32_t);
        made.value_size = made.size = static_cast<std::uint32_t>(section.size());
        made.max_entries = 1;
        made.section = section.index();
        made.contents = section.contents();
        if (origin == map_origin::rodata) made.flags = map_flags::rdonly_prog;
        if (described != nullptr) made.value_type = made.declared = described->type.id();
        return made;
    }

    constexpr malformed declare_variables(elf::section const& section, map_origin origin,
                                          typed_section const& described, std::uint32_t next) noexcept {
        for (btf::section_variable const entry : described.type.variables()) {
            btf::type const variable = from_.types->type(entry.type());
            std::string_view const name = variable.name();
            if (variable.kind() != btf::kind::var || name.empty())
                return {reason::map_not_a_struct, section.index(), entry.offset(), name};
            if (variable.linkage() == btf::linkage::extern_) return {reason::map_extern, section.index(), 0, name};
            bool const placed = described.has_offsets() || variable.linkage() == btf::linkage::static_;
            map_definition& made = maps_[next++];
            made = {};
            made.name = name;
            made.origin = origin;
            made.section = section.index();
            made.offset = placed ? entry.offset() : unplaced;
            made.size = entry.size();
            made.declared = variable.id();
        }
        return {};
    }

    // One walk over the symbols: where global variables lie, and which data sections have one for others to see.
    constexpr malformed place_by_symbols() noexcept {
        if (from_.types == nullptr) return {};
        for (auto const symbol : from_.symbols) {
            if (!is_global_variable(symbol)) continue;
            typed_section* const in = sections_.find(*symbol.section());
            if (in == nullptr || in->number == no_map) continue;
            map_definition& first = maps_[in->number];
            if (first.is_data() && (has(first.flags, map_flags::mmapable) || is_hidden(symbol))) continue;
            if (!first.is_data() && in->has_offsets()) continue;
            auto const at = find_variable(*from_.types, *in, symbol.name());
            if (!at) continue;
            if (first.is_data()) {
                if (!is_static(*in, *at)) first.flags = first.flags | map_flags::mmapable;
                continue;
            }
            if (symbol.value() >= unplaced) return {reason::map_outside, in->section, symbol.value(), symbol.name()};
            maps_[in->number + *at].offset = static_cast<std::uint32_t>(symbol.value());
        }
        return {};
    }

    [[nodiscard]] constexpr bool is_static(typed_section const& in, std::uint32_t at) const noexcept {
        return from_.types->type(in.type.variables().at(at)->type()).linkage() == btf::linkage::static_;
    }

    [[nodiscard]] static constexpr bool has(map_flags all, map_flags one) noexcept {
        return (static_cast<std::uint32_t>(all) & static_cast<std::uint32_t>(one)) != 0;
    }

    constexpr malformed define_all() noexcept {
        for (typed_section const& each : sections_) {
            if (each.number == no_map || maps_[each.number].is_data()) continue;
            auto const these = maps_.subspan(each.number, each.type.vlen());
            heap_sort(
                each.type.vlen(), [&](auto left, auto right) { return these[left].offset < these[right].offset; },
                [&](auto left, auto right) { std::swap(these[left], these[right]); });
            for (map_definition& map : these) {
                malformed problem = check_place(map);
                if (problem.why == reason::none) problem = define(map);
                if (problem.why == reason::none) continue;
                problem.section = map.section;
                problem.offset = map.offset == unplaced ? 0 : map.offset;
                return problem;
            }
        }
        return {};
    }

    [[nodiscard]] constexpr malformed check_place(map_definition const& map) const noexcept {
        if (map.offset == unplaced) return {reason::variable_without_symbol, no_section, 0, map.name};
        bool const inside = elf::wire::inside(map.offset, map.size, from_.file.section(map.section).size());
        return inside ? malformed{} : malformed{reason::map_outside, no_section, 0, map.name};
    }

    constexpr malformed define(map_definition& map) const noexcept {
        auto const type = btf::resolve(*from_.types, from_.types->type(map.declared).referenced());
        bool const is_struct = type && type->kind() == btf::kind::struct_;
        bool const is_definition = map.origin == map_origin::definition;
        if (!is_struct || (!is_definition && type->is_anonymous()))
            return {is_definition ? reason::map_not_a_struct : reason::struct_ops_type, no_section, 0, map.name};
        if (type->size() > map.size) return {reason::map_outside, no_section, 0, map.name};
        if (is_definition) return definition_reader{*from_.types, map}.read(*type);

        elf::section const section = from_.file.section(map.section);
        map.type = map_type::struct_ops;
        map.key_size = sizeof(std::uint32_t);
        map.value_size = type->size();
        map.max_entries = 1;
        map.value_type = type->id();
        map.created = section.name().front() != '?';
        if (section.name() == (map.created ? ".struct_ops.link" : "?.struct_ops.link")) map.flags = map_flags::link;
        map.contents = elf::wire::part(section.contents(), map.offset, type->size());
        return {};
    }

    constexpr malformed find_arena() noexcept {
        auto const variables = from_.file.find(".addr_space.1");
        map_definition* arena = nullptr;
        for (map_definition& map : maps_) {
            if (map.type != map_type::arena) continue;
            if (arena != nullptr) return {reason::arena_twice, map.section, map.offset, map.name};
            arena = &map;
        }
        bool const there = variables && variables->type() == elf::section_type::progbits && variables->size() != 0;
        if (!there) return {};
        if (arena == nullptr) return {reason::arena_missing, variables->index(), 0, variables->name()};
        arena->contents = variables->contents();
        arena->arena_section = variables->index();
        return {};
    }

    typed_file const& from_;
    typed_sections sections_{};
    slice<map_definition> maps_{};
    std::uint32_t count_ = 0;
};

} // namespace detail

/// How many maps an object has: the storage that `read_maps` asks for.
/// Costs: one walk over the types, no allocation
[[nodiscard]] constexpr parsed<std::uint32_t> count_maps(typed_file const& from) noexcept {
    return detail::map_reader{from}.count();
}

/// Reads the maps of an object: definitions in .maps by their place there, then data sections, .kconfig, struct_ops.
/// Gives how many there are.
/// Errors: those of `reason` that begin with map_, arena_, struct_ops_; the name is the member's where a member is
/// wrong, else the map's
/// Costs: one walk over the types, one over the symbols, no allocation
[[nodiscard]] constexpr parsed<std::uint32_t> read_maps(typed_file const& from, slice<map_definition> into) noexcept {
    return detail::map_reader{from}.read(into);
}

} // namespace bpfxx::object
