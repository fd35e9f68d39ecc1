#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/command.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/sys/call.hpp>

#include <asm/unistd.h>
#include <fcntl.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

// The small files that the kernel speaks by, in /proc, /sys and tracefs.
namespace bpfxx::sys {

/// Opens a file.
/// UAPI: openat(2); O_CLOEXEC is always set
/// Errors: ENOENT no such file; EACCES
/// Costs: one system call, no allocation
template <class Kind = kind::file>
[[nodiscard]] result<owned_fd<Kind>> open_file(char const* path, int flags = O_RDONLY) noexcept {
    long const opened = detail::enter(__NR_openat, AT_FDCWD, reinterpret_cast<long>(path), flags | O_CLOEXEC);
    if (detail::is_failure(opened)) return detail::failure(opened, command::open_file);
    return owned_fd<Kind>::from_kernel(static_cast<int>(opened), command::open_file);
}

/// Reads from a descriptor once; 0 is the end.
/// UAPI: read(2)
/// Costs: one system call, no allocation
template <class Kind>
[[nodiscard]] result<std::size_t> read_once(fd_ref<Kind> file, std::span<char> buffer) noexcept {
    long const got =
        detail::enter(__NR_read, file.raw(), reinterpret_cast<long>(buffer.data()), static_cast<long>(buffer.size()));
    if (detail::is_failure(got)) return detail::failure(got, command::read_file);
    return static_cast<std::size_t>(got);
}

/// Writes to a descriptor at once; files that carry commands take them whole or not at all.
/// UAPI: write(2)
/// Costs: one system call, no allocation
template <class Kind>
[[nodiscard]] result<void> write_once(fd_ref<Kind> file, std::string_view text) noexcept {
    long const put =
        detail::enter(__NR_write, file.raw(), reinterpret_cast<long>(text.data()), static_cast<long>(text.size()));
    if (detail::is_failure(put)) return detail::failure(put, command::write_file);
    if (static_cast<std::size_t>(put) != text.size()) return error{errc::enospc, command::write_file};
    return outcome::success();
}

/// The whole text of a file, in the caller's buffer.
/// Errors: buffer_too_small it fills the buffer, so that there may be more; ENOENT, EACCES
/// Costs: four system calls or more, as often as the file gives less than is left to read; no allocation
[[nodiscard]] inline result<std::string_view> read_file(char const* path, std::span<char> buffer) noexcept {
    auto const file = open_file(path);
    if (!file) return file.error();
    std::size_t size = 0;
    while (size != buffer.size()) {
        auto const got = read_once(file->borrow(), buffer.subspan(size));
        if (!got) return got.error();
        if (*got == 0) return std::string_view{buffer.data(), size};
        size += *got;
    }
    return error{errc::buffer_too_small, command::read_file};
}

/// The decimal number that a file starts with.
/// Errors: malformed_file it starts with something else; ENOENT, EACCES
/// Costs: four system calls, no allocation
[[nodiscard]] inline result<std::uint64_t> read_number(char const* path) noexcept {
    char buffer[64];
    auto const text = read_file(path, buffer);
    if (!text) return text.error();
    std::uint64_t number = 0;
    auto const parsed = std::from_chars(text->data(), text->data() + text->size(), number);
    if (parsed.ec != std::errc{}) return error{errc::malformed_file, command::read_file};
    return number;
}

} // namespace bpfxx::sys
