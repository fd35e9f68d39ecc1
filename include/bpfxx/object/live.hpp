#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/object/literal.hpp>
#include <bpfxx/object/record.hpp>

#include <array>
#include <cstddef>
#include <cstring>
#include <type_traits>
#include <utility>

namespace bpfxx::object {

namespace detail {

template <class T>
inline constexpr bool is_array = false;
template <class T, std::size_t Count>
inline constexpr bool is_array<std::array<T, Count>> = true;

/// What processors read and write in one piece.
template <class T>
concept single_number = (std::is_arithmetic_v<T> || std::is_enum_v<T>) && sizeof(T) <= sizeof(void*);

} // namespace detail

/// A variable of a loaded object where it lies in memory that its programs use at the same time. Numbers are read and
/// written in one piece; anything larger may be seen half written. The object must outlive it.
/// Costs: no system call
template <class T, bool Writable>
class live {
    using byte_type = std::conditional_t<Writable, std::byte, std::byte const>;

  public:
    using value_type = T;

    /// For memory that holds such a variable.
    explicit live(byte_type* place) noexcept : place_{place} {}

    /// What it is now.
    /// Races: a relaxed load of a number, which says nothing about other variables
    [[nodiscard]] T load() const noexcept {
        T value;
        if constexpr (detail::single_number<T>)
            __atomic_load(pointer(), &value, __ATOMIC_RELAXED);
        else
            std::memcpy(&value, place_, sizeof value);
        return value;
    }
    [[nodiscard]] operator T() const noexcept { return load(); }

    /// Gives it another value.
    /// Races: a relaxed store of a number
    void store(T const& value) const noexcept
        requires Writable
    {
        if constexpr (detail::single_number<T>) {
            T stored = value; // clang takes no pointer to const
            __atomic_store(pointer(), &stored, __ATOMIC_RELAXED);
        } else {
            std::memcpy(place_, &value, sizeof value);
        }
    }
    live const& operator=(T const& value) const noexcept
        requires Writable
    {
        store(value);
        return *this;
    }
    void store(T const&) const // this variable is const in BPF: set it before load
        requires(!Writable)
    = delete;
    void operator=(T const&) const // this variable is const in BPF: set it before load
        requires(!Writable)
    = delete;

    /// An element of an array, which the index must be inside of.
    [[nodiscard]] auto operator[](std::size_t index) const noexcept
        requires detail::is_array<T>
    {
        using element = typename T::value_type;
        return live<element, Writable>{place_ + index * sizeof(element)};
    }
    [[nodiscard]] static constexpr std::size_t size() noexcept
        requires detail::is_array<T>
    {
        return sizeof(T) / sizeof(typename T::value_type);
    }

    /// A member of a struct, with its name or path, copied from there alone.
    template <literal Path>
    [[nodiscard]] auto get() const noexcept
        requires detail::is_record<T>
    {
        return T::template get_from<Path>(place_);
    }
    template <literal Path, class Value>
    void set(Value const& value) const noexcept
        requires(Writable && detail::is_record<T>)
    {
        T::template set_in<Path>(place_, value);
    }

  private:
    [[nodiscard]] T* pointer() const noexcept { return reinterpret_cast<T*>(const_cast<std::byte*>(place_)); }

    byte_type* place_;
};

} // namespace bpfxx::object
