#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/object/malformed.hpp>
#include <bpfxx/object/section_name.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

// What stands behind the name in the name of a section, taken apart. Every part lies in the section's name. Errors of
// all: `section_target_missing` the name does not go on; `section_target_malformed`, for which `target_form` has words.
namespace bpfxx::object {

/// A function of the kernel, and how many bytes into it.
struct kernel_function {
    std::string_view name{};
    std::uint64_t offset = 0;

    friend constexpr bool operator==(kernel_function const&, kernel_function const&) noexcept = default;
};

/// A tracepoint in its group.
struct named_tracepoint {
    std::string_view group{};
    std::string_view name{};

    friend constexpr bool operator==(named_tracepoint const&, named_tracepoint const&) noexcept = default;
};

/// A function of a program or a library, and how many bytes into it; of many functions, a pattern.
struct file_function {
    /// A path, or a name to be looked for.
    std::string_view file{};
    std::string_view function{};
    std::uint64_t offset = 0;

    friend constexpr bool operator==(file_function const&, file_function const&) noexcept = default;
};

/// A static probe (USDT) of a program or a library.
struct named_probe {
    std::string_view file{};
    std::string_view provider{};
    std::string_view name{};

    friend constexpr bool operator==(named_probe const&, named_probe const&) noexcept = default;
};

/// What BTF knows: a function, a tracepoint, a security hook, or what an iterator goes over.
struct named_type {
    /// Empty where it was not said: then it is the kernel's, or that of any module.
    std::string_view module{};
    std::string_view name{};

