#pragma once

#include <bpfxx/ring/record.hpp>

#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <mutex>

// A ring in memory, laid out and written as kernel/bpf/ringbuf.c does it, with the same orders.
class fake_ring {
  public:
    static constexpr std::size_t page = 4096;

    explicit fake_ring(std::size_t size, bpfxx::ring::position start = 0) : size_{size} {
        int const file = ::memfd_create("fake_ring", 0);
        if (file < 0 || ::ftruncate(file, static_cast<off_t>(2 * page + size)) != 0) std::abort();
        void* const room =
            ::mmap(nullptr, 2 * page + 2 * size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        start_ = static_cast<std::byte*>(room);
        map(file, start_, 2 * page + size, 0);
        map(file, start_ + 2 * page + size, size, 2 * page);
        ::close(file);
        *consumer() = start;
        *producer() = start;
    }
    fake_ring(fake_ring const&) = delete;
    fake_ring& operator=(fake_ring const&) = delete;
    ~fake_ring() { ::munmap(start_, 2 * page + 2 * size_); }

    [[nodiscard]] bpfxx::ring::memory memory() const {
        return {.consumer = consumer(), .producer = producer(), .data = data(), .size = size_};
    }

    [[nodiscard]] bpfxx::ring::position* consumer() const { return reinterpret_cast<bpfxx::ring::position*>(start_); }
    // The producer's page: its position, that of the oldest pending record, and where overwriting has come to.
    [[nodiscard]] bpfxx::ring::position* producer() const {
        return reinterpret_cast<bpfxx::ring::position*>(start_ + page);
    }
    [[nodiscard]] std::byte* data() const { return start_ + 2 * page; }
    [[nodiscard]] std::size_t size() const { return size_; }

    // __bpf_ringbuf_reserve: null where there is no room.
    std::byte* reserve(std::uint32_t length) {
        using bpfxx::ring::position;
        position const consumed = std::atomic_ref{*consumer()}.load(std::memory_order_acquire);
        std::scoped_lock const only_one{lock_};
        position const at = *producer();
        position const next = at + bpfxx::ring::record_size(length);
        if (next - consumed > size_ - 1) return nullptr;
        std::byte* const header = data() + (at & (size_ - 1));
        std::atomic_ref{*reinterpret_cast<std::uint32_t*>(header)}.store(length | bpfxx::ring::busy_bit,
                                                                         std::memory_order_relaxed);
        std::atomic_ref{*producer()}.store(next, std::memory_order_release);
        return header + sizeof(bpfxx::ring::header);
    }

    // bpf_ringbuf_commit. True where the kernel would wake the reader.
    bool commit(std::byte* payload, bool discard = false) {
        std::byte* const at = payload - sizeof(bpfxx::ring::header);
        auto& length = *reinterpret_cast<std::uint32_t*>(at);
        std::uint32_t const reserved = std::atomic_ref{length}.load(std::memory_order_relaxed);
        std::atomic_ref{length}.exchange((reserved ^ bpfxx::ring::busy_bit) | (discard ? bpfxx::ring::discard_bit : 0));
        auto const consumed = std::atomic_ref{*consumer()}.load(std::memory_order_acquire);
        return (consumed & (size_ - 1)) == static_cast<std::size_t>(at - data());
    }

    // bpf_ringbuf_output of a plain value. False where there is no room.
    template <class T>
    bool output(T const& value, bool discard = false) {
        std::byte* const payload = reserve(sizeof(T));
        if (payload == nullptr) return false;
        std::memcpy(payload, &value, sizeof(T));
        woken += commit(payload, discard);
        return true;
    }

    std::size_t woken = 0;

  private:
    static void map(int file, std::byte* where, std::size_t length, std::size_t offset) {
        void* const mapped =
            ::mmap(where, length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, static_cast<off_t>(offset));
        if (mapped == MAP_FAILED) std::abort();
    }

    std::size_t size_;
    std::byte* start_;
    std::mutex lock_;
};
