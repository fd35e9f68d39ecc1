#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/map/batch.hpp>
#include <bpfxx/map/element.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

namespace bpfxx {

/// One element of a map during a walk; both references are good until the walk moves on.
template <class Key, class Value>
struct entry {
    Key const& key;
    Value const& value;
};

/// How many entries a walk reads with one system call, into a buffer inside the range: 16 KiB, but at least 16 entries.
template <class Key, class Value>
inline constexpr std::size_t default_batch = (16 * 1024) / (sizeof(Key) + sizeof(Value)) > 16
                                                 ? (16 * 1024) / (sizeof(Key) + sizeof(Value))
                                                 : 16;

/// Whether that buffer may stand on the stack; for larger elements the caller gives one.
template <class Key, class Value>
inline constexpr bool batch_fits_stack = default_batch<Key, Value> * (sizeof(Key) + sizeof(Value)) <= 256 * 1024;

namespace detail {

/// How a walk goes, which follows from the map's facts.
struct walk_rules {
    /// The type has BPF_MAP_LOOKUP_BATCH; a kernel may lack it all the same.
    bool by_batch;
    /// The batch command's cursor is a key too, so that the walk may start again and has to be bounded.
    bool bounded;
    /// BPF_MAP_LOOKUP_AND_DELETE_BATCH: what is read is removed.
    bool takes = false;
};

/// Walks a map through buffers of its own or the caller's: batch after batch, or, where the kernel or the type of map
/// has no batch lookup, key after key. `Values` is a span, or rows of per-CPU values.
template <class Key, class Values, walk_rules Rules>
class map_walk {
    using read_batch =
        std::conditional_t<Rules.takes, sys::attr::map_lookup_and_delete_batch, sys::attr::map_lookup_batch>;

  public:
    map_walk(fd_ref<kind::map> walked, std::uint32_t bound, std::span<Key> keys, Values rows) noexcept
        : map_{walked}, max_entries_{bound}, keys_{keys}, values_{rows} {}

    /// Reads the next entries into the buffers: how many, 0 at the end.
    [[nodiscard]] result<std::uint32_t> advance() noexcept { return by_key_ ? advance_by_key() : advance_by_batch(); }

    [[nodiscard]] Key const* keys() const noexcept { return keys_.data(); }
    [[nodiscard]] auto values() const noexcept { return values_.data(); }

  private:
    result<std::uint32_t> advance_by_batch() noexcept {
        if (last_) return 0U;
        if (keys_.empty()) return error{errc::enospc, read_batch::during};
        auto const step = batch_reader::read<read_batch>(map_, cursor_, keys_, values_);
        if (!step) return failed(step.error());
        // The kernel never succeeds without an entry: it says ENOSPC or ENOENT instead. Going on would never end.
        if (step->count == 0 && !step->last) return error{errc::malformed_answer, read_batch::during};
        any_batch_ = true;
        last_ = step->last;
        if constexpr (Rules.bounded) {
            if (step->count > max_entries_ - steps_) return error{errc::walk_bound_reached, read_batch::during};
            steps_ += step->count;
        }
        return step->count;
    }

    // A walk that takes cannot go by key: what is updated between a lookup and its erase would be lost.
    result<std::uint32_t> failed(error failure) noexcept {
        bool const no_batch = failure.code == errc::einval || failure.code == errc::enotsupp;
        if (Rules.takes || any_batch_ || !no_batch) return failure;
        by_key_ = true;
        return advance_by_key();
    }

    // The key that the walk stands on may be deleted meanwhile; the kernel then starts again from the first key. So the
    // number of entries is bounded by what the map can hold.
    result<std::uint32_t> advance_by_key() noexcept {
        if (keys_.empty() || values_.size() == 0) return error{errc::enospc, command::map_get_next_key};
        for (;;) {
            auto const more = next_key<Key>(map_, steps_ == 0 ? nullptr : &keys_[0], &keys_[0]);
            if (!more) return more.error();
            if (!*more) return 0U;
            if (steps_++ == max_entries_) return error{errc::walk_bound_reached, command::map_get_next_key};
            auto const found = lookup_into(map_, &keys_[0], raw_values(values_), element_flags::any);
            if (!found) return found.error();
            if (*found) return 1U;
        }
    }

