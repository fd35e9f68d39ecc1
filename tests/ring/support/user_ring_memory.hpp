#pragma once
// A user ring buffer in memory of the test's own, and what the kernel does with it: __bpf_user_ringbuf_peek and
// __bpf_user_ringbuf_sample_release, with the kernel's orders, in whatever thread calls them.

#include <bpfxx/ring/record.hpp>

#include <doctest/doctest.h>

#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>

namespace support {

class user_ring_memory {
  public:
    using position = bpfxx::ring::position;

    /// Both positions begin at `start`, a multiple of 8. What surrounds the data is no memory at all.
    explicit user_ring_memory(std::uint32_t size, position start = 0)
        : size_{size}, consumer_{start}, producer_{start} {
        auto const whole = 2 * std::size_t{size} + 2 * guard;
        int const file = ::memfd_create("ring", MFD_CLOEXEC);
        REQUIRE((file >= 0 && ::ftruncate(file, size) == 0));
        room_ = static_cast<std::byte*>(::mmap(nullptr, whole, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        for (std::size_t at = guard; at != guard + 2 * std::size_t{size}; at += size)
            REQUIRE(::mmap(room_ + at, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, 0) != MAP_FAILED);
        ::close(file);
    }
    user_ring_memory(user_ring_memory const&) = delete;
    user_ring_memory& operator=(user_ring_memory const&) = delete;
    ~user_ring_memory() { ::munmap(room_, 2 * std::size_t{size_} + 2 * guard); }

    [[nodiscard]] position& consumer() { return consumer_; }
    [[nodiscard]] position& producer() { return producer_; }
    [[nodiscard]] std::byte* data() { return room_ + guard; }
    [[nodiscard]] std::uint32_t size() const { return size_; }

    /// The header at a position.
    [[nodiscard]] bpfxx::ring::header& header_at(position at) {
        return *reinterpret_cast<bpfxx::ring::header*>(data() + (at & (size_ - 1)));
    }

    /// What bpf_user_ringbuf_drain returns; `take` gets each sample and says whether to go on.
    template <class Take>
    long drain(Take&& take) {
        for (long samples = 0, discarded = 0;; ++samples) {
            std::span<std::byte const> sample;
            long const failed = peek(sample);
            if (failed == -ENODATA) return samples - discarded;
            if (failed == -EAGAIN) {
                ++discarded;
                continue;
            }
            if (failed != 0) return failed;
            bool const more = take(sample);
            release(static_cast<std::uint32_t>(sample.size()));
            if (!more) return samples + 1 - discarded;
        }
    }

  private:
    static constexpr std::size_t guard = 1 << 16;

    long peek(std::span<std::byte const>& sample) {
        auto const produced = std::atomic_ref{producer_}.load(std::memory_order_acquire);
        if (produced % 8 != 0) return -EINVAL;
        auto const consumed = std::atomic_ref{consumer_}.load(std::memory_order_acquire);
        if (consumed >= produced) return -ENODATA;
        auto const found = std::atomic_ref{header_at(consumed).length}.load(std::memory_order_acquire);
        auto const length = found & 0x3fff'ffff;
        auto const total = (position{length} + 15) / 8 * 8;
        if (total > produced - consumed) return -EINVAL;
        if (total > size_ || length > 0xff'ffff) return -E2BIG;
        if ((found & 0x4000'0000) != 0) {
            std::atomic_ref{consumer_}.store(consumed + total, std::memory_order_release);
            return -EAGAIN;
        }
        if ((found & 0x8000'0000) != 0) return -ENODATA;
        sample = {data() + ((consumed + 8) & (size_ - 1)), length};
        return 0;
    }

    void release(std::uint32_t length) {
        auto const total = (position{length} + 15) / 8 * 8;
        auto const consumed = std::atomic_ref{consumer_}.load(std::memory_order_relaxed);
        std::atomic_ref{consumer_}.store(consumed + total, std::memory_order_release);
    }

    std::uint32_t size_;
    std::byte* room_ = nullptr;
    alignas(64) position consumer_;
    alignas(64) position producer_;
};

} // namespace support
