#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/errc.hpp>
#include <bpfxx/ring/record.hpp>
#include <bpfxx/shm/ordered.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

namespace bpfxx::ring {

/// Where a reader is in a ring whose oldest records are overwritten when it is full. What it reads it copies, and then
/// looks whether it was overwritten meanwhile: there is nothing that producers wait for.
class history {
  public:
    history() noexcept = default;
    explicit history(memory const& ring) noexcept
        : ring_{ring}, next_{shm::load_relaxed(*ring.consumer)}, lost_bytes_{0} {}

    /// What `copy_next` found.
    struct found {
        /// `errc{}` where there is a record, or where there is none.
        errc problem{};
        bool any = false;
        /// The length of its payload; only as much as there was room for was copied.
        std::uint32_t length = 0;
    };

    /// Copies the oldest record that is still there. What is discarded is passed over; at a record that is still being
    /// written it ends.
    [[nodiscard]] found copy_next(std::span<std::uint64_t> room) noexcept {
        for (;;) {
            bool const moved = skip_overwritten();
            // Pairs with smp_store_release(&rb->producer_pos) in __bpf_ringbuf_reserve: the headers are written.
            position const ahead = shm::load_acquire(*ring_.producer) - next_;
            if (ahead == 0) return {};
            bool const possible = ahead <= ring_.size && (next_ | ahead) % sizeof(header) == 0;
            if (!possible && !moved && !is_overwritten()) return {.problem = errc::record_outside};
            if (!possible) continue;

            std::byte const* const at = ring_.data + (next_ & (ring_.size - 1));
            // Pairs with xchg(&hdr->len) in bpf_ringbuf_commit: once it is not busy, the payload is written.
            std::uint32_t const bits = shm::load_acquire(*reinterpret_cast<std::uint32_t const*>(at));
            std::uint32_t const length = bits & length_mask;
            bool const inside = record_size(length) <= ahead;
            bool const readable = (bits & (busy_bit | discard_bit)) == 0;
            if (inside && readable) copy(at + sizeof(header), length, room);
            if (is_overwritten()) continue;
            if ((bits & busy_bit) != 0) return {};
            if (!inside) return {.problem = errc::record_outside};
            next_ += record_size(length);
            if (readable) return {.any = true, .length = length};
        }
    }

    /// Bytes of records that were overwritten before they were read, their headers included.
    [[nodiscard]] std::uint64_t lost_bytes() const noexcept { return lost_bytes_; }

    /// Says how far was read, which is what poll(2) goes by.
    void publish() const noexcept {
        // Pairs with smp_load_acquire(&rb->consumer_pos) in ringbuf_avail_data_sz and bpf_ringbuf_commit.
        shm::store_release(*ring_.consumer, next_);
    }

  private:
    // Behind the producer's position, and that of the oldest record that is still being written, stands that of the
    // oldest record that was not overwritten.
    [[nodiscard]] position oldest() const noexcept { return shm::load_acquire(ring_.producer[2]); }

    // Pairs with the kernel's write of overwrite_pos, which it moves before it writes over anything. The processor has
    // to keep this order too: x86-64 does, and others as far as the kernel tells them to.
    [[nodiscard]] bool is_overwritten() const noexcept {
        std::atomic_thread_fence(std::memory_order_acquire);
        return is_before(next_, oldest());
    }

    bool skip_overwritten() noexcept {
        position const from = oldest();
        if (!is_before(next_, from)) return false;
        lost_bytes_ += from - next_;
        next_ = from;
        return true;
    }

    [[nodiscard]] static bool is_before(position left, position right) noexcept {
        return static_cast<std::make_signed_t<position>>(left - right) < 0;
    }

    // By words, as the kernel may write them at the same time; records are whole words long.
    static void copy(std::byte const* payload, std::uint32_t length, std::span<std::uint64_t> room) noexcept {
        std::size_t const words = (std::size_t{length} + 7) / 8;
        auto const* const from = reinterpret_cast<std::uint64_t const*>(payload);
        for (std::size_t i = 0; i < words && i < room.size(); ++i) room[i] = shm::load_relaxed(from[i]);
    }

    memory ring_;
    position next_ = 0;
    std::uint64_t lost_bytes_ = 0;
};

} // namespace bpfxx::ring
