#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/view.hpp>
#include <bpfxx/elf/view.hpp>
#include <bpfxx/object/code_section.hpp>
#include <bpfxx/object/function.hpp>
#include <bpfxx/object/relocation.hpp>
#include <bpfxx/object/sorted.hpp>
#include <bpfxx/object/source.hpp>
#include <bpfxx/object/variable.hpp>
#include <bpfxx/slice.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace bpfxx::object {

/// Room for what an object contains: one allocation at run time, arrays while compiling. `measure` says how much.
struct tables {
    slice<section_role> roles{};
    slice<code_section> code{};
    slice<function> functions{};
    slice<program> programs{};
    slice<variable> variables{};
    slice<extern_symbol> externs{};
    slice<code_relocation> relocations{};
    std::span<std::uint32_t> types{};
};

struct image;

/// The same as arrays, for a size that is known while compiling.
template <counts Sizes>
struct static_tables {
    std::array<section_role, Sizes.sections> roles{};
    std::array<code_section, Sizes.code> code{};
    std::array<function, Sizes.functions> functions{};
    std::array<program, Sizes.programs> programs{};
    std::array<variable, Sizes.variables> variables{};
    std::array<extern_symbol, Sizes.externs> externs{};
    std::array<code_relocation, Sizes.relocations> relocations{};
    std::array<std::uint32_t, Sizes.types> types{};
    /// What `read` found of each.
    counts found{};

    [[nodiscard]] constexpr tables spans() noexcept {
        using bpfxx::detail::slice_of;
        return {slice_of(roles),     slice_of(code),    slice_of(functions),   slice_of(programs),
                slice_of(variables), slice_of(externs), slice_of(relocations), slice_of(types).span()};
    }
    /// What is in them, once they are filled. It points into them.
    [[nodiscard]] constexpr image view(source const& from) const& noexcept;
    image view(source const& from) const&& = delete; // keep the tables in a variable: the image points into them
};

/// What an object contains, from `read`: programs, functions, variables, externs, and where its instructions depend on
/// each other. It owns nothing: the file's bytes and the tables must outlive it.
struct image {
    source from{};
    /// By the section's number.
    slice<section_role const> roles{};
    /// In the order of the file.
    slice<code_section const> code{};
    /// In the order of their sections and instructions.
    slice<function const> functions{};
    /// In the same order.
    slice<program const> programs{};
    /// In the order of their names, and of sections and places among those of one name.
    slice<variable const> variables{};
    /// In the order of their names.
    slice<extern_symbol const> externs{};
    /// In the order of sections and instructions; calls that need no relocation in the file are among them.
    slice<code_relocation const> relocations{};
    /// The index of `from.types`: `from.types.adopt(type_index)`.
    std::span<std::uint32_t const> type_index{};

    [[nodiscard]] constexpr std::string_view license() const noexcept { return from.license; }
    [[nodiscard]] constexpr std::uint32_t version() const noexcept { return from.version; }
    [[nodiscard]] constexpr section_role role(std::uint32_t section) const noexcept {
        return section < roles.size() ? roles[section] : section_role::other;
    }

    [[nodiscard]] constexpr bool has_role(section_role wanted) const noexcept {
        for (section_role const one : roles)
            if (one == wanted) return true;
        return false;
    }

    /// The number of the program of a name.
    [[nodiscard]] constexpr std::optional<std::uint32_t> find_program(std::string_view name) const noexcept {
        for (std::uint32_t index = 0; index != programs.size(); ++index)
            if (programs[index].name == name) return index;
        return std::nullopt;
    }

    /// The number of the function that an instruction of a section belongs to.
    [[nodiscard]] constexpr std::optional<std::uint32_t> find_function(std::uint32_t section,
                                                                       std::uint32_t instruction) const noexcept;

    /// The first variable of a name.
    [[nodiscard]] constexpr variable const* find_variable(std::string_view name) const noexcept {
        auto const at = detail::first_not(variables, [&](variable const& one) { return one.name < name; });
        return at != variables.size() && variables[at].name == name ? &variables[at] : nullptr;
    }
    /// The number of the extern of a name.
    [[nodiscard]] constexpr std::optional<std::uint32_t> find_extern(std::string_view name) const noexcept {
        auto const at = detail::first_not(externs, [&](extern_symbol const& one) { return one.name < name; });
        if (at == externs.size() || externs[at].name != name) return std::nullopt;
        return static_cast<std::uint32_t>(at);
    }
};

template <counts Sizes>
constexpr image static_tables<Sizes>::view(source const& from) const& noexcept {
    using bpfxx::detail::slice_of;
    return {.from = from,
            .roles = slice_of(roles, found.sections),
            .code = slice_of(code, found.code),
            .functions = slice_of(functions, found.functions),
            .programs = slice_of(programs, found.programs),
            .variables = slice_of(variables, found.variables),
            .externs = slice_of(externs, found.externs),
            .relocations = slice_of(relocations, found.relocations),
            .type_index = slice_of(types, found.types).span()};
}

namespace detail {

/// The number behind the last function that starts at an instruction or in front of it.
[[nodiscard]] constexpr std::size_t functions_up_to(slice<function const> functions, std::uint32_t section,
                                                    std::uint32_t instruction) noexcept {
    return first_not(functions, [&](function const& one) {
        return one.section < section || (one.section == section && one.first <= instruction);
    });
}

} // namespace detail

constexpr std::optional<std::uint32_t> image::find_function(std::uint32_t section,
                                                            std::uint32_t instruction) const noexcept {
    auto const behind = detail::functions_up_to(functions, section, instruction);
    if (behind == 0) return std::nullopt;
    auto const& last = functions[behind - 1];
    if (last.section != section || !last.contains(instruction)) return std::nullopt;
    return static_cast<std::uint32_t>(behind - 1);
}

} // namespace bpfxx::object
