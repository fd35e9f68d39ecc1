#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/map/batch.hpp>
#include <bpfxx/map/element.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

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

/// Walks a map through buffers of its own or the caller's: batch after batch, or, where the kernel or the type of map
/// has no batch lookup, key after key.
template <class Key, class Value>
class map_walk {
  public:
    map_walk(fd_ref<kind::map> map, std::uint32_t max_entries, std::span<Key> keys, std::span<Value> values) noexcept
        : map_{map}, max_entries_{max_entries}, keys_{keys}, values_{values} {}

    /// Moves to the next entry; false at the end.
    [[nodiscard]] result<bool> advance() noexcept {
        if (++index_ < count_) [[likely]]
            return true;
        return by_key_ ? advance_by_key() : advance_by_batch();
    }

    [[nodiscard]] Key const& key() const noexcept { return keys_[index_]; }
    [[nodiscard]] Value const& value() const noexcept { return values_[index_]; }

  private:
    result<bool> advance_by_batch() noexcept {
        index_ = 0;
        count_ = 0;
        while (!last_) {
            auto const step = batch_reader::read<sys::attr::map_lookup_batch>(map_, cursor_, keys_, values_);
            if (!step) return failed(step.error());
            // The kernel never succeeds without an entry: it says ENOSPC or ENOENT instead. Going on would never end.
            if (step->count == 0 && !step->last) return error{errc::malformed_answer, command::map_lookup_batch};
            any_batch_ = true;
            last_ = step->last;
            count_ = step->count;
            if (count_ != 0) return true;
        }
        return false;
    }

    result<bool> failed(error failure) noexcept {
        bool const no_batch = failure.code == errc::einval || failure.code == errc::enotsupp;
        if (any_batch_ || !no_batch || keys_.empty()) return failure;
        by_key_ = true;
        return advance_by_key();
    }

    // The key that the walk stands on may be deleted meanwhile; the kernel then starts again from the first key. So the
    // number of entries is bounded by what the map can hold.
    result<bool> advance_by_key() noexcept {
        index_ = 0;
        count_ = 0;
        for (;;) {
            auto more = next_key<Key>(map_, steps_ == 0 ? nullptr : &keys_[0], &keys_[0]);
            if (!more || !*more) return more;
            if (steps_++ == max_entries_) return error{errc::walk_bound_reached, command::map_get_next_key};
            auto found = lookup_into(map_, &keys_[0], &values_[0], element_flags::any);
            if (!found) return found;
            if (!*found) continue;
            count_ = 1;
            return true;
        }
    }

    fd_ref<kind::map> map_;
    std::uint32_t max_entries_;
    std::span<Key> keys_;
    std::span<Value> values_;
    batch_cursor<Key> cursor_;
    std::uint32_t index_ = 0;
    std::uint32_t count_ = 0;
    std::uint32_t steps_ = 0;
    bool any_batch_ = false;
    bool last_ = false;
    bool by_key_ = false;
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

template <class Key, class Value>
struct caller_buffer {
    [[nodiscard]] std::span<Key> keys() noexcept { return keys_; }
    [[nodiscard]] std::span<Value> values() noexcept { return values_; }

    std::span<Key> keys_;
    std::span<Value> values_;
};

struct project_entry {
    template <class Key, class Value>
    static entry<Key, Value> of(map_walk<Key, Value> const& walk) noexcept {
        return {walk.key(), walk.value()};
    }
};

struct project_key {
    template <class Key, class Value>
    static Key const& of(map_walk<Key, Value> const& walk) noexcept {
        return walk.key();
    }
};

} // namespace detail

/// A single walk over a map for range-for. It stays where it was made and is walked once.
///
/// A failure of the kernel ends the loop: with a place to put it, `entries(outcome)`, it is found there afterwards;
/// without one it is treated as `.value()` treats it.
template <class Key, class Value, class Buffer, class Projection>
class [[nodiscard]] walk_range {
  public:
    struct sentinel {};

    class iterator {
      public:
        explicit iterator(walk_range& range) noexcept : range_{&range} {}

        [[nodiscard]] decltype(auto) operator*() const noexcept { return Projection::of(range_->walk_); }
        iterator& operator++() {
            range_->advance();
            return *this;
        }
        void operator++(int) { range_->advance(); }
        [[nodiscard]] bool operator==(sentinel) const noexcept { return range_->ended_; }

      private:
        walk_range* range_;
    };

    template <class... Given>
    walk_range(fd_ref<kind::map> map, std::uint32_t max_entries, result<void>* outcome, Given... given) noexcept
        : buffer_{given...}, walk_{map, max_entries, buffer_.keys(), buffer_.values()}, outcome_{outcome} {}
    walk_range(walk_range const&) = delete;
    walk_range& operator=(walk_range const&) = delete;

    [[nodiscard]] iterator begin() {
        if (outcome_ != nullptr) *outcome_ = outcome::success();
        advance();
        return iterator{*this};
    }
    [[nodiscard]] static sentinel end() noexcept { return {}; }

  private:
    void advance() {
        auto const more = walk_.advance();
        ended_ = !more || !*more;
        if (more) [[likely]]
            return;
        if (outcome_ == nullptr) detail::on_no_value::fail(more.error());
        *outcome_ = more.error();
    }

    Buffer buffer_;
    detail::map_walk<Key, Value> walk_;
    result<void>* outcome_;
    bool ended_ = false;
};

namespace detail {

/// The walk of `for_each`: `visit` is called with key and value, and may answer false to stop.
template <class Key, class Value, class Visitor>
[[nodiscard]] result<void> visit_all(map_walk<Key, Value>& walk, Visitor& visit) {
    for (;;) {
        auto const more = walk.advance();
        if (!more) return more.error();
        if (!*more) return outcome::success();
        if constexpr (std::is_void_v<std::invoke_result_t<Visitor&, Key const&, Value const&>>) {
            visit(walk.key(), walk.value());
        } else {
            if (!visit(walk.key(), walk.value())) return outcome::success();
        }
    }
}

} // namespace detail

} // namespace bpfxx
