#pragma once
// A buffer that ends where memory ends: behind its last byte stands a page that nobody may touch, so that the kernel,
// should it write one byte too many, answers EFAULT, and this process, should it, dies.

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <span>
#include <stdexcept>

namespace support {

template <class T>
class guarded {
  public:
    explicit guarded(std::size_t count) : count_{count} {
        auto const page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
        auto const room = (count * sizeof(T) + page - 1) / page * page;
        length_ = room + page;
        start_ =
            static_cast<std::byte*>(mmap(nullptr, length_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        if (start_ == MAP_FAILED) throw std::runtime_error{"mmap"};
        if (mprotect(start_ + room, page, PROT_NONE) != 0) throw std::runtime_error{"mprotect"};
        elements_ = reinterpret_cast<T*>(start_ + room) - count;
    }
    guarded(guarded const&) = delete;
    guarded& operator=(guarded const&) = delete;
    ~guarded() { munmap(start_, length_); }

    [[nodiscard]] std::span<T> span() const { return {elements_, count_}; }
    operator std::span<T>() const { return span(); } // NOLINT(google-explicit-constructor)
    [[nodiscard]] T& operator[](std::size_t index) const { return elements_[index]; }
    [[nodiscard]] T* data() const { return elements_; }

    /// Sets every byte.
    void paint(unsigned char byte) const { std::memset(static_cast<void*>(elements_), byte, count_ * sizeof(T)); }

  private:
    std::size_t count_;
    std::size_t length_;
    std::byte* start_;
    T* elements_;
};

} // namespace support
