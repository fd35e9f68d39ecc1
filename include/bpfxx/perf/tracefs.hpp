#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/command.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/perf/text.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/sys/file.hpp>

#include <fcntl.h>

#include <charconv>
#include <cstdint>
#include <string_view>

// The file system in which the kernel tells its tracepoints and is told of new ones.
namespace bpfxx::perf {

namespace detail {

inline constexpr std::string_view tracefs_roots[]{"/sys/kernel/tracing", "/sys/kernel/debug/tracing"};

inline bool is_mounted(std::string_view root) noexcept {
    text<64> events;
    events << root << "/events";
    return sys::open_file(events.c_str(), O_PATH | O_DIRECTORY).has_value();
}

} // namespace detail

/// Opens a file of tracefs by its path in there, such as "uprobe_events", wherever tracefs is mounted.
/// UAPI: openat(2)
/// Errors: tracefs_not_mounted; ENOENT tracefs has no such file; EACCES; ENAMETOOLONG beyond 255 characters
/// Costs: one system call where it is mounted at /sys/kernel/tracing, up to five where not; no allocation
[[nodiscard, gnu::cold]] inline result<owned_fd<kind::file>> open_in_tracefs(std::string_view path,
                                                                             int flags) noexcept {
    for (auto const root : detail::tracefs_roots) {
        detail::text<320> whole;
        whole << root << "/" << path;
        if (path.size() > 255 || !whole.fits()) return error{errc::enametoolong, command::open_file};
        auto opened = sys::open_file(whole.c_str(), flags);
        if (opened || opened.error().code != errc::enoent || detail::is_mounted(root)) return opened;
    }
    return error{errc::tracefs_not_mounted, command::open_file};
}

/// The number of a tracepoint, which perf_event_open(2) takes.
/// UAPI: `events/GROUP/NAME/id` of tracefs
/// Errors: tracefs_not_mounted; ENOENT no such tracepoint; EACCES; malformed_file
/// Costs: three system calls where tracefs is mounted at /sys/kernel/tracing; no allocation
[[nodiscard, gnu::cold]] inline result<std::uint64_t> tracepoint_id(char const* group, char const* name) noexcept {
    detail::text<255> path;
    path << "events/" << group << "/" << name << "/id";
    if (!path.fits()) return error{errc::enametoolong, command::open_file};
    auto const file = open_in_tracefs(path.view(), O_RDONLY);
    if (!file) return file.error();
    char digits[24];
    auto const got = sys::read_once(file->borrow(), digits);
    if (!got) return got.error();
    std::uint64_t id = 0;
    if (std::from_chars(digits, digits + *got, id).ec != std::errc{})
        return error{errc::malformed_file, command::read_file};
    return id;
}

} // namespace bpfxx::perf
