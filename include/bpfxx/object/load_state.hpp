#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/error.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/object/loaded.hpp>
#include <bpfxx/object/object_error.hpp>
#include <bpfxx/object/parts.hpp>
#include <bpfxx/object/plan.hpp>
#include <bpfxx/object/settings.hpp>
#include <bpfxx/spec/map.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace bpfxx::object::detail {

struct load_state;

template <parts Has>
class map_loader;
template <parts Has>
class program_loader;
template <parts Has>
class workspace;
struct workspace_needs;

/// Steps that an object takes only if its user asks for it. Where it is known that nobody can, they are null, and what
/// they do is not part of the program.
template <parts Has>
struct rare_steps {
    bool (*load_pinned)(map_loader<Has>&, std::uint32_t map, map_settings const&, map_spec const&) noexcept = nullptr;
    bool (*names_absent_map)(load_state const&, planned_program const&) noexcept = nullptr;
    bool (*prepare)(workspace<Has>&, workspace_needs const&) noexcept = nullptr;
    void (*name_absent_map)(load_state&, std::string_view log) noexcept = nullptr;
    bool (*change)(program_loader<Has>&, planned_program const&) noexcept = nullptr;

    /// For paths that are said beside definitions.
    constexpr void pin() noexcept;
    /// For maps that are not to be created.
    constexpr void leave_out_maps() noexcept;
    [[nodiscard]] static constexpr rare_steps all() noexcept {
        rare_steps made;
        made.pin();
        made.leave_out_maps();
        return made;
    }
};

/// What the steps of loading an object share: each of them says whether it is done, and else leaves why in `problem`.
struct load_state {
    plan const& what;
    settings const& how;
    slots const& into;
    object_error& problem;
    /// The object's BTF, known to the kernel; nothing where it has none or the kernel does not take it.
    std::optional<owned_fd<kind::btf>> types{};
    /// The values of kernel options, as their map starts with.
    std::span<char const> options{};

    [[gnu::noinline, gnu::cold]] bool fail(object_error const& why) noexcept {
        problem = why;
        return false;
    }
    [[gnu::noinline, gnu::cold]] bool fail(step during, std::string_view name, error why) noexcept {
        problem.during = during;
        problem.failure = why;
        problem.name = {};
        problem.name << name;
        return false;
    }
    [[gnu::noinline, gnu::cold]] bool fail(step during, std::string_view name, told<malformed> const& why) noexcept {
        static_cast<void>(
            fail(during, name.empty() ? why.name : name, error{errc::malformed_file, command::read_file}));
        problem.problem = why;
        problem.problem.name = {};
        return false;
    }
    bool fail_for_memory() noexcept { return fail(step::allocate, {}, error{errc::enomem, command::map_memory}); }

    /// Whether a map is to be there.
    [[nodiscard]] bool is_wanted(std::uint32_t map) const noexcept {
        return how.map(map).created.value_or(what.maps[map].created);
    }
    [[nodiscard]] bool is_wanted_program(std::uint32_t number) const noexcept {
        auto const& section = what.programs[number].section;
        if (how.program(number).loaded) return *how.program(number).loaded;
        if (section && section->type == program_type::struct_ops) return is_wanted_member(number);
        return what.programs[number].autoload();
    }
    /// A program that a struct of functions names is loaded if that is created, and by its section else.
    [[nodiscard]] bool is_wanted_member(std::uint32_t number) const noexcept {
        planned_program const& one = what.programs[number];
        std::optional<bool> made;
        for (initial_value const& value : what.values) {
            bool const is_struct = what.maps[value.map].origin == map_origin::struct_ops;
            if (is_struct && value.target == one.section_number && value.instruction == one.first_instruction)
                made = made.value_or(false) || is_wanted(value.map);
        }
        return made.value_or(one.section->autoload);
    }
    /// The number of the program that starts at an instruction.
    [[nodiscard]] std::optional<std::uint32_t> program_at(std::uint32_t section,
                                                          std::uint32_t instruction) const noexcept {
        for (std::uint32_t number = 0; number != what.programs.size(); ++number) {
            planned_program const& one = what.programs[number];
            if (one.section_number == section && one.first_instruction == instruction) return number;
        }
        return std::nullopt;
    }
};

} // namespace bpfxx::object::detail
