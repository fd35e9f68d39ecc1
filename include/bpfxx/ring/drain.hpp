#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/result.hpp>
#include <bpfxx/ring/cursor.hpp>
#include <bpfxx/ring/record_form.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace bpfxx::ring {

/// The records that were in a ring when the loop began, for range-for; up to the first that is still being written. Each
/// is good until the loop moves on, and counts as read once the loop had it. Stays where it was made and is walked once.
///
/// What is wrong with a record ends the loop in front of it: with a place to put it, `drain(outcome)`, it is found there
/// afterwards; without one it is treated as `.value()` treats it.
template <class Record, class Wakes>
class [[nodiscard]] drained {
    using form = record_form<Record>;
    static constexpr bool holds = std::is_same_v<Wakes, at_intervals>;
    // Of records of one length the next place is known before this one's header is read.
    static constexpr bool strides = form::length != 0;
    static constexpr std::size_t stride = record_size(form::length);

  public:
    struct sentinel {};

    // Moves through the ring by itself, so that it lives in registers, and says in the end how far it came.
    class iterator {
      public:
        using reference = typename form::reference;

        [[gnu::always_inline]] explicit iterator(drained& range)
            : range_{&range}, at_{range.from_->front()}, start_{at_} {
            position ahead = 0;
            if (range.from_->has_ahead(ahead)) {
                end_ = at_ + ahead;
                settle();
            } else {
                range.fail(errc::record_outside);
            }
        }
        iterator(iterator const&) = delete;
        iterator& operator=(iterator const&) = delete;
        [[gnu::always_inline]] ~iterator() {
            if (stop_ != at_) step(); // left by break: the record was seen
            give_back();
        }

        [[nodiscard]] reference operator*() const noexcept { return form::view(at_ + sizeof(header), length_); }

        [[gnu::always_inline]] iterator& operator++() {
            step();
            if constexpr (strides) {
                if (at_ != stop_ && cursor::length_at(at_) == form::length) [[likely]]
                    return *this;
            }
            settle();
            return *this;
        }
        void operator++(int) { ++*this; }
        [[nodiscard]] bool operator==(sentinel) const noexcept { return at_ == stop_; }

      private:
        void step() noexcept {
            if constexpr (holds) last_ = at_;
            at_ += strides ? stride : record_size(length_);
        }

        // Finds the next record from here on, whatever stands between; where there is none, `stop_` is here. Inlined, so
        // that the iterator's address goes nowhere.
        [[gnu::always_inline]] void settle() {
            for (;;) {
                if (static_cast<std::size_t>(at_ - start_) >= range_->from_->most_unpublished()) give_back();
                stop_ = at_;
                if (at_ == end_) return;
                std::uint32_t const found = cursor::length_at(at_);
                if ((found & busy_bit) != 0) return;
                std::uint32_t const length = found & length_mask;
                position const size = record_size(length);
                if (size > static_cast<position>(end_ - at_)) return range_->fail(errc::record_outside);
                if ((found & discard_bit) == 0) return accept(length);
                if constexpr (holds) last_ = at_;
                at_ += size;
            }
        }

        [[gnu::always_inline]] void accept(std::uint32_t length) {
            errc const problem = form::refusal(at_ + sizeof(header), length);
            if (problem != errc{}) return range_->fail(problem);
            length_ = length;
            stop_ = at_ + room();
        }

        // How far records of one length can go on before there is something to do: to the end, or until what was read
        // should be published.
        [[nodiscard]] std::size_t room() const noexcept {
            if constexpr (!strides) return 1;
            auto const left = static_cast<std::size_t>(end_ - at_);
            auto const unpublished = static_cast<std::size_t>(range_->from_->most_unpublished());
            std::size_t const most = left < unpublished ? left : unpublished;
            return most < stride ? stride : most / stride * stride;
        }

        [[gnu::always_inline]] void give_back() noexcept {
            if (at_ == start_) return;
            position held = 0;
            if constexpr (holds) held = static_cast<position>(at_ - last_);
            range_->from_->advance(static_cast<std::size_t>(at_ - start_));
            range_->from_->publish(held);
            start_ = at_;
        }

        drained* range_;
        std::byte const* at_;
        std::byte const* stop_ = at_;
        std::byte const* end_ = at_;
        std::byte const* start_;
        std::byte const* last_ = nullptr;
        std::uint32_t length_ = form::length;
    };

    drained(cursor& from, result<void>* outcome) noexcept : from_{&from}, outcome_{outcome} {}
    drained(drained const&) = delete;
    drained& operator=(drained const&) = delete;

    [[nodiscard, gnu::always_inline]] iterator begin() {
        if (outcome_ != nullptr) *outcome_ = outcome::success();
        return iterator{*this};
    }
    [[nodiscard]] static sentinel end() noexcept { return {}; }

  private:
    void fail(errc problem) {
        error const failure{problem, command::read_memory};
        if (outcome_ == nullptr) bpfxx::detail::on_no_value::fail(failure);
        *outcome_ = failure;
    }

    cursor* from_;
    result<void>* outcome_;
};

} // namespace bpfxx::ring
