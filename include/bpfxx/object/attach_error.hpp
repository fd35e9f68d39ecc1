#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/command.hpp>
#include <bpfxx/elf/malformed.hpp>
#include <bpfxx/error.hpp>
#include <bpfxx/object/malformed.hpp>
#include <bpfxx/object/section_name.hpp>
#include <bpfxx/object/section_target.hpp>
#include <bpfxx/probe/argument.hpp>

#include <string_view>
#include <type_traits>

namespace bpfxx::object {

/// Why a program was not attached to what its section names. Converts to `error`.
struct attach_error {
    error failure;
    object::hook hook;
    /// What is wrong with the section's name: `section_target_missing` also where no name can say what to attach to.
    reason section = reason::none;
    /// What is wrong with the file that it names, or is not in it.
    elf::reason file = elf::reason::none;
    /// Why an argument of a static probe cannot be read.
    probe::argument_problem argument = probe::argument_problem::none;

    [[nodiscard]] constexpr operator error() const noexcept { return failure; }

    /// One sentence: what is wrong, or which hook to attach to instead.
    [[nodiscard]] constexpr std::string_view sentence() const noexcept {
        if (section != reason::none) return target_form(hook);
        if (file != elf::reason::none) return elf::sentence(file);
        if (argument != probe::argument_problem::none) return probe::sentence(argument);
        return text(failure.code);
    }
};

static_assert(std::is_trivially_copyable_v<attach_error>);

namespace detail {

[[nodiscard]] constexpr attach_error failed(section_name const& section, error why) noexcept {
    return {.failure = why, .hook = section.hook};
}

/// Only the user can say what to attach to.
[[nodiscard]] constexpr attach_error not_by_name(section_name const& section) noexcept {
    return {.failure = {errc::eopnotsupp, command::search},
            .hook = section.hook,
            .section = reason::section_target_missing};
}

[[nodiscard]] constexpr attach_error failed(section_name const& section, malformed const& problem) noexcept {
    if (problem.why == reason::section_target_missing) return not_by_name(section);
    return {.failure = {errc::einval, command::search}, .hook = section.hook, .section = problem.why};
}

} // namespace detail

} // namespace bpfxx::object
