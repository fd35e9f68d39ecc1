#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd.hpp>
#include <bpfxx/map/operations.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/spec/required.hpp>

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

namespace bpfxx {

/// The size of a page of memory, in which mappings start and end.
/// Costs: no system call; libc keeps what the kernel said when the process started
[[nodiscard]] inline std::size_t page_size() noexcept { return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)); }

/// The smallest multiple of `unit`, a power of two, that is not below `size`.
[[nodiscard]] constexpr std::uint64_t round_up(std::uint64_t size, std::uint64_t unit) noexcept {
    return (size + unit - 1) & ~(unit - 1);
}

/// Which part of a map is mapped, and where.
struct mapping_range {
    /// The kernel rounds it up to whole pages.
    required<std::size_t> length;
    /// A multiple of the page size.
    std::uint64_t offset = 0;
    /// The one place where the mapping may start, or null for any. What is mapped there already is never replaced.
    void* address = nullptr;
};

/// How memory can be mapped: no processor writes a page that it may not read, so there is no `write_only`.
template <class Access>
concept mapping_access = readable<Access>;

/// Owns one mapping of a map's memory and unmaps it; programs and other processes see the same bytes. It outlives the
/// descriptor that it was made from, and keeps the map alive. A moved-from mapping owns nothing and has no bytes.
/// UAPI: mmap(2) with MAP_SHARED
/// Since: Linux 5.5 for arrays, 5.8 ring buffers, 6.1 user ring buffers, 6.9 arenas
template <mapping_access Access>
class [[nodiscard]] mapping {
  public:
    using access_type = Access;
    /// `std::byte`, const where the mapping is read-only: a write through it would be a SIGSEGV.
    using byte_type = std::conditional_t<writable<Access>, std::byte, std::byte const>;

    /// Maps memory of a map.
    /// Errors: ENOTSUPP (524) maps of this type have no memory to map; EINVAL not created with BPF_F_MMAPABLE, or the
    /// range is empty, beyond the end or at no page's start, or the descriptor is read-only: even to read, the kernel
    /// wants one that may do both; EACCES it is write-only, or to write, and it is read-only or the map has
    /// BPF_F_RDONLY_PROG; EPERM to write, and the map is frozen; EEXIST `address` is taken; ENOMEM
    /// Costs: one system call; the page tables grow as pages are touched
    /// Races: while a writable mapping lives, freezing the map is EBUSY
    [[nodiscard]] static result<mapping> map(fd_ref<kind::map> fd, mapping_range range) noexcept {
        int const saved = errno;
        void* const start =
            ::mmap(range.address, range.length, protection, flags(range), fd.raw(), static_cast<off_t>(range.offset));
        int const code = std::exchange(errno, saved);
        if (start == MAP_FAILED) return error{static_cast<errc>(code), command::map_memory};
        return mapping{static_cast<std::byte*>(start), range.length};
    }

    mapping(mapping&& other) noexcept
        : start_{std::exchange(other.start_, nullptr)}, length_{std::exchange(other.length_, 0)} {}
    mapping& operator=(mapping&& other) noexcept {
        mapping{std::move(other)}.swap(*this);
        return *this;
    }
    ~mapping() {
        if (start_ == nullptr) return;
        int const saved = errno;
        ::munmap(start_, length_);
        errno = saved;
    }

    /// The mapped memory, for as long as this mapping lives. Others write it meanwhile: read and write what is shared
    /// through std::atomic_ref.
    [[nodiscard]] std::span<byte_type> bytes() const& noexcept { return {start_, length_}; }
    std::span<byte_type> bytes() const&& = delete; // these bytes are unmapped at once: name the mapping

    [[nodiscard]] byte_type* data() const& noexcept { return start_; }
    byte_type* data() const&& = delete; // these bytes are unmapped at once: name the mapping

    /// The length that was asked for; 0 when moved from.
    [[nodiscard]] std::size_t size() const noexcept { return length_; }

    /// False only for a mapping that was moved from.
    [[nodiscard]] explicit operator bool() const noexcept { return start_ != nullptr; }

    void swap(mapping& other) noexcept {
        std::swap(start_, other.start_);
        std::swap(length_, other.length_);
    }

  private:
    static constexpr int protection = writable<Access> ? PROT_READ | PROT_WRITE : PROT_READ;

    mapping(std::byte* start, std::size_t length) noexcept : start_{start}, length_{length} {}

    static int flags(mapping_range const& range) noexcept {
        return range.address == nullptr ? MAP_SHARED : MAP_SHARED | MAP_FIXED_NOREPLACE;
    }

    std::byte* start_;
    std::size_t length_;
};

} // namespace bpfxx
