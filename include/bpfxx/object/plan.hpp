#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/view.hpp>
#include <bpfxx/object/initial_values.hpp>
#include <bpfxx/object/map_definition.hpp>
#include <bpfxx/object/program_code.hpp>
#include <bpfxx/object/section_name.hpp>
#include <bpfxx/object/variable.hpp>
#include <bpfxx/slice.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace bpfxx::object {

/// A program that an object has, linked: with the functions that it needs, but not yet with what the kernel has to say.
struct planned_program {
    std::string_view name{};
    /// The name of its section, and what that says; nothing where no type of program is known by it.
    std::string_view section_text{};
    std::optional<section_name> section{};
    /// Where it starts: `initial_value` names programs by that.
    std::uint32_t section_number = 0;
    std::uint32_t first_instruction = 0;
    program_code code{};

    /// Whether it is loaded unless the user says otherwise.
    [[nodiscard]] constexpr bool autoload() const noexcept {
        return section ? section->autoload : section_text.substr(0, 1) != "?";
    }
};

/// Everything about an object that can be known without a kernel: constants where the object is known to the compiler,
/// one allocation's contents where it is read at run time. It owns nothing. Instructions name maps by their numbers here,
/// as places in an array of descriptors (BPF_PSEUDO_MAP_IDX): so that they need not be changed unless there are patches.
struct plan {
    /// What data sections' maps are named after.
    std::string_view name{};
    std::string_view license{};
    std::uint32_t version = 0;
    slice<map_definition const> maps{};
    slice<initial_value const> values{};
    slice<planned_program const> programs{};
    slice<variable const> variables{};
    slice<extern_symbol const> externs{};
    /// The object's types, null where it has none, and their blob as the kernel takes it.
    btf::indexed_view const* types = nullptr;
    std::span<char const> kernel_types{};
    /// Whether there are any, of which no map is made.
    bool has_jump_tables = false;

    [[nodiscard]] constexpr std::optional<std::uint32_t> find_map(std::string_view wanted) const noexcept {
        for (std::uint32_t index = 0; index != maps.size(); ++index)
            if (maps[index].name == wanted) return index;
        return std::nullopt;
    }
    [[nodiscard]] constexpr std::optional<std::uint32_t> find_program(std::string_view wanted) const noexcept {
        for (std::uint32_t index = 0; index != programs.size(); ++index)
            if (programs[index].name == wanted) return index;
        return std::nullopt;
    }
    /// The map that holds a section's variables, an arena for those that lie there.
    [[nodiscard]] constexpr std::optional<std::uint32_t> map_of_section(std::uint32_t section) const noexcept {
        for (std::uint32_t index = 0; index != maps.size(); ++index)
            if (section != 0 && section == (maps[index].is_data() ? maps[index].section : maps[index].arena_section))
                return index;
        return std::nullopt;
    }
};

} // namespace bpfxx::object
