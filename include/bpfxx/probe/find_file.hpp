#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/command.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/probe/library_cache.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/sys/call.hpp>
#include <bpfxx/sys/file.hpp>
#include <bpfxx/sys/file_bytes.hpp>

#include <asm/unistd.h>
#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string_view>

// Binaries by the names that people know them by. Each function writes a path with its NUL to the caller's buffer, which
// PATH_MAX bytes are always enough for.
namespace bpfxx::probe {

namespace detail {

/// A path that is put together in the caller's buffer.
class path_text {
  public:
    explicit path_text(std::span<char> buffer) noexcept : buffer_{buffer} {}

    template <class... Piece>
    [[nodiscard]] bool set(Piece... pieces) noexcept {
        size_ = 0;
        return (append(pieces) && ...) && append(std::string_view{"\0", 1});
    }
    [[nodiscard]] char const* c_str() const noexcept { return buffer_.data(); }

  private:
    [[nodiscard]] bool append(std::string_view piece) noexcept {
        if (piece.size() > buffer_.size() - size_) return false;
        std::memcpy(buffer_.data() + size_, piece.data(), piece.size());
        size_ += piece.size();
        return true;
    }

    std::span<char> buffer_;
    std::size_t size_ = 0;
};

inline constexpr error no_such_file{errc::file_not_found, command::search};
inline constexpr error no_room{errc::buffer_too_small, command::search};

/// Not a directory and not the linker's script that has the name of a library where things are compiled.
[[nodiscard]] inline bool is_elf_file(char const* path) noexcept {
    auto const file = sys::open_file(path, O_RDONLY | O_NONBLOCK);
    char magic[4];
    if (!file) return false;
    auto const got = sys::read_once(file->borrow(), magic);
    return got && *got == sizeof magic &&
           std::memcmp(magic,
                       "\x7f"
                       "ELF",
                       sizeof magic) == 0;
}

[[nodiscard]] inline bool is_executable(char const* path) noexcept {
    return sys::detail::enter(__NR_faccessat, AT_FDCWD, reinterpret_cast<long>(path), X_OK) == 0 && is_elf_file(path);
}

/// Cuts the first part off a list.
[[nodiscard]] inline std::string_view cut_part(std::string_view& list, std::string_view separators) noexcept {
    std::size_t const size = list.find_first_of(separators);
    std::string_view const part = list.substr(0, size);
    list.remove_prefix(size == std::string_view::npos ? list.size() : size + 1);
    return part;
}

[[nodiscard]] inline std::string_view environment(char const* name) noexcept {
    char const* const value = std::getenv(name);
    return value == nullptr ? std::string_view{} : value;
}

/// "c" is libc.so there, what has .so in it is a whole name.
[[nodiscard]] inline bool set_library(path_text& path, std::string_view directory, std::string_view name) noexcept {
    if (name.find(".so") != std::string_view::npos) return path.set(directory, std::string_view{"/"}, name);
    return path.set(directory, std::string_view{"/lib"}, name, std::string_view{".so"});
}

inline constexpr std::string_view library_directories[] = {
#if defined(__x86_64__)
    "/lib/x86_64-linux-gnu",
    "/usr/lib/x86_64-linux-gnu",
#elif defined(__aarch64__)
    "/lib/aarch64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
#elif defined(__riscv)
    "/lib/riscv64-linux-gnu",
    "/usr/lib/riscv64-linux-gnu",
#endif
    "/lib64",
    "/usr/lib64",
    "/lib",
    "/usr/lib",
};

[[nodiscard]] inline result<char const*> find_in_cache(std::string_view name, path_text& path) noexcept {
    auto const bytes = sys::file_bytes::open("/etc/ld.so.cache");
    if (!bytes) return no_such_file;
    auto const text = bytes->view();
    auto const cache = library_cache::parse({reinterpret_cast<char const*>(text.data()), text.size()});
    auto const found = cache ? cache->find(name) : std::nullopt;
    if (!found) return no_such_file;
    if (!path.set(*found)) return no_room;
    if (!is_elf_file(path.c_str())) return no_such_file;
    return path.c_str();
}

} // namespace detail

/// The path of a shared library as the dynamic linker would find it for a program without a path of its own: "c" and
/// "libc.so.6" are found in LD_LIBRARY_PATH, by /etc/ld.so.cache, or where libraries usually are; there "c" is libc.so
/// only. A name with a / is a path already. What a running process uses may be another one: `find_mapped`.
/// Errors: file_not_found; buffer_too_small
/// Costs: three system calls for each place looked at, four for the list; no allocation
[[nodiscard]] inline result<char const*> find_library(std::string_view name, std::span<char> buffer) noexcept {
    detail::path_text path{buffer};
    if (name.find('/') != std::string_view::npos) {
        if (!path.set(name)) return detail::no_room;
        return detail::is_elf_file(path.c_str()) ? result<char const*>{path.c_str()} : detail::no_such_file;
    }
    for (std::string_view list = detail::environment("LD_LIBRARY_PATH"); !list.empty();) {
        auto const directory = detail::cut_part(list, ":;");
        if (directory.empty()) continue;
        if (!detail::set_library(path, directory, name)) return detail::no_room;
        if (detail::is_elf_file(path.c_str())) return path.c_str();
    }
    auto listed = detail::find_in_cache(name, path);
    if (listed || listed.error() != detail::no_such_file) return listed;
    for (std::string_view const directory : detail::library_directories) {
        if (!detail::set_library(path, directory, name)) return detail::no_room;
        if (detail::is_elf_file(path.c_str())) return path.c_str();
    }
    return detail::no_such_file;
}

/// The path of a program that PATH leads to. A name with a / is a path already.
/// Errors: file_not_found, also for scripts; buffer_too_small
/// Costs: one system call for each place looked at, three more where something is; no allocation
[[nodiscard]] inline result<char const*> find_program(std::string_view name, std::span<char> buffer) noexcept {
    detail::path_text path{buffer};
    if (name.find('/') != std::string_view::npos) {
        if (!path.set(name)) return detail::no_room;
        return detail::is_executable(path.c_str()) ? result<char const*>{path.c_str()} : detail::no_such_file;
    }
    for (std::string_view list = detail::environment("PATH"); !list.empty();) {
        auto const directory = detail::cut_part(list, ":");
        if (directory.empty()) continue;
        if (!path.set(directory, std::string_view{"/"}, name)) return detail::no_room;
        if (detail::is_executable(path.c_str())) return path.c_str();
    }
    return detail::no_such_file;
}

} // namespace bpfxx::probe