    fd_ref<kind::map> map_;
    std::uint32_t max_entries_;
    std::span<Key> keys_;
    Values values_;
    batch_cursor<Key> cursor_;
    std::uint32_t steps_ = 0;
    bool any_batch_ = false;
    bool last_ = false;
    bool by_key_ = !Rules.by_batch;
};

template <class Key, class Value, std::size_t Capacity>
struct walk_buffer {
    walk_buffer() noexcept {}

    [[nodiscard]] std::span<Key> keys() noexcept { return {reinterpret_cast<Key*>(keys_), Capacity}; }
    [[nodiscard]] std::span<Value> values() noexcept { return {reinterpret_cast<Value*>(values_), Capacity}; }

  private:
    alignas(Key) std::byte keys_[Capacity * sizeof(Key)];
    alignas(Value) std::byte values_[Capacity * sizeof(Value)];
};

template <class Key, class Values>
struct caller_buffer {
    [[nodiscard]] std::span<Key> keys() noexcept { return keys_; }
    [[nodiscard]] Values values() noexcept { return values_; }

    std::span<Key> keys_;
    Values values_;
};

struct project_entry {
    template <class Key, class Value>
    static entry<Key, Value> of(Key const* key, Value const* value) noexcept {
        return {*key, *value};
    }
};

struct project_key {
    template <class Key>
    static Key const& of(Key const* key, auto) noexcept {
        return *key;
    }
};

} // namespace detail

/// A single walk over a map for range-for. It stays where it was made and is walked once.
///
/// A failure of the kernel ends the loop: with a place to put it, `entries(outcome)`, it is found there afterwards;
/// without one it is treated as `.value()` treats it.
template <class Walk, class Buffer, class Projection>
class [[nodiscard]] walk_range {
    using key_pointer = decltype(std::declval<Walk&>().keys());
    using value_pointer = decltype(std::declval<Walk&>().values());

  public:
    struct sentinel {};

    // Stands in the buffer by itself, so that it lives in registers from one system call to the next.
    class iterator {
      public:
        explicit iterator(walk_range& range) : range_{&range} { load(); }

        [[nodiscard]] decltype(auto) operator*() const noexcept { return Projection::of(key_, value_); }
        iterator& operator++() {
            ++key_;
            ++value_;
            if (key_ == end_) [[unlikely]]
                load();
            return *this;
        }
        void operator++(int) { ++*this; }
        [[nodiscard]] bool operator==(sentinel) const noexcept { return key_ == end_; }

      private:
        // Inlined, so that the iterator's address goes nowhere.
        [[gnu::always_inline]] void load() {
            std::uint32_t const count = range_->advance();
            key_ = range_->walk_.keys();
            value_ = range_->walk_.values();
            end_ = key_ + count;
        }

        walk_range* range_;
        key_pointer key_{};
        value_pointer value_{};
        key_pointer end_{};
    };

    template <class... Given>
    walk_range(fd_ref<kind::map> walked, std::uint32_t bound, result<void>* outcome, Given... given) noexcept
        : buffer_{given...}, walk_{walked, bound, buffer_.keys(), buffer_.values()}, outcome_{outcome} {}
    walk_range(walk_range const&) = delete;
    walk_range& operator=(walk_range const&) = delete;

    [[nodiscard]] iterator begin() {
        if (outcome_ != nullptr) *outcome_ = outcome::success();
        return iterator{*this};
    }
    [[nodiscard]] static sentinel end() noexcept { return {}; }

  private:
    std::uint32_t advance() {
        auto const count = walk_.advance();
        if (count) [[likely]]
            return *count;
        if (outcome_ == nullptr) detail::on_no_value::fail(count.error());
        *outcome_ = count.error();
        return 0;
    }

    Buffer buffer_;
    Walk walk_;
    result<void>* outcome_;
};

namespace detail {

/// The walk of `for_each`: `visit` is called with key and value, and may answer false to stop.
template <class Walk, class Visitor>
[[nodiscard]] result<void> visit_all(Walk& walk, Visitor& visit) {
    constexpr bool may_stop = !std::is_void_v<decltype(visit(*walk.keys(), *walk.values()))>;
    for (;;) {
        auto const count = walk.advance();
        if (!count) return count.error();
        if (*count == 0) return outcome::success();
        auto const keys = walk.keys();
        auto const values = walk.values();
        for (std::uint32_t i = 0, end = *count; i < end; ++i) {
            if constexpr (may_stop) {
                if (!visit(keys[i], values[i])) return outcome::success();
            } else {
                visit(keys[i], values[i]);
            }
        }
    }
}

} // namespace detail

} // namespace bpfxx
