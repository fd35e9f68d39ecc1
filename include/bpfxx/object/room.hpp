#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstddef>
#include <cstdlib>
#include <new>
#include <span>
#include <type_traits>

namespace bpfxx::object {

/// A place in a `room`.
template <class T>
struct reserved {
    std::size_t offset = 0;
    std::size_t count = 0;
};

/// One allocation for several arrays whose sizes are known only at run time: first say what is wanted, then allocate.
class room {
  public:
    room() noexcept = default;
    room(room&& other) noexcept : start_{other.start_}, size_{other.size_} { other.start_ = nullptr; }
    room& operator=(room&& other) noexcept {
        if (this == &other) return *this;
        std::free(start_);
        start_ = other.start_;
        size_ = other.size_;
        other.start_ = nullptr;
        return *this;
    }
    ~room() { std::free(start_); }

    template <class T>
    [[nodiscard]] reserved<T> want(std::size_t count) noexcept {
        // They are never destroyed one by one.
        static_assert(std::is_trivially_destructible_v<T> && alignof(T) <= alignof(std::max_align_t));
        size_ = (size_ + alignof(T) - 1) / alignof(T) * alignof(T);
        reserved<T> const made{size_, count};
        size_ += count * sizeof(T);
        return made;
    }

    /// False where there is no memory. Nothing is allocated where nothing is wanted.
    /// Costs: one allocation
    [[nodiscard]] bool allocate() noexcept {
        if (size_ == 0) return true;
        start_ = static_cast<std::byte*>(std::malloc(size_));
        return start_ != nullptr;
    }

    /// The array, each element new.
    template <class T>
    [[nodiscard]] std::span<T> span(reserved<T> const& at) noexcept {
        if (at.count == 0) return {};
        auto* const first = reinterpret_cast<T*>(start_ + at.offset);
        for (std::size_t i = 0; i != at.count; ++i) ::new (static_cast<void*>(first + i)) T{};
        return {first, at.count};
    }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }

  private:
    std::byte* start_ = nullptr;
    std::size_t size_ = 0;
};

} // namespace bpfxx::object
