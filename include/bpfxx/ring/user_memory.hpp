#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/command.hpp>
#include <bpfxx/errc.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/ring/record.hpp>
#include <bpfxx/shm/ordered.hpp>

#include <cstddef>
#include <cstdint>

// The producer's side of a user ring buffer, over whatever memory it is given.
namespace bpfxx {

/// The longest record that bpf_user_ringbuf_drain hands to a program. It stops for good before a longer one.
/// UAPI: DYNPTR_MAX_SIZE
inline constexpr std::uint32_t longest_user_record = (1U << 24) - 1;

namespace detail {

/// Whether a program can be given a record of this length by a ring of this size.
constexpr bool user_record_fits(std::uint64_t length, std::uint64_t ring_size) noexcept {
    return length <= longest_user_record && ring::record_size(static_cast<std::uint32_t>(length)) <= ring_size;
}

/// Positions count bytes from the ring's beginning in time: they only grow, and the place of one in memory is what is
/// left of it modulo the size. The data is mapped twice in a row, so that no record is in two pieces.
///
/// The partners in the kernel are those of kernel/bpf/ringbuf.c: `__bpf_user_ringbuf_peek`, which reads the producer's
/// position and a record's length, and `__bpf_user_ringbuf_sample_release`, which moves the consumer's position.
class user_ring_memory {
  public:
    /// `data` has the ring's size, a power of two, twice.
    user_ring_memory(ring::position const* consumer, ring::position* producer, std::byte* data,
                     std::uint32_t size) noexcept
        : consumer_{consumer}, producer_{producer}, data_{data}, size_{size},
          // Pairs with the release of an earlier producer, whose records may be looked through.
          position_{shm::load_acquire(*producer)}, inherited_{position_}, consumed_{position_ - size_} {}

    /// Whether the positions are ones that a ring can have; to be asked first.
    [[nodiscard]] bool is_well_formed() noexcept { return see_consumer() && position_ % 8 == 0; }

    /// Room for a record, which the program waits for from now on; null where there is none now.
    [[nodiscard]] result<std::byte*> reserve(std::uint64_t length) noexcept {
        auto const record = claim(length);
        if (record && *record != nullptr) publish(*record, static_cast<std::uint32_t>(length) | ring::busy_bit);
        return record;
    }

    /// Room for a record that nobody sees before `publish`; null where there is none now.
    [[nodiscard]] result<std::byte*> claim(std::uint64_t length) noexcept {
        if (!user_record_fits(length, size_)) return error{errc::e2big, command::reserve_record};
        // Nobody else may write this number, so there is nothing to wait for.
        if (shm::load_relaxed(*producer_) != position_) return error{errc::ebusy, command::reserve_record};
        auto const wanted = ring::record_size(static_cast<std::uint32_t>(length));
        if (wanted > size_ - used()) {
            if (!see_consumer()) return error{errc::record_outside, command::reserve_record};
            if (wanted > size_ - used()) return nullptr;
        }
        return data_ + (position_ & (size_ - 1)) + sizeof(ring::header);
    }

    /// Shows the program what `claim` gave, with its length and the bits in it.
    void publish(std::byte* record, std::uint32_t length) noexcept {
        *header_of(record) = {length, 0}; // the program does not look before it sees the position behind it
        position_ += ring::record_size(length & ring::length_mask);
        // Pairs with smp_load_acquire(&rb->producer_pos) in __bpf_user_ringbuf_peek.
        shm::store_release(*producer_, position_);
    }

    /// Ends the program's wait for a reserved record, which it reads or, with the discard bit, skips.
    static void commit(std::byte* record, std::uint32_t length) noexcept {
        // Pairs with smp_load_acquire(hdr) in __bpf_user_ringbuf_peek: the record is complete.
        shm::store_release(header_of(record)->length, length);
    }

    /// Room that is free now, of which each record takes 8 bytes more than its length, rounded up to 8.
    [[nodiscard]] ring::position available() noexcept { return see_consumer() ? size_ - used() : 0; }

    /// Discards the records that an earlier producer reserved and that nobody will submit; gives how many.
    [[nodiscard]] result<std::uint32_t> discard_inherited() noexcept {
        if (!see_consumer()) return error{errc::record_outside, command::reserve_record};
        std::uint32_t count = 0;
        for (auto at = consumed_; at < inherited_;) {
            auto* const record = data_ + (at & (size_ - 1)) + sizeof(ring::header);
            // Only producers write lengths, and this is the only one.
            auto const found = shm::load_relaxed(header_of(record)->length);
            auto const length = found & ring::length_mask;
            if (ring::record_size(length) > inherited_ - at)
                return error{errc::record_outside, command::reserve_record};
            at += ring::record_size(length);
            if ((found & ring::busy_bit) == 0) continue;
            commit(record, length | ring::discard_bit);
            ++count;
        }
        return count;
    }

  private:
    static ring::header* header_of(std::byte* record) noexcept {
        return reinterpret_cast<ring::header*>(record - sizeof(ring::header));
    }

    [[nodiscard]] ring::position used() const noexcept { return position_ - consumed_; }

    /// Looks how far the program is; false where that cannot be.
    [[nodiscard]] bool see_consumer() noexcept {
        // Pairs with smp_store_release(&rb->consumer_pos) in __bpf_user_ringbuf_sample_release: the program is done with
        // what is overwritten from now on.
        auto const seen = shm::load_acquire(*consumer_);
        if (position_ - seen > size_) return false;
        consumed_ = seen;
        return true;
    }

    ring::position const* consumer_;
    ring::position* producer_;
    std::byte* data_;
    ring::position size_;
    ring::position position_;
    ring::position inherited_; // what stands before it was there already
    ring::position consumed_;  // as last seen, at first as if the ring were full: asked again only when it seems to be
};

} // namespace detail

} // namespace bpfxx
