#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/view.hpp>
#include <bpfxx/error.hpp>
#include <bpfxx/fd_ref.hpp>
#include <bpfxx/object/externs.hpp>
#include <bpfxx/object/kconfig_values.hpp>
#include <bpfxx/object/kernel_config.hpp>
#include <bpfxx/object/kernel_facts.hpp>
#include <bpfxx/object/kernel_symbols.hpp>
#include <bpfxx/object/malformed.hpp>
#include <bpfxx/object/object_error.hpp>
#include <bpfxx/object/sorted.hpp>
#include <bpfxx/object/variable.hpp>
#include <bpfxx/slice.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace bpfxx::object {

namespace detail {

[[nodiscard]] inline object_error extern_failed(malformed problem) noexcept {
    object_error made{.during = step::resolve_extern, .name = problem.name, .problem = problem};
    made.problem.name = {};
    return made;
}
[[nodiscard]] inline object_error extern_failed(error why, std::string_view name) noexcept {
    return {.during = step::resolve_extern, .failure = why, .name = name};
}

/// What is known of the kernel under a name that its configuration does not have. Names that begin with LINUX_ may be
/// left for later kernels to know, if they are weak.
[[nodiscard]] inline malformed set_fact(kconfig_values& values, std::size_t number, extern_symbol const& one,
                                        optional_fd_ref<kind::token> token) noexcept {
    if (one.name == "LINUX_KERNEL_VERSION") {
        std::uint32_t const version = kernel_version();
        if (version == 0) return {reason::extern_not_found, no_section, 0, one.name};
        return values.set(number, version);
    }
    if (one.name == "LINUX_HAS_BPF_COOKIE") return values.set(number, has_attach_cookie(token));
    if (one.name == "LINUX_HAS_SYSCALL_WRAPPER") return values.set(number, has_system_call_wrapper());
    if (one.weak && one.name.starts_with("LINUX_")) return values.set(number, 0);
    return {reason::extern_not_found, no_section, 0, one.name};
}

} // namespace detail

/// Writes the values of options of the running kernel into the contents of the map of .kconfig: those of `text` first,
/// which is a configuration of the caller's, then the kernel's own. What is weak and has no value stays 0.
/// Errors: `extern_value` with a name, it does not fit the variable; `extern_option_line` a line of the caller's;
/// `extern_not_found`; ENOENT options are asked for that `text` does not have, and there is no configuration
/// Costs: as `kernel_config`, unless `text` has all options; as what is asked for beside them
[[nodiscard]] inline loading<void> find_options(btf::indexed_view const& types, slice<extern_symbol const> externs,
                                                slice<resolved_extern> found, std::span<char> contents,
                                                std::string_view text = {},
                                                optional_fd_ref<kind::token> token = {}) noexcept {
    kconfig_values values{types, externs, found, contents};
    std::string_view first_option{};
    for (std::size_t at = 0; at != externs.size(); ++at) {
        if (externs[at].from != extern_source::kconfig) continue;
        if (externs[at].name.starts_with("CONFIG_")) {
            if (first_option.empty()) first_option = externs[at].name;
            continue;
        }
        malformed const problem = detail::set_fact(values, at, externs[at], token);
        if (problem.why != reason::none) return detail::extern_failed(problem);
    }
    malformed problem = values.read(text);
    if (problem.why != reason::none) return detail::extern_failed(problem);
    if (values.is_complete()) return outcome::success();
    auto const config = kernel_config::open();
    if (!config) return detail::extern_failed(config.error(), first_option);
    problem = values.read(config->text());
    if (problem.why != reason::none) return detail::extern_failed(problem);
    return outcome::success();
}

/// Finds the addresses of variables that are declared without a type.
/// UAPI: /proc/kallsyms
/// Errors: `extern_address_ambiguous` with a name; ENOENT, EACCES
/// Costs: as `for_each_kernel_symbol`
[[nodiscard]] inline loading<void> find_symbols(btf::indexed_view const& types, slice<extern_symbol const> externs,
                                                slice<resolved_extern> found) noexcept {
    malformed problem{};
    auto const read = for_each_kernel_symbol([&](kernel_symbol const& symbol) noexcept {
        std::string_view const name = symbol.name_in_source();
        auto const at = detail::first_not(externs, [&](extern_symbol const& one) { return one.name < name; });
        if (at == externs.size() || externs[at].name != name || !is_typeless(types, externs[at])) return true;
        resolved_extern const answer{.how = extern_answer::address, .is_set = true, .place = symbol.address};
        if (found[at].is_set && found[at] != answer)
            problem = {reason::extern_address_ambiguous, no_section, 0, externs[at].name};
        found[at] = answer;
        return problem.why == reason::none;
    });
    if (!read) return detail::extern_failed(read.error(), "/proc/kallsyms");
    if (problem.why != reason::none) return detail::extern_failed(problem);
    return outcome::success();
}

} // namespace bpfxx::object
