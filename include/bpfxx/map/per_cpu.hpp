#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/bytes.hpp>
#include <bpfxx/cpu.hpp>
#include <bpfxx/result.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

// Buffers for the values of all possible processors. The kernel writes `round_up(value_size, 8)` bytes for each of
// them, whatever the map's info says: a view that can be lent to it is only made where there is room for all.
namespace bpfxx {

/// One processor's value in a buffer, at the kernel's stride of a multiple of 8 bytes.
template <class T>
struct alignas(alignof(T) < 8 ? 8 : alignof(T)) per_cpu_slot {
    static_assert(plain_bytes<T>, "a map value is copied byte for byte: make it a trivially copyable, standard layout "
                                  "type without pointers");
    static_assert(alignof(T) <= 8, "the kernel places per-CPU values at multiples of 8 bytes: a type that is aligned "
                                   "more strictly cannot be one");
    static constexpr std::size_t stride = (sizeof(T) + 7) / 8 * 8;

    T value;
};

template <class T>
class per_cpu_rows;

namespace detail {

template <class T>
using per_cpu_slot_of =
    std::conditional_t<std::is_const_v<T>, per_cpu_slot<std::remove_const_t<T>> const, per_cpu_slot<T>>;

/// Wide enough for the sum over all processors.
template <class T>
using per_cpu_sum = std::conditional_t<std::is_floating_point_v<T>, double,
                                       std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>>;

// Signed sums wrap like unsigned ones, since programs write the values.
template <class Sum>
constexpr Sum wrapping_sum(Sum left, Sum right) noexcept {
    if constexpr (std::is_floating_point_v<Sum>)
        return left + right;
    else
        return static_cast<Sum>(static_cast<std::uint64_t>(left) + static_cast<std::uint64_t>(right));
}

} // namespace detail

/// The values of one element, one for each possible processor in ascending order, in a buffer of the caller's. The
/// value at an index belongs to `possible_cpus::number(index)`.
template <class T>
class per_cpu_values {
    using plain = std::remove_const_t<T>;

  public:
    using value_type = plain;
    /// What the buffer is made of.
    using slot = detail::per_cpu_slot_of<T>;

    class iterator {
      public:
        using value_type = plain;
        using difference_type = std::ptrdiff_t;

        constexpr iterator() noexcept = default;

        [[nodiscard]] constexpr T& operator*() const noexcept { return at_->value; }
        [[nodiscard]] constexpr T* operator->() const noexcept { return &at_->value; }
        constexpr iterator& operator++() noexcept {
            ++at_;
            return *this;
        }
        constexpr iterator operator++(int) noexcept {
            auto const before = *this;
            ++at_;
            return before;
        }
        friend constexpr bool operator==(iterator, iterator) noexcept = default;

      private:
        friend class per_cpu_values;
        explicit constexpr iterator(slot* first_slot) noexcept : at_{first_slot} {}

        slot* at_ = nullptr;
    };

    /// The first slots of a buffer, which outlives this view.
    /// Errors: buffer_too_small there are more possible processors than slots
    /// Costs: no system call
    [[nodiscard]] static constexpr result<per_cpu_values> over(std::span<slot> slots,
                                                               possible_cpus const& cpus) noexcept {
        if (slots.size() < cpus.count()) return error{errc::buffer_too_small, command::map_lookup_elem};
        return per_cpu_values{slots.data(), cpus.count()};
    }
    static void over(auto&&) = delete; // only the machine says how many values there are: give possible_cpus too

    /// What is written through one view is read through another.
    template <class Other>
        requires std::is_same_v<Other const, T>
    constexpr per_cpu_values(per_cpu_values<Other> const& other) noexcept
        : slots_{other.data()}, count_{other.size()} {}

    [[nodiscard]] constexpr std::uint32_t size() const noexcept { return count_; }
    /// The value at an index below `size()`.
    [[nodiscard]] constexpr T& operator[](std::size_t index) const noexcept { return slots_[index].value; }
    [[nodiscard]] constexpr iterator begin() const noexcept { return iterator{slots_}; }
    [[nodiscard]] constexpr iterator end() const noexcept { return iterator{slots_ + count_}; }
    [[nodiscard]] constexpr slot* data() const noexcept { return slots_; }

    /// Sets the value of every processor.
    constexpr void fill(plain const& value_of_each) const noexcept
        requires(!std::is_const_v<T>)
    {
        for (auto& value : *this) value = value_of_each;
    }

    /// `combine(combine(start, first), second)` and so on.
    template <class Sum, class Combine>
    [[nodiscard]] constexpr Sum fold(Sum start, Combine&& combine) const {
        for (auto const& value : *this) start = combine(start, value);
        return start;
    }

    /// The sum of numbers, in 64 bits.
    [[nodiscard]] constexpr auto sum() const noexcept
        requires std::is_arithmetic_v<plain>
    {
        using total = detail::per_cpu_sum<plain>;
        return fold(total{},
                    [](total so_far, plain each) { return detail::wrapping_sum(so_far, static_cast<total>(each)); });
    }
    void sum() const // these values are no numbers: sum a member, sum(&stats::packets), or fold
        requires(!std::is_arithmetic_v<plain>)
    = delete;

    /// The sum of one member, `sum(&stats::packets)`, in 64 bits.
    template <class Number, class Owner>
        requires(std::is_arithmetic_v<Number> && std::is_base_of_v<Owner, plain>)
    [[nodiscard]] constexpr auto sum(Number Owner::* member) const noexcept {
        using total = detail::per_cpu_sum<Number>;
        return fold(total{}, [member](total so_far, plain const& each) {
            return detail::wrapping_sum(so_far, static_cast<total>(each.*member));
        });
    }