    friend constexpr bool operator==(named_type const&, named_type const&) noexcept = default;
};

namespace detail {

inline constexpr std::string_view symbol_characters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.";

[[nodiscard]] constexpr bool has_character(std::string_view text, char wanted) noexcept {
    for (char const one : text)
        if (one == wanted) return true;
    return false;
}

/// Takes what is before the first of a character off a text, and that character; nothing where there is none.
[[nodiscard]] constexpr std::optional<std::string_view> cut_at(std::string_view& text, char separator) noexcept {
    std::size_t size = 0;
    while (size != text.size() && text[size] != separator) ++size;
    if (size == text.size()) return std::nullopt;
    std::string_view const part{text.data(), size};
    text = {text.data() + size + 1, text.size() - size - 1};
    return part;
}

/// Takes the characters that functions of the kernel, and with `more` patterns of them, are named by.
[[nodiscard]] constexpr std::string_view take_symbol(std::string_view& text, std::string_view more = {}) noexcept {
    std::size_t size = 0;
    while (size != text.size() && (has_character(symbol_characters, text[size]) || has_character(more, text[size])))
        ++size;
    std::string_view const symbol{text.data(), size};
    text = {text.data() + size, text.size() - size};
    return symbol;
}

/// A whole text as a number in the way of C: 0x10, 020, 16. Nothing where 63 bits do not hold it.
[[nodiscard]] constexpr std::optional<std::uint64_t> number_of(std::string_view text) noexcept {
    std::uint64_t base = 10;
    if (text.size() > 1 && text[0] == '0') {
        bool const hexadecimal = text[1] == 'x' || text[1] == 'X';
        base = hexadecimal ? 16 : 8;
        text = {text.data() + (hexadecimal ? 2 : 1), text.size() - (hexadecimal ? 2 : 1)};
    }
    if (text.empty()) return std::nullopt;
    std::uint64_t value = 0;
    for (char const one : text) {
        std::uint64_t digit = base;
        if (one >= '0' && one <= '9') digit = static_cast<std::uint64_t>(one - '0');
        if (one >= 'a' && one <= 'f') digit = static_cast<std::uint64_t>(one - 'a') + 10;
        if (one >= 'A' && one <= 'F') digit = static_cast<std::uint64_t>(one - 'A') + 10;
        if (digit >= base || value > ((std::uint64_t{1} << 63) - 1 - digit) / base) return std::nullopt;
        value = value * base + digit;
    }
    return value;
}

[[nodiscard]] constexpr malformed target_problem(section_name const& section) noexcept {
    return {section.target ? reason::section_target_malformed : reason::section_target_missing, no_section, 0,
            section.text};
}

} // namespace detail

/// Of `kprobe/FUNCTION[+OFFSET]` and `kretprobe/FUNCTION`; of the multi and session names and of system calls too,
/// whose name is then a pattern, or the system call's.
[[nodiscard]] constexpr parsed<kernel_function> kernel_function_of(section_name const& section) noexcept {
    malformed const problem = detail::target_problem(section);
    if (!section.target) return problem;
    std::string_view rest = *section.target;
    std::string_view const more = section.hook == hook::kprobe_multi ? "*?" : "";
    kernel_function made{.name = detail::take_symbol(rest, more)};
    if (made.name.empty()) return problem;
    if (rest.empty()) return made;
    if (section.hook != hook::kprobe || rest[0] != '+') return problem;
    auto const offset = detail::number_of({rest.data() + 1, rest.size() - 1});
    if (!offset || (section.returning && *offset != 0)) return problem;
    made.offset = *offset;
    return made;
}

/// Of `tracepoint/GROUP/NAME`.
[[nodiscard]] constexpr parsed<named_tracepoint> tracepoint_of(section_name const& section) noexcept {
    malformed const problem = detail::target_problem(section);
    if (!section.target) return problem;
    std::string_view rest = *section.target;
    auto const group = detail::cut_at(rest, '/');
    if (!group || group->empty() || rest.empty() || detail::has_character(rest, '/')) return problem;
    return named_tracepoint{*group, rest};
}

/// Of `raw_tracepoint/NAME`.
[[nodiscard]] constexpr parsed<std::string_view> raw_tracepoint_of(section_name const& section) noexcept {
    if (!section.target || section.target->empty()) return detail::target_problem(section);
    return *section.target;
}

/// Of `uprobe/FILE:FUNCTION[+OFFSET]` and `uretprobe/FILE:FUNCTION`; and of `uprobe.multi/FILE:PATTERN` and its like.
/// Paths begin behind the `/` that ends the name: `uprobe//bin/sh:main`.
[[nodiscard]] constexpr parsed<file_function> file_function_of(section_name const& section) noexcept {
    malformed const problem = detail::target_problem(section);
    if (!section.target) return problem;
    std::string_view rest = *section.target;
    auto const file = detail::cut_at(rest, ':');
    if (!file || file->empty() || rest.empty()) return problem;
    file_function made{.file = *file, .function = rest};
    if (section.hook != hook::uprobe) return made;
    std::size_t plus = rest.size();
    while (plus != 0 && rest[plus - 1] != '+') --plus;
    // What is behind the last + and no number belongs to the function's name.
    auto const offset = plus == 0 ? std::nullopt : detail::number_of({rest.data() + plus, rest.size() - plus});
    if (!offset) return made;
    if (plus == 1 || (section.returning && *offset != 0)) return problem;
    made.function = {rest.data(), plus - 1};
    made.offset = *offset;
    return made;
}

/// Of `usdt/FILE:PROVIDER:NAME`.
[[nodiscard]] constexpr parsed<named_probe> static_probe_of(section_name const& section) noexcept {
    malformed const problem = detail::target_problem(section);
    if (!section.target) return problem;
    std::string_view rest = *section.target;
    auto const file = detail::cut_at(rest, ':');
    auto const provider = detail::cut_at(rest, ':');
    if (!file || file->empty() || !provider || provider->empty()) return problem;
    if (rest.empty() || detail::has_character(rest, ':')) return problem;
    return named_probe{*file, *provider, rest};
}

/// Of `fentry/FUNCTION`, `tp_btf/TRACEPOINT`, `lsm/HOOK`, `iter/WHAT` and their like, each also with `MODULE:` before
/// it; without the prefix that its type has in BTF. It is needed for loading, unlike all others.
[[nodiscard]] constexpr parsed<named_type> type_of(section_name const& section) noexcept {
    malformed const problem = detail::target_problem(section);
    if (!section.target) return problem;
    std::string_view rest = *section.target;
    auto const module = detail::cut_at(rest, ':');
    if (rest.empty() || (module && module->empty())) return problem;
    return named_type{module ? *module : std::string_view{}, rest};
}

/// Whether programs of the section are attached to what its name says, without the user: what libbpf attaches by
/// itself. The others are left alone, which is no error.
[[nodiscard]] constexpr bool attaches_by_itself(section_name const& section) noexcept {
    return section.hook <= hook::iter && section.target.has_value();
}

/// Whether loading takes the number of a type in BTF, which the name says: see `type_of`.
[[nodiscard]] constexpr bool needs_type(section_name const& section) noexcept {
    switch (section.hook) {
    case hook::btf_tracepoint:
    case hook::function:
    case hook::extension:
    case hook::lsm:
    case hook::iter: return true;
    default: return section.type == program_type::lsm;
    }
}

/// How a section's name goes on, or where it cannot, what attaches its programs, in one sentence.
[[nodiscard]] constexpr std::string_view target_form(hook at) noexcept {
    switch (at) {
    case hook::kprobe:
        return "name the function: kprobe/FUNCTION, kprobe/FUNCTION+OFFSET or kretprobe/FUNCTION, or attach to a "
               "kprobe_hook";
    case hook::uprobe:
        return "name file and function: uprobe/FILE:FUNCTION, uprobe/FILE:FUNCTION+OFFSET or uretprobe/FILE:FUNCTION, "
               "or attach to a uprobe_hook";
    case hook::kprobe_multi: return "name the functions: kprobe.multi/PATTERN, or attach to a kprobe_multi_hook";
    case hook::uprobe_multi:
        return "name file and functions: uprobe.multi/FILE:PATTERN, or attach to a uprobe_multi_hook";
    case hook::system_call: return "name the system call: ksyscall/NAME, or attach to a kprobe_hook";
    case hook::static_probe: return "name file and probe: usdt/FILE:PROVIDER:NAME";
    case hook::tracepoint: return "name the tracepoint: tracepoint/GROUP/NAME, or attach to a tracepoint_hook";
    case hook::raw_tracepoint: return "name the tracepoint: raw_tp/NAME, or attach to a raw_tracepoint_hook";
    case hook::btf_tracepoint: return "name the tracepoint: tp_btf/NAME";
    case hook::function: return "name the function: fentry/FUNCTION or fentry/MODULE:FUNCTION";
    case hook::extension: return "name the function: freplace/FUNCTION, or attach to an ext_hook";
    case hook::lsm: return "name the hook: lsm/HOOK";
    case hook::iter: return "name what to go over: iter/WHAT; over a map attach to a map_iter_hook";
    case hook::socket: return "a socket takes it: attach to a direct::socket_hook";
    case hook::reuseport: return "a group of sockets takes it: attach to a direct::reuseport_hook";
    case hook::tc: return "an interface takes it: attach to a tcx_hook or a direct::tc_hook";
    case hook::tc_action: return "an interface takes it: attach to a direct::tc_action_hook";
    case hook::tcx: return "an interface takes it: attach to a tcx_hook";
    case hook::netkit: return "an interface takes it: attach to a netkit_hook";
    case hook::xdp: return "an interface takes it: attach to an xdp_hook";
    case hook::xdp_map: return "a dev_map or a cpu_map takes it: give it with an entry";
    case hook::perf_event:
        return "an event takes it: attach to a software_event_hook, a hardware_event_hook or another";
    case hook::route: return "a route takes it: attach to a direct::lwt_hook or a direct::seg6local_hook";
    case hook::cgroup: return "a cgroup takes it: attach to a cgroup_hook";
    case hook::sock_map: return "a map of sockets takes it: attach to a sock_map_hook";
    case hook::lirc: return "an infrared receiver takes it: attach to a direct::lirc_hook";
    case hook::netns: return "a network namespace takes it: attach to a netns_hook";
    case hook::netfilter: return "family, place and priority are missing: attach to a netfilter_hook";
    case hook::test_run: return "it is not attached: run it by test_run";
    case hook::struct_ops: return "a map of functions takes it: attach that map";
    }
    return "unknown hook";
}

} // namespace bpfxx::object
