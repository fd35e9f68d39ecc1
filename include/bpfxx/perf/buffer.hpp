#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/command.hpp>
#include <bpfxx/cpu_list.hpp>
#include <bpfxx/perf/record.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/shm/ordered.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace bpfxx::perf {

/// The memory of a perf event that the kernel and one reader share.
/// UAPI: `data_head` and `data_tail` of `struct perf_event_mmap_page`, and what is mapped behind its page
struct buffer_memory {
    std::uint64_t const* head = nullptr;
    std::uint64_t* tail = nullptr;
    std::byte const* data = nullptr;
    /// A power of two.
    std::size_t size = 0;
};

/// Where a reader stands in such a buffer. It trusts nothing that it reads there: whatever the bytes say, it stays in
/// the buffer, and says so when they are no records.
class cursor {
  public:
    /// A record that lies whole between the reader and the kernel.
    struct record {
        record_header header;
        /// How much of it stands in one piece here; the rest is at the buffer's start.
        std::size_t in_one_piece;
        std::byte const* start;
    };

    /// Of a CPU that has no buffer yet.
    explicit constexpr cursor(cpu_number cpu) noexcept : cpu_{cpu} {}
    cursor(cpu_number cpu, buffer_memory const& memory) noexcept : cpu_{cpu} { start(memory); }

    /// Begins to read a buffer, the first one or another; what was lost stays counted.
    void start(buffer_memory const& memory) noexcept {
        memory_ = memory;
        // The reader alone writes it.
        head_ = published_ = position_ = shm::load_relaxed(*memory.tail);
    }
    /// Has no buffer any more.
    void stop() noexcept {
        memory_ = {};
        head_ = published_ = position_ = 0;
    }

    /// False where there is no buffer.
    [[nodiscard]] explicit operator bool() const noexcept { return memory_.data != nullptr; }
    [[nodiscard]] cpu_number cpu() const noexcept { return cpu_; }
    /// How many bytes were seen and not read.
    [[nodiscard]] std::uint64_t unread() const noexcept { return head_ - position_; }
    /// How many records the kernel has said that it could not write, all in all.
    [[nodiscard]] std::uint64_t lost() const noexcept { return lost_; }
    /// How far the reader has read, and how far the kernel had written when it was last looked at.
    [[nodiscard]] std::uint64_t position() const noexcept { return position_; }
    [[nodiscard]] std::uint64_t seen() const noexcept { return head_; }
    [[nodiscard]] std::size_t size() const noexcept { return memory_.size; }

    /// Sees what the kernel has written so far; whether there is anything to read.
    bool look() noexcept {
        // Pairs with smp_wmb() before data_head is stored in perf_output_put_handle(): up to there records are whole.
        head_ = shm::load_acquire(*memory_.head);
        return head_ != position_;
    }

    /// Gives the kernel the room of all that was read.
    void publish() noexcept {
        if (published_ == position_) return; // an idle CPU's line stays where it is
        published_ = position_;
        // Pairs with READ_ONCE(data_tail) in __perf_output_begin(), on which the writes to that room depend.
        shm::store_release(*memory_.tail, position_);
    }

    /// The same where the kernel would soon wait for it.
    void publish_some() noexcept {
        if (position_ - published_ >= memory_.size / 8) publish();
    }

    void skip(std::size_t bytes) noexcept { position_ += bytes; }

    /// Everything is read.
    void skip_all() noexcept { position_ = head_; }

    /// The record that comes next, where `unread()` is not 0. What cannot be one makes all that is unread useless: it
    /// is skipped.
    [[nodiscard]] result<record> next() noexcept {
        auto const left = unread();
        auto found = left > memory_.size ? result<record>{refusal(errc::record_outside)} : at(position_, left);
        if (!found) head_ = position_ = head_ & ~std::uint64_t{7};
        return found;
    }

    /// The record that starts at a position and ends within `left` bytes, no more than there are.
    /// Errors: record_outside no record does
    [[nodiscard]] result<record> at(std::uint64_t position, std::uint64_t left) const noexcept {
        if (position % 8 != 0) return refusal(errc::record_outside);
        auto const offset = position & (memory_.size - 1);
        auto const* const start = memory_.data + offset;
        auto const header = detail::read_at<record_header>(start);
        if (header.size < sizeof(record_header) || header.size % 8 != 0) return refusal(errc::record_outside);
        if (header.size > left) return refusal(errc::record_outside);
        return record{header, memory_.size - offset, start};
    }

    /// What follows the header of a record, from `skipped` bytes on.
    void copy(record const& from, std::size_t skipped, std::span<std::byte> to) const noexcept {
        auto const offset = (static_cast<std::size_t>(from.start - memory_.data) + skipped) & (memory_.size - 1);
        auto const to_end = memory_.size - offset;
        auto const first = to.size() < to_end ? to.size() : to_end;
        std::memcpy(to.data(), memory_.data + offset, first);
        std::memcpy(to.data() + first, memory_.data, to.size() - first);
    }

    /// Whether what starts at a position, `left` bytes before the end, may be a record that goes on behind that.
    [[nodiscard]] bool is_cut_off(std::uint64_t position, std::uint64_t left) const noexcept {
        if (position % 8 != 0) return false;
        auto const size = detail::read_at<record_header>(memory_.data + (position & (memory_.size - 1))).size;
        return size > left;
    }

    /// Counts what a record of the type `lost` says.
    [[nodiscard]] result<perf_lost> count_lost(record const& lost) noexcept {
        if (lost.header.size < detail::lost_size) return refusal(errc::record_size_differs);
        std::uint64_t count = 0;
        copy(lost, detail::lost_size - sizeof count, std::as_writable_bytes(std::span{&count, 1}));
        lost_ += count;
        return perf_lost{cpu_, count};
    }

    [[nodiscard]] static error refusal(errc why) noexcept { return {why, command::read_memory}; }

  private:
    buffer_memory memory_;
    std::uint64_t position_ = 0;
    std::uint64_t published_ = 0;
    std::uint64_t head_ = 0;
    std::uint64_t lost_ = 0;
    cpu_number cpu_{};
};

} // namespace bpfxx::perf
