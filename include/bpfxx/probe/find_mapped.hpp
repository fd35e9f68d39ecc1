#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/command.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/probe/find_file.hpp>
#include <bpfxx/probe/library_cache.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/sys/file.hpp>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace bpfxx::probe {

namespace detail {

/// The path in a line of /proc/PID/maps; empty where no file is mapped, or one that is not there any more.
[[nodiscard]] inline std::string_view mapped_path(std::string_view line) noexcept {
    for (int field = 0; field != 5; ++field) {
        line.remove_prefix(line.find(' ') == std::string_view::npos ? line.size() : line.find(' '));
        while (line.starts_with(' ')) line.remove_prefix(1);
    }
    return line.starts_with('/') && !line.ends_with(" (deleted)") ? line : std::string_view{};
}

/// Gives the lines of a file one by one, from a buffer that the longest of them fits in.
class line_reader {
  public:
    line_reader(fd_ref<kind::file> file, std::span<char> buffer) noexcept : file_{file}, buffer_{buffer} {}

    /// The next line without its end; nullptr data at the end of the file.
    [[nodiscard]] result<std::string_view> next() noexcept {
        for (;;) {
            std::string_view const rest{buffer_.data() + start_, end_ - start_};
            std::size_t const size = rest.find('\n');
            if (size != std::string_view::npos) {
                start_ += size + 1;
                return rest.substr(0, size);
            }
            if (rest.size() == buffer_.size()) return error{errc::malformed_file, command::read_file};
            std::memmove(buffer_.data(), rest.data(), rest.size());
            start_ = 0;
            end_ = rest.size();
            auto const got = sys::read_once(file_, buffer_.subspan(end_));
            if (!got) return got.error();
            if (*got == 0) return std::string_view{};
            end_ += *got;
        }
    }

  private:
    fd_ref<kind::file> file_;
    std::span<char> buffer_;
    std::size_t start_ = 0;
    std::size_t end_ = 0;
};

[[nodiscard]] inline std::string_view file_name(std::string_view path) noexcept {
    return path.substr(path.rfind('/') + 1);
}

} // namespace detail

/// The path of a library that a process has mapped, "c", "libc.so.6" or the name of a plugin, and which is the one to
/// attach to for that process. The path goes through /proc/PID/root, so that it is the process's own file even where the
/// process sees another file system than this one, as in a container; it is good as long as the process lives. A process
/// of 0 is this one, and its paths are plain.
/// Errors: file_not_found nothing of the name is mapped, or its file was deleted; ENOENT no such process; EACCES,
/// EPERM not for this process to see; buffer_too_small
/// Costs: three system calls, and one more for every few dozen mappings; 8 KiB on the stack, no allocation
/// Races: what is mapped changes meanwhile
[[nodiscard]] inline result<char const*> find_mapped(std::uint32_t process, std::string_view name,
                                                     std::span<char> buffer) noexcept {
    char digits[12];
    auto const printed = std::to_chars(digits, digits + sizeof digits, process);
    std::string_view const number{digits, static_cast<std::size_t>(printed.ptr - digits)};
    char maps[32];
    detail::path_text maps_path{maps};
    if (!maps_path.set(std::string_view{"/proc/"}, process == 0 ? std::string_view{"self"} : number,
                       std::string_view{"/maps"}))
        return detail::no_room;
    auto const file = sys::open_file(maps_path.c_str());
    if (!file) return file.error();

    char text[8192];
    detail::line_reader lines{file->borrow(), text};
    detail::path_text path{buffer};
    for (;;) {
        auto const line = lines.next();
        if (!line) return line.error();
        if (line->data() == nullptr) return detail::no_such_file;
        std::string_view const found = detail::mapped_path(*line);
        if (found.empty() || !is_mapped_library(detail::file_name(found), name)) continue;
        bool const fits = process == 0 ? path.set(found)
                                       : path.set(std::string_view{"/proc/"}, number, std::string_view{"/root"}, found);
        if (!fits) return detail::no_room;
        return path.c_str();
    }
}

} // namespace bpfxx::probe
