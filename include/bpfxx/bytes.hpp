#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstddef>
#include <type_traits>

namespace bpfxx {

/// Specialise to true for a type with padding whose padding bytes you set to zero yourself, everywhere, programs
/// included: the kernel compares and hashes keys as bytes, padding too.
template <class T>
inline constexpr bool padding_is_zeroed = false;

/// A type that the kernel may copy byte for byte: no pointer-owning members, no virtual functions, no references.
template <class T>
concept plain_bytes = std::is_trivially_copyable_v<T> && std::is_standard_layout_v<T> && std::is_object_v<T> &&
                      !std::is_pointer_v<T> && !std::is_const_v<T> && !std::is_volatile_v<T> && !std::is_array_v<T>;

/// A type whose every byte is part of its value, so that equal values are equal bytes.
template <class T>
concept bytes_without_padding = std::has_unique_object_representations_v<T> || padding_is_zeroed<T>;

/// A type that can be a map's value.
template <class T>
concept map_value = plain_bytes<T>;

/// A type that can be a map's key: a padded struct would make equal keys different in the kernel, and so would a float,
/// whose 0.0 and -0.0 are equal. Fill the padding with named members, or specialise `padding_is_zeroed`.
template <class T>
concept map_key = plain_bytes<T> && bytes_without_padding<T>;

namespace detail {

/// Room for a value that the kernel will write: not set to zero first, and no default constructor needed.
template <plain_bytes T>
union uninitialised {
    uninitialised() noexcept {}

    T value;
};

/// Says in one sentence why a type cannot be a key or a value; instantiated by every typed view.
template <class Key, class Value>
consteval bool check_element_types() {
    static_assert(plain_bytes<Key>, "a map key is copied byte for byte: make it a trivially copyable, standard layout "
                                    "type without pointers");
    static_assert(!plain_bytes<Key> || bytes_without_padding<Key>,
                  "this key type has padding, or floating point of which equal values differ in bytes; the kernel "
                  "compares and hashes bytes, so equal keys would not be found: fill it with named members, or "
                  "specialise bpfxx::padding_is_zeroed");
    static_assert(plain_bytes<Value>, "a map value is copied byte for byte: make it a trivially copyable, standard "
                                      "layout type without pointers");
    return true;
}

} // namespace detail

} // namespace bpfxx
