#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/perf/buffer.hpp>
#include <bpfxx/perf/copied.hpp>
#include <bpfxx/perf/record.hpp>
#include <bpfxx/result.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

namespace bpfxx {

namespace perf::detail {

struct lost_unheard {
    void operator()(perf_lost) const noexcept {}
};

/// What may be samples, one behind another: the first is one. Empty at the end of all.
struct stretch {
    std::byte const* first = nullptr;
    std::byte const* end = nullptr;
};

/// Reads samples of one type: as many in a row as may be, one that is in two pieces from a copy of it.
template <class Record>
class sample_reader {
  public:
    // Not set to zero first.
    sample_reader() noexcept {}

    using reference = std::conditional_t<alignof(Record) <= payload_offset % 8, Record const&, Record>;
    static constexpr std::size_t stride = sample_of<Record>::stride;

    /// How long the sample is that the loop stands on.
    struct extent {
        static constexpr std::size_t size = stride;
    };

    [[nodiscard]] static reference at(std::byte const* sample, extent) noexcept {
        auto const* const payload = sample + payload_offset;
        if constexpr (std::is_reference_v<reference>)
            return *reinterpret_cast<Record const*>(payload);
        else
            return copied<Record>(payload);
    }
    [[nodiscard]] static bool take(std::byte const* sample, std::byte const*, extent&) noexcept {
        return sample_of<Record>::is_at(sample);
    }
    [[nodiscard]] static constexpr extent first() noexcept { return {}; }

    [[nodiscard]] result<stretch> read(cursor& buffer, cursor::record const& found) noexcept {
        if (found.header.size != stride) return refused(buffer, found);
        auto const whole = found.in_one_piece < buffer.unread() ? found.in_one_piece : buffer.unread();
        if (whole < stride) {
            buffer.copy(found, 0, wrapped_);
            if (!sample_of<Record>::is_at(wrapped_)) return refused(buffer, found);
            return stretch{wrapped_, wrapped_ + stride};
        }
        if (!sample_of<Record>::is_at(found.start)) return refused(buffer, found);
        // Not all at once: the kernel gets room while a long stretch is read.
        auto const some = buffer.size() / 4 < whole ? buffer.size() / 4 : whole;
        return stretch{found.start, found.start + (some < stride ? stride : some / stride * stride)};
    }

  private:
    static error refused(cursor& buffer, cursor::record const& found) noexcept {
        buffer.skip(found.header.size);
        return cursor::refusal(errc::record_size_differs);
    }

    alignas(8) std::byte wrapped_[stride];
};

/// Reads samples of any size, one at a time; those that are in two pieces are put together in the caller's buffer.
template <>
class sample_reader<raw_bytes> {
  public:
    using reference = std::span<std::byte const>;

    explicit sample_reader(std::span<std::byte> room) noexcept : room_{room} {}

    struct extent {
        std::size_t size = 0;
        std::uint32_t payload = 0;
    };

    [[nodiscard]] static reference at(std::byte const* sample, extent const& here) noexcept {
        return {sample + payload_offset, here.payload};
    }

    // Whether a whole sample in one piece is next, as it nearly always is: `end` is where what is in one piece ends.
    [[nodiscard]] static bool take(std::byte const* sample, std::byte const* end, extent& here) noexcept {
        auto const left = static_cast<std::size_t>(end - sample);
        if (left < payload_offset) return false;
        auto const header = read_at<record_header>(sample);
        auto const payload = read_at<std::uint32_t>(sample + sizeof header);
        bool const whole = header.size >= payload_offset && header.size % 8 == 0 && header.size <= left;
        if (header.type != record_type::sample || !whole || payload > header.size - payload_offset) return false;
        here = {header.size, payload};
        return true;
    }
    [[nodiscard]] extent first() const noexcept { return first_; }

    // A sample that the caller has no room for stays where it is.
    [[nodiscard]] result<stretch> read(cursor& buffer, cursor::record const& found) noexcept {
        auto const whole = found.in_one_piece < buffer.unread() ? found.in_one_piece : buffer.unread();
        if (take(found.start, found.start + whole, first_)) {
            auto const some = buffer.size() / 4 < whole ? buffer.size() / 4 : whole;
            return stretch{found.start, found.start + (some < first_.size ? first_.size : some)};
        }
        first_.size = found.header.size;
        std::uint32_t payload = 0;
        buffer.copy(found, sizeof(record_header), std::as_writable_bytes(std::span{&payload, 1}));
        if (first_.size < payload_offset || payload > first_.size - payload_offset) {
            buffer.skip(first_.size);
            return cursor::refusal(errc::record_size_differs);
        }
        if (first_.size > room_.size()) return cursor::refusal(errc::buffer_too_small);
        buffer.copy(found, 0, room_.first(first_.size));
        first_.payload = payload;
        return stretch{room_.data(), room_.data() + first_.size};
    }

