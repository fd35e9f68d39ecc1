#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/bytes.hpp>

#include <type_traits>

namespace bpfxx {

/// Stands for the value of a map into which one thing goes and out of which another comes, such as a descriptor in and
/// an id out; `Found` is void where the kernel gives nothing back.
template <plain_bytes Stored, class Found>
struct stored_found {};

namespace detail {

/// What a view's value is when it is stored and when it is found.
template <class Value>
struct value_forms {
    using stored = Value;
    using found = Value;
};

template <class Stored, class Found>
struct value_forms<stored_found<Stored, Found>> {
    using stored = Stored;
    using found = Found;

    static_assert(std::is_void_v<Found> ||
                      sizeof(std::conditional_t<std::is_void_v<Found>, Stored, Found>) == sizeof(Stored),
                  "what a map takes and what it gives back have one size, the map's value size");
};

} // namespace detail

template <class Value>
using stored_value = typename detail::value_forms<Value>::stored;

/// What a lookup gives; nothing of use where `is_found` is false.
template <class Value>
using found_value = std::conditional_t<std::is_void_v<typename detail::value_forms<Value>::found>, unsigned char,
                                       typename detail::value_forms<Value>::found>;

/// Whether the kernel gives values back at all.
template <class Value>
inline constexpr bool is_found = !std::is_void_v<typename detail::value_forms<Value>::found>;

} // namespace bpfxx
