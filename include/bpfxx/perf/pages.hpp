#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/command.hpp>
#include <bpfxx/fd_ref.hpp>
#include <bpfxx/result.hpp>

#include <sys/mman.h>

#include <cerrno>
#include <cstddef>
#include <utility>

namespace bpfxx::perf::detail {

/// Owns pages of memory: a perf event's, or of this process alone.
class [[nodiscard]] pages {
  public:
    enum class access : unsigned char { read, read_write };

    // The page that the kernel and the reader share, and behind it the records.
    static result<pages> of(fd_ref<kind::perf_event> event, std::size_t size, access wanted) noexcept {
        return map(size, wanted == access::read ? PROT_READ : PROT_READ | PROT_WRITE, MAP_SHARED, event.raw());
    }
    /// All zero.
    static result<pages> fresh(std::size_t size) noexcept {
        return map(size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    }

    pages(pages&& other) noexcept : start_{std::exchange(other.start_, nullptr)}, size_{other.size_} {}
    pages& operator=(pages&& other) noexcept {
        pages moved{std::move(other)};
        std::swap(start_, moved.start_);
        std::swap(size_, moved.size_);
        return *this;
    }
    ~pages() {
        if (start_ == nullptr) return;
        int const saved = errno;
        ::munmap(start_, size_);
        errno = saved;
    }

    [[nodiscard]] std::byte* data() const noexcept { return start_; }

  private:
    pages(std::byte* start, std::size_t size) noexcept : start_{start}, size_{size} {}

    static result<pages> map(std::size_t size, int protection, int flags, int descriptor) noexcept {
        int const saved = errno;
        void* const start = ::mmap(nullptr, size, protection, flags, descriptor, 0);
        int const code = std::exchange(errno, saved);
        if (start == MAP_FAILED) return error{static_cast<errc>(code), command::map_memory};
        return pages{static_cast<std::byte*>(start), size};
    }

    std::byte* start_;
    std::size_t size_;
};

} // namespace bpfxx::perf::detail
