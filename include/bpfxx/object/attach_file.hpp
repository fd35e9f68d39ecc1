#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/command.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/fd_ref.hpp>
#include <bpfxx/link/uprobe_multi.hpp>
#include <bpfxx/object/attach_error.hpp>
#include <bpfxx/object/attach_event.hpp>
#include <bpfxx/object/lazy_room.hpp>
#include <bpfxx/object/section_name.hpp>
#include <bpfxx/object/section_target.hpp>
#include <bpfxx/perf/text.hpp>
#include <bpfxx/perf/uprobe.hpp>
#include <bpfxx/probe/binary.hpp>
#include <bpfxx/probe/find_file.hpp>
#include <bpfxx/program/attach_type.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/result.hpp>

#include <climits>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

// Functions of programs and libraries.
namespace bpfxx::object {

namespace detail {

[[nodiscard]] constexpr bool is_library_name(std::string_view name) noexcept {
    return name.ends_with(".so") || name.find(".so.") != std::string_view::npos;
}

/// What the kernel says when it is given places of a file: it takes at most so many.
inline constexpr std::size_t most_places = std::size_t{1} << 20;

[[nodiscard]] constexpr attach_error failed(section_name const& section, probe::file_error const& why) noexcept {
    auto made = failed(section, why.failure);
    made.file = why.what.why;
    return made;
}

} // namespace detail

/// The path of the file that a section names: a path is itself, "libc.so.6" is found as the dynamic linker does, any
/// other name in PATH, /usr/bin or /usr/sbin. The buffer has PATH_MAX bytes or more.
/// Errors: file_not_found; buffer_too_small
[[nodiscard]] inline result<char const*> find_named_file(std::string_view name, std::span<char> buffer) noexcept {
    if (detail::is_library_name(name)) return probe::find_library(name, buffer);
    if (name.find('/') != std::string_view::npos) {
        if (name.size() >= buffer.size()) return error{errc::buffer_too_small, command::search};
        buffer[name.copy(buffer.data(), buffer.size() - 1)] = '\0';
        return buffer.data();
    }
    auto found = probe::find_program(name, buffer);
    for (std::string_view const directory : {"/usr/bin/", "/usr/sbin/"}) {
        if (found || found.error().code != errc::file_not_found) break;
        perf::detail::text<PATH_MAX> path;
        path << directory << name;
        if (path.fits()) found = probe::find_program(path.view(), buffer);
    }
    return found;
}

/// Attaches to what `uprobe/FILE:FUNCTION+OFFSET` names, in every process.
/// Errors: as `uprobe_hook`; file_not_found; symbol_not_found, too_many_matches, malformed_file of the file
/// Costs: those of the hook, and of looking for the file and its function; 10 KB on the stack
[[nodiscard]] attached attach_uprobe(fd_ref_of<kind::program> auto program, section_name const& section,
                                     std::uint64_t cookie) noexcept {
    auto const place = file_function_of(section);
    if (!place) return detail::failed(section, place.error());
    char buffer[PATH_MAX];
    auto const path = find_named_file(place->file, buffer);
    if (!path) return detail::failed(section, path.error());
    auto const binary = probe::binary::open(*path);
    if (!binary) return detail::failed(section, binary.error());
    auto const offset = binary->function(place->function, place->offset);
    if (!offset) return detail::failed(section, offset.error());
    return detail::finished(
        section,
        detail::attach_probe(
            program, uprobe_hook{.path = *path, .offset = *offset, .returning = section.returning, .cookie = cookie}));
}

namespace detail {

[[nodiscard]] result<attachment> attach_places(fd_ref_of<kind::program> auto program, attach_type loaded_with,
                                               uprobe_multi_hook const& hook) noexcept {
    if (loaded_with == attach_type::trace_uprobe_session)
        return to_attachment(hook.attach_to<program_kind::uprobe_session>(program));
    return to_attachment(hook.attach_to<program_kind::uprobe_multi>(program));
}

} // namespace detail

/// Attaches to all functions that `uprobe.multi/FILE:PATTERN` names, in every process; each of them has the cookie.
/// Errors: as `uprobe_multi_hook`; file_not_found; symbol_not_found no function matches; malformed_file
/// Costs: those of the hook, and of looking for the file and its functions; 4 KB on the stack
[[nodiscard]] attached attach_uprobe_multi(fd_ref_of<kind::program> auto program, section_name const& section,
                                           std::uint64_t cookie) noexcept {
    auto const place = file_function_of(section);
    if (!place) return detail::failed(section, place.error());
    char buffer[PATH_MAX];
    auto const path = find_named_file(place->file, buffer);
    if (!path) return detail::failed(section, path.error());
    auto const binary = probe::binary::open(*path);
    if (!binary) return detail::failed(section, binary.error());
    auto const room = lazy_room<std::uint64_t>::make(detail::most_places);
    if (!room) return detail::failed(section, room.error());
    auto const offsets = binary->functions(place->function, room->room());
    if (!offsets) return detail::failed(section, offsets.error());
    if (offsets->empty()) return detail::failed(section, error{errc::symbol_not_found, command::search});
    auto cookies = lazy_room<std::uint64_t>::make(detail::most_places);
    if (!cookies) return detail::failed(section, cookies.error());
    if (cookie != 0)
        while (cookies->size() != offsets->size()) static_cast<void>(cookies->push(cookie));
    return detail::finished(
        section,
        detail::attach_places(
            program, section.attach_type,
            {.path = *path, .offsets = *offsets, .cookies = cookies->filled(), .returning = section.returning}));
}

} // namespace bpfxx::object
