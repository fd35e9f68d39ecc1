#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/reflect.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <type_traits>
#include <utility>

namespace bpfxx::reflect {

/// A named value of an enumeration.
struct enumerator {
    std::string_view name;
    std::int64_t value = 0;
};

namespace detail {

/// How many values, from 0 on, are asked for their names: each costs compile time, named or not.
inline constexpr std::size_t asked_values = 32;

/// Without a fixed underlying type only values within the bits of the enumerators may be formed, whose number nobody
/// tells: such an enumeration is not asked.
template <class E>
concept fixed_enumeration = requires { E{0}; };

template <class E, std::size_t Value>
consteval bool has_value() {
    constexpr std::uint64_t most = std::numeric_limits<std::underlying_type_t<E>>::max();
    return Value <= most;
}

/// Both compilers print a value that has a name as `color::red`, and one that has none as `(color)7`.
template <class E, std::size_t Value>
consteval std::string_view printed_value() {
    if constexpr (has_value<E, Value>()) {
        std::string_view const printed = unqualified(printed_pointer<static_cast<E>(Value)>());
        return in_identifier(printed[0]) ? printed : std::string_view{};
    } else {
        return {};
    }
}

template <class E, std::size_t Value>
consteval auto cut_value_name() {
    constexpr std::string_view name = printed_value<E, Value>();
    name_text<name.size()> text;
    for (char const c : name) text.characters[text.size++] = c;
    return text;
}

template <class E, std::size_t Value>
inline constexpr auto value_name_text = cut_value_name<E, Value>();

template <class E>
consteval auto find_enumerators() {
    return []<std::size_t... Value>(std::index_sequence<Value...>) {
        constexpr std::size_t count = (std::size_t{!printed_value<E, Value>().empty()} + ... + 0);
        std::array<enumerator, count> found{};
        [[maybe_unused]] std::size_t next = 0;
        [[maybe_unused]] auto const add = [&](std::string_view name, std::int64_t value) {
            if (!name.empty()) found[next++] = {name, value};
        };
        (add(value_name_text<E, Value>.view(), static_cast<std::int64_t>(Value)), ...);
        return found;
    }(std::make_index_sequence<fixed_enumeration<E> ? asked_values : 0>{});
}

} // namespace detail

/// The enumerators of E whose values lie between 0 and 31; none of an unscoped enumeration that leaves its underlying
/// type open.
template <class E>
    requires std::is_enum_v<E>
inline constexpr auto enumerators = detail::find_enumerators<E>();

} // namespace bpfxx::reflect
