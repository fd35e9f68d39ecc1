#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/elf/symbol.hpp>
#include <bpfxx/elf/wire.hpp>
#include <bpfxx/object/code_section.hpp>
#include <bpfxx/object/function.hpp>
#include <bpfxx/object/image.hpp>
#include <bpfxx/object/malformed.hpp>
#include <bpfxx/object/sorted.hpp>
#include <bpfxx/object/source.hpp>
#include <bpfxx/object/variable.hpp>

#include <cstdint>

namespace bpfxx::object::detail {

/// Reads sections, functions, variables and externs from the symbol table, and puts them in order.
class symbol_reader {
  public:
    constexpr symbol_reader(source const& from, tables const& room, counts& found) noexcept
        : from_{from}, room_{room}, found_{found} {}

    constexpr malformed read() noexcept {
        if (!read_sections()) return reason::storage_too_small;
        for (elf::symbol const symbol : from_.symbols) {
            malformed const problem = read_symbol(symbol);
            if (problem.why != reason::none) return problem;
        }
        sort(room_.functions.first(found_.functions), [](function const& left, function const& right) {
            return left.section != right.section ? left.section < right.section : left.first < right.first;
        });
        sort(room_.variables.first(found_.variables), [](variable const& left, variable const& right) {
            if (left.name != right.name) return left.name < right.name;
            return left.section != right.section ? left.section < right.section : left.offset < right.offset;
        });
        sort(room_.externs.first(found_.externs),
             [](extern_symbol const& left, extern_symbol const& right) { return left.name < right.name; });
        return assign_functions() ? malformed{} : reason::storage_too_small;
    }

  private:
    [[nodiscard]] constexpr bool read_sections() noexcept {
        if (room_.roles.size() < found_.sections) return false;
        room_.roles[0] = section_role::other;
        for (std::uint32_t index = 1; index < found_.sections; ++index) {
            auto const section = from_.file.section(index);
            room_.roles[index] = role_of(section);
            if (room_.roles[index] != section_role::code) continue;
            if (found_.code == room_.code.size()) return false;
            code_section made;
            made.name = section.name();
            made.section = index;
            made.instructions = {section.contents(), from_.file.is_swapped()};
            room_.code[found_.code++] = made;
        }
        return true;
    }

    constexpr malformed read_symbol(elf::symbol const& symbol) noexcept {
        if (is_extern(symbol)) return read_extern(symbol);
        if (is_function(symbol)) return read_function(symbol, *symbol.section());
        if (is_variable(symbol)) return read_variable(symbol, *symbol.section());
        return {};
    }

    constexpr malformed read_extern(elf::symbol const& symbol) noexcept {
        if (symbol.name().empty()) return {};
        if (found_.externs == room_.externs.size()) return reason::storage_too_small;
        room_.externs[found_.externs++] = {.name = symbol.name(),
                                           .weak = symbol.binding() == elf::symbol_binding::weak};
        return {};
    }

    constexpr malformed read_function(elf::symbol const& symbol, std::uint32_t section) noexcept {
        if (room_.roles[section] != section_role::code) return {};
        malformed const wrong{reason::function_size, section, symbol.value(), symbol.name()};
        if (symbol.size() == 0 || symbol.size() % 8 != 0 || symbol.value() % 8 != 0) return wrong;
        if (!elf::wire::inside(symbol.value(), symbol.size(), from_.file.section(section).size()))
            return {reason::function_outside, section, symbol.value(), symbol.name()};
        if (found_.functions == room_.functions.size()) return reason::storage_too_small;
        function made;
        made.name = symbol.name();
        made.section = section;
        made.first = static_cast<std::uint32_t>(symbol.value() / 8);
        made.count = static_cast<std::uint32_t>(symbol.size() / 8);
        made.binding = symbol.binding();
        made.visibility = symbol.visibility();
        room_.functions[found_.functions++] = made;
        return {};
    }

    constexpr malformed read_variable(elf::symbol const& symbol, std::uint32_t section) noexcept {
        if (room_.roles[section] != section_role::data) return {};
        std::uint64_t const size = from_.file.section(section).size();
        if (size > 0xffff'ffff) return {reason::data_too_large, section, 0, symbol.name()};
        if (!elf::wire::inside(symbol.value(), symbol.size(), size))
            return {reason::variable_outside, section, symbol.value(), symbol.name()};
        if (found_.variables == room_.variables.size()) return reason::storage_too_small;
        room_.variables[found_.variables++] = {.name = symbol.name(),
                                               .section = section,
                                               .offset = static_cast<std::uint32_t>(symbol.value()),
                                               .size = static_cast<std::uint32_t>(symbol.size()),
                                               .is_static = symbol.binding() == elf::symbol_binding::local};
        return {};
    }

    // Both are in the order of sections. Functions in .text are called by others and never loaded on their own.
    [[nodiscard]] constexpr bool assign_functions() noexcept {
        std::uint32_t at = 0;
        for (std::uint32_t code = 0; code != found_.code; ++code) {
            auto& section = room_.code[code];
            section.first_function = at;
            for (; at != found_.functions && room_.functions[at].section == section.section; ++at) {
                auto& one = room_.functions[at];
                one.code = code;
                if (one.is_static() || section.name == ".text") continue;
                if (found_.programs == room_.programs.size()) return false;
                room_.programs[found_.programs++] = {.name = one.name, .section = section.name, .function = at};
            }
            section.function_count = at - section.first_function;
        }
        return true;
    }

    source const& from_;
    tables const& room_;
    counts& found_;
};

} // namespace bpfxx::object::detail
