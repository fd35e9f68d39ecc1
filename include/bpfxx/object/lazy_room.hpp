#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/command.hpp>
#include <bpfxx/result.hpp>

#include <sys/mman.h>

#include <cerrno>
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>

namespace bpfxx::object {

/// Room for a list whose length is not known before: address space of its own, which takes memory only as far as it is
/// filled.
/// UAPI: mmap(2) with MAP_NORESERVE
template <class T>
    requires(std::is_trivially_copyable_v<T>)
class [[nodiscard]] lazy_room {
  public:
    /// Errors: ENOMEM
    /// Costs: one system call, another at the end; a page fault for each page that is filled
    [[nodiscard]] static result<lazy_room> make(std::size_t capacity) noexcept {
        int const saved = errno;
        void* const start = ::mmap(nullptr, capacity * sizeof(T), PROT_READ | PROT_WRITE,
                                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        int const code = std::exchange(errno, saved);
        if (start == MAP_FAILED) return error{static_cast<errc>(code), command::map_memory};
        return lazy_room{static_cast<T*>(start), capacity};
    }

    lazy_room(lazy_room&& other) noexcept
        : start_{std::exchange(other.start_, nullptr)}, capacity_{std::exchange(other.capacity_, 0)},
          size_{std::exchange(other.size_, 0)} {}
    lazy_room& operator=(lazy_room&& other) noexcept {
        lazy_room moved{std::move(other)};
        std::swap(start_, moved.start_);
        std::swap(capacity_, moved.capacity_);
        std::swap(size_, moved.size_);
        return *this;
    }
    ~lazy_room() {
        if (start_ == nullptr) return;
        int const saved = errno;
        ::munmap(start_, capacity_ * sizeof(T));
        errno = saved;
    }

    /// False where there is no room left.
    [[nodiscard]] bool push(T const& one) noexcept {
        if (size_ == capacity_) return false;
        start_[size_++] = one;
        return true;
    }

    /// All of the room, for what fills it by itself; what was pushed is its beginning.
    [[nodiscard]] std::span<T> room() const& noexcept { return {start_, capacity_}; }
    /// What was pushed.
    [[nodiscard]] std::span<T> filled() const& noexcept { return {start_, size_}; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

  private:
    lazy_room(T* start, std::size_t capacity) noexcept : start_{start}, capacity_{capacity} {}

    T* start_;
    std::size_t capacity_;
    std::size_t size_ = 0;
};

} // namespace bpfxx::object
