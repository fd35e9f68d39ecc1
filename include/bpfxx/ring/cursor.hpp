#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/command.hpp>
#include <bpfxx/error.hpp>
#include <bpfxx/ring/record.hpp>
#include <bpfxx/shm/ordered.hpp>

#include <cstddef>
#include <cstdint>

namespace bpfxx {

/// A reader that the kernel wakes: it publishes how far it is as soon as it has caught up, so that the next record is
/// an event for poll(2). A reader that spins makes an interrupt of nearly every record this way.
struct when_woken {};

/// A reader that looks at times of its own: it publishes its last record only with the next one, so that it has never
/// caught up as far as the kernel can tell, and producers raise no interrupt.
struct at_intervals {};

namespace ring {

/// Where a reader is. It trusts only what it wrote itself: whatever the shared positions and headers say, nothing is
/// read outside the ring.
class cursor {
  public:
    cursor() noexcept = default;

    /// Goes on where the last reader stopped.
    explicit cursor(memory const& ring) noexcept
        : ring_{ring},
          // Only readers write it; the last one is gone, and its process ended or handed over in order.
          next_{shm::load_relaxed(*ring.consumer)} {}

    /// Bytes that have been reserved since, records that are still written included; nothing if that cannot be true.
    [[nodiscard]] bool has_ahead(position& bytes) const noexcept {
        // Pairs with smp_store_release(&rb->producer_pos) in __bpf_ringbuf_reserve: the headers are written.
        bytes = shm::load_acquire(*ring_.producer) - next_;
        return bytes <= ring_.size && (next_ | bytes) % sizeof(header) == 0;
    }

    /// The length and the bits of the record at a header.
    [[nodiscard]] static std::uint32_t length_at(std::byte const* at) noexcept {
        // Pairs with xchg(&hdr->len) in bpf_ringbuf_commit: once it is not busy, the payload is written.
        return shm::load_acquire(*reinterpret_cast<std::uint32_t const*>(at));
    }

    /// The first record not read yet; all that is ahead stands in one piece from here on.
    [[nodiscard]] std::byte const* front() const noexcept { return ring_.data + (next_ & (ring_.size - 1)); }

    /// Records before this place are read.
    void advance(std::size_t bytes) noexcept { next_ += bytes; }

    /// Lets producers have what was read, but for the last `held` bytes of it.
    void publish(position held = 0) noexcept {
        // Pairs with smp_load_acquire(&rb->consumer_pos) in __bpf_ringbuf_reserve and bpf_ringbuf_commit: the records
        // have been read before their room is used again.
        shm::store_release(*ring_.consumer, next_ - (held <= most_held() ? held : 0));
    }

    /// How much may be read before it is published, so that producers do not run short of room.
    [[nodiscard]] position most_unpublished() const noexcept { return ring_.size / 8; }

    /// How much may be held back: a large record is given up rather.
    [[nodiscard]] position most_held() const noexcept { return ring_.size / 8; }

    [[nodiscard]] position at() const noexcept { return next_; }
    [[nodiscard]] position size() const noexcept { return ring_.size; }

  private:
    memory ring_;
    position next_ = 0;
};

} // namespace ring

} // namespace bpfxx
