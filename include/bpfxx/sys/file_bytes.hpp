#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/command.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/sys/file.hpp>

#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstddef>
#include <span>
#include <utility>

namespace bpfxx::sys {

/// The bytes of a whole file, read-only, for as long as this lives: mapped, or read into memory of its own where the
/// file cannot be mapped, as the kernel's BTF before Linux 6.16.
/// UAPI: mmap(2)
/// Races: bytes of a mapped file change when somebody writes it, and reading beyond the end of one that was cut short
/// is SIGBUS
class [[nodiscard]] file_bytes {
  public:
    /// Errors: ENOENT no such file; EACCES; EINVAL not a file with bytes; ENOMEM; malformed_file it is empty, or gave
    /// other than it promised
    /// Costs: four system calls for a mapping, one more where it cannot be shared; as many more as reads for a file that
    /// cannot be mapped
    [[nodiscard]] static result<file_bytes> open(char const* path) noexcept {
        auto const file = open_file(path);
        if (!file) return file.error();
        struct ::stat about{};
        int const saved = errno;
        bool const known = ::fstat(file->raw(), &about) == 0;
        int const code = std::exchange(errno, saved);
        if (!known) return error{static_cast<errc>(code), command::open_file};
        if (about.st_size <= 0) return error{errc::malformed_file, command::open_file};
        auto const size = static_cast<std::size_t>(about.st_size);
        // A private mapping of a program's code would get the breakpoints of uprobes, a shared one does not; the kernel's own
        // types cannot be shared, and before Linux 6.16 not be mapped.
        for (int const flags : {MAP_SHARED, MAP_PRIVATE}) {
            auto mapped = map(size, flags, PROT_READ, file->raw());
            if (mapped) return mapped;
        }
        return read_all(file->borrow(), size);
    }

    file_bytes(file_bytes&& other) noexcept
        : start_{std::exchange(other.start_, nullptr)}, size_{std::exchange(other.size_, 0)} {}
    file_bytes& operator=(file_bytes&& other) noexcept {
        file_bytes{std::move(other)}.swap(*this);
        return *this;
    }
    ~file_bytes() {
        if (start_ == nullptr) return;
        int const saved = errno;
        ::munmap(start_, size_);
        errno = saved;
    }

    [[nodiscard]] std::span<std::byte const> view() const& noexcept { return {start_, size_}; }
    std::span<std::byte const> view() const&& = delete; // these bytes are unmapped at once: name the owner

    void swap(file_bytes& other) noexcept {
        std::swap(start_, other.start_);
        std::swap(size_, other.size_);
    }

  private:
    file_bytes(std::byte* start, std::size_t size) noexcept : start_{start}, size_{size} {}

    static result<file_bytes> map(std::size_t size, int flags, int protection, int file) noexcept {
        int const saved = errno;
        void* const start = ::mmap(nullptr, size, protection, flags, file, 0);
        int const code = std::exchange(errno, saved);
        if (start == MAP_FAILED) return error{static_cast<errc>(code), command::map_memory};
        return file_bytes{static_cast<std::byte*>(start), size};
    }

    static result<file_bytes> read_all(fd_ref<kind::file> file, std::size_t size) noexcept {
        auto memory = map(size, MAP_PRIVATE | MAP_ANONYMOUS, PROT_READ | PROT_WRITE, -1);
        if (!memory) return memory;
        std::size_t done = 0;
        while (done != size) {
            auto* const rest = reinterpret_cast<char*>(memory->start_ + done);
            auto const got = read_once(file, std::span{rest, size - done});
            if (!got) return got.error();
            if (*got == 0) return error{errc::malformed_file, command::read_file};
            done += *got;
        }
        return memory;
    }

    std::byte* start_;
    std::size_t size_;
};

} // namespace bpfxx::sys