  private:
    template <class>
    friend class per_cpu_rows;

    constexpr per_cpu_values(slot* first_slot, std::uint32_t cpu_count) noexcept
        : slots_{first_slot}, count_{cpu_count} {
        static_assert(sizeof(slot) == slot::stride, "this compiler lays slots out as the kernel does not");
    }

    slot* slots_;
    std::uint32_t count_;
};

/// The values of many elements, a row for each, in a buffer of the caller's: for batches and walks.
template <class T>
class per_cpu_rows {
  public:
    using slot = detail::per_cpu_slot_of<T>;

    /// Stands at a row; what it gives is a `per_cpu_values`, not a reference to one.
    class iterator {
      public:
        using value_type = per_cpu_values<T>;
        using difference_type = std::ptrdiff_t;

        constexpr iterator() noexcept = default;

        [[nodiscard]] constexpr per_cpu_values<T> operator*() const noexcept { return {at_, count_}; }
        [[nodiscard]] constexpr per_cpu_values<T> operator[](std::size_t row) const noexcept {
            return {at_ + row * count_, count_};
        }
        constexpr iterator& operator++() noexcept {
            at_ += count_;
            return *this;
        }
        constexpr iterator operator++(int) noexcept {
            auto const before = *this;
            at_ += count_;
            return before;
        }
        friend constexpr bool operator==(iterator, iterator) noexcept = default;

      private:
        friend class per_cpu_rows;
        constexpr iterator(slot* first_slot, std::uint32_t cpu_count) noexcept : at_{first_slot}, count_{cpu_count} {}

        slot* at_ = nullptr;
        std::uint32_t count_ = 0;
    };

    /// As many whole rows as a buffer has room for; it outlives this view.
    /// Errors: buffer_too_small not even one row fits
    /// Costs: no system call
    [[nodiscard]] static constexpr result<per_cpu_rows> over(std::span<slot> slots,
                                                             possible_cpus const& cpus) noexcept {
        if (slots.size() < cpus.count()) return error{errc::buffer_too_small, command::map_lookup_batch};
        return per_cpu_rows{slots.data(), slots.size() / cpus.count(), cpus.count()};
    }
    static void over(auto&&) = delete; // only the machine says how long a row is: give possible_cpus too

    template <class Other>
        requires std::is_same_v<Other const, T>
    constexpr per_cpu_rows(per_cpu_rows<Other> const& other) noexcept
        : slots_{other.slots_}, rows_{other.rows_}, count_{other.count_} {}

    /// The number of rows.
    [[nodiscard]] constexpr std::size_t size() const noexcept { return rows_; }
    /// The row at an index below `size()`.
    [[nodiscard]] constexpr per_cpu_values<T> operator[](std::size_t row) const noexcept { return data()[row]; }
    [[nodiscard]] constexpr iterator data() const noexcept { return {slots_, count_}; }
    [[nodiscard]] constexpr iterator begin() const noexcept { return data(); }
    [[nodiscard]] constexpr iterator end() const noexcept { return {slots_ + rows_ * count_, count_}; }

    /// The first `most` rows, or all where there are fewer.
    [[nodiscard]] constexpr per_cpu_rows first(std::size_t most) const noexcept {
        return {slots_, most < rows_ ? most : rows_, count_};
    }

    /// Where the kernel reads or writes the values of a batch; asked for by `detail::batch_reader`.
    [[nodiscard]] friend constexpr slot* raw_values(per_cpu_rows rows) noexcept { return rows.slots_; }

  private:
    template <class>
    friend class per_cpu_rows;

    constexpr per_cpu_rows(slot* first_slot, std::size_t row_count, std::uint32_t cpu_count) noexcept
        : slots_{first_slot}, rows_{row_count}, count_{cpu_count} {}

    slot* slots_;
    std::size_t rows_;
    std::uint32_t count_;
};

/// A buffer of `Slots` values, zero at first, that needs no heap: on the stack or in an object. It stays where it is,
/// since views point into it.
template <class T, std::size_t Slots>
class per_cpu_buffer {
    using slot = per_cpu_slot<T>;

  public:
    per_cpu_buffer() noexcept = default;
    per_cpu_buffer(per_cpu_buffer const&) = delete;
    per_cpu_buffer& operator=(per_cpu_buffer const&) = delete;

    [[nodiscard]] std::span<slot> slots() & noexcept { return {reinterpret_cast<slot*>(bytes_), Slots}; }

    /// Room for one element.
    /// Errors: buffer_too_small there are more than `Slots` possible processors
    [[nodiscard]] result<per_cpu_values<T>> values(possible_cpus const& cpus) & noexcept {
        return per_cpu_values<T>::over(slots(), cpus);
    }
    void values(possible_cpus const&) && = delete; // these values go with a temporary: name the buffer

    /// Room for as many elements as fit.
    /// Errors: buffer_too_small there are more than `Slots` possible processors
    [[nodiscard]] result<per_cpu_rows<T>> rows(possible_cpus const& cpus) & noexcept {
        return per_cpu_rows<T>::over(slots(), cpus);
    }
    void rows(possible_cpus const&) && = delete; // these rows go with a temporary: name the buffer

  private:
    alignas(slot) std::byte bytes_[sizeof(slot) * Slots]{};
};

} // namespace bpfxx