  private:
    std::span<std::byte> room_;
    extent first_{};
};

} // namespace perf::detail

/// What programs have written to the buffers of perf events, buffer after buffer, for range-for. It stays where it was
/// made and is walked once, and gives the kernel the room back as it goes and in the end. Where the loop is left early, the
/// record that it stands on is read, and the next walk goes on behind it.
///
/// A failure ends the loop: with a place to put it, `drain(outcome)`, it is found there afterwards; without one it is
/// treated as `.value()` treats it. What failed is skipped, so that the next walk goes on behind that, too.
template <class Record, class OnLost = perf::detail::lost_unheard>
class [[nodiscard]] perf_range {
    using reader = perf::detail::sample_reader<Record>;

  public:
    /// What one record is given as: bytes; a reference into the buffer; for types whose alignment is more than four bytes,
    /// which the kernel does not give, a copy.
    using reference = typename reader::reference;

    struct sentinel {};

    // Stands in the buffer by itself, so that it lives in registers, and tells in the end how far it came.
    class iterator {
      public:
        using value_type = std::remove_cvref_t<reference>;
        using difference_type = std::ptrdiff_t;

        explicit iterator(perf_range& range) : range_{&range} { load(); }
        iterator(iterator&& other) noexcept
            : range_{std::exchange(other.range_, nullptr)}, at_{other.at_}, end_{other.end_}, here_{other.here_} {}
        iterator& operator=(iterator&& other) noexcept {
            iterator moved{std::move(other)};
            std::swap(range_, moved.range_);
            std::swap(at_, moved.at_);
            std::swap(end_, moved.end_);
            std::swap(here_, moved.here_);
            return *this;
        }
        ~iterator() {
            if (range_ != nullptr && at_ != end_) range_->leave(at_ + here_.size);
        }

        [[nodiscard]] reference operator*() const noexcept { return reader::at(at_, here_); }
        iterator& operator++() {
            at_ += here_.size;
            if (at_ != end_ && reader::take(at_, end_, here_)) [[likely]]
                return *this;
            range_->read_up_to(at_);
            load();
            return *this;
        }
        void operator++(int) { ++*this; }
        [[nodiscard]] bool operator==(sentinel) const noexcept { return at_ == end_; }

      private:
        // Inlined, so that the iterator's address goes nowhere.
        [[gnu::always_inline]] void load() {
            auto const next = range_->load();
            at_ = next.first;
            end_ = next.end;
            here_ = range_->reader_.first();
        }

        perf_range* range_;
        std::byte const* at_ = nullptr;
        std::byte const* end_ = nullptr;
        [[no_unique_address]] typename reader::extent here_{};
    };

    template <class... Room>
    perf_range(std::span<perf::cursor> buffers, OnLost on_lost, result<void>* outcome, Room... room) noexcept
        : reader_{room...}, buffers_{buffers}, on_lost_{on_lost}, outcome_{outcome} {}
    perf_range(perf_range const&) = delete;
    perf_range& operator=(perf_range const&) = delete;

    [[nodiscard]] iterator begin() {
        if (outcome_ != nullptr) *outcome_ = outcome::success();
        return iterator{*this};
    }
    [[nodiscard]] static sentinel end() noexcept { return {}; }

    /// The CPU whose record the loop stands on.
    [[nodiscard]] cpu_number cpu() const noexcept { return buffers_[index_].cpu(); }

  private:
    void read_up_to(std::byte const* end) noexcept { buffers_[index_].skip(static_cast<std::size_t>(end - first_)); }
    void leave(std::byte const* end) noexcept {
        read_up_to(end);
        buffers_[index_].publish();
    }

    perf::detail::stretch load() {
        auto const next = find();
        if (!next) {
            if (outcome_ == nullptr) detail::on_no_value::fail(next.error());
            *outcome_ = next.error();
            return {};
        }
        first_ = next->first;
        return *next;
    }

    result<perf::detail::stretch> find() {
        for (; index_ != buffers_.size(); ++index_, looked_ = false) {
            auto& buffer = buffers_[index_];
            if (!buffer) continue;
            if (!std::exchange(looked_, true)) buffer.look();
            auto const next = find_in(buffer);
            if (!next || next->first == nullptr)
                buffer.publish();
            else
                buffer.publish_some();
            if (!next || next->first != nullptr) return next;
        }
        return perf::detail::stretch{};
    }

    result<perf::detail::stretch> find_in(perf::cursor& buffer) {
        while (buffer.unread() != 0) {
            auto const found = buffer.next();
            if (!found) return found.error();
            if (found->header.type == perf::record_type::sample) return reader_.read(buffer, *found);
            if (found->header.type != perf::record_type::lost) {
                buffer.skip(found->header.size);
                return perf::cursor::refusal(errc::unknown_record);
            }
            auto const lost = buffer.count_lost(*found);
            buffer.skip(found->header.size);
            if (!lost) return lost.error();
            on_lost_(*lost);
        }
        return perf::detail::stretch{};
    }

    reader reader_;
    std::span<perf::cursor> buffers_;
    OnLost on_lost_;
    result<void>* outcome_;
    std::size_t index_ = 0;
    std::byte const* first_ = nullptr;
    bool looked_ = false;
};

} // namespace bpfxx
