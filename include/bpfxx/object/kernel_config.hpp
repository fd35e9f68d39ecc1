#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/command.hpp>
#include <bpfxx/error.hpp>
#include <bpfxx/object/gunzip.hpp>
#include <bpfxx/object/lazy_room.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/sys/file_bytes.hpp>

#include <sys/utsname.h>

#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

namespace bpfxx::object {

/// The text of a configuration, for as long as this lives.
class [[nodiscard]] kernel_config {
  public:
    /// That of the running kernel: its own if it has it, else the one that was installed beside it.
    /// UAPI: /proc/config.gz, /boot/config-RELEASE
    /// Errors: ENOENT there is neither; malformed_file; ENOMEM, EACCES
    /// Costs: some ten system calls; memory of its own for the text, about 0.2 MB
    [[nodiscard]] static result<kernel_config> open() noexcept {
        auto own = open("/proc/config.gz");
        if (own || own.error() != error{errc::enoent, command::open_file}) return own;
        struct ::utsname names{};
        if (::uname(&names) != 0) return own;
        char path[sizeof names.release + 16] = "/boot/config-";
        std::string_view const release{names.release};
        release.copy(path + std::string_view{path}.size(), release.size());
        return open(path);
    }

    /// That of a file, which may be compressed by gzip.
    /// Errors: ENOENT; malformed_file it is empty, broken, or holds more than 64 MiB; ENOMEM, EACCES
    [[nodiscard]] static result<kernel_config> open(char const* path) noexcept {
        auto file = sys::file_bytes::open(path);
        if (!file) return file.error();
        std::string_view const bytes{reinterpret_cast<char const*>(file->view().data()), file->view().size()};
        if (!bytes.starts_with("\x1f\x8b")) return kernel_config{*std::move(file)};
        std::size_t const size = gunzipped_size(bytes);
        if (size == 0 || size > largest) return malformed_file;
        auto room = lazy_room<char>::make(size);
        if (!room) return room.error();
        auto const written = gunzip(bytes, room->room());
        if (!written) return malformed_file;
        return kernel_config{*std::move(room)};
    }

    [[nodiscard]] std::string_view text() const& noexcept {
        if (unpacked_) return {unpacked_->room().data(), unpacked_->room().size()};
        auto const bytes = file_->view();
        return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
    }
    std::string_view text() const&& = delete; // this text is unmapped at once: name the owner

  private:
    static constexpr std::size_t largest = std::size_t{64} << 20;
    static constexpr error malformed_file{errc::malformed_file, command::read_file};

    explicit kernel_config(sys::file_bytes file) noexcept : file_{std::move(file)} {}
    explicit kernel_config(lazy_room<char> unpacked) noexcept : unpacked_{std::move(unpacked)} {}

    // One of them.
    std::optional<sys::file_bytes> file_{};
    std::optional<lazy_room<char>> unpacked_{};
};

} // namespace bpfxx::object
