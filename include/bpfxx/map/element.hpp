#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/bytes.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/sys/attr/map.hpp>
#include <bpfxx/sys/call.hpp>

#include <optional>

// The single-element commands on typed keys and values; absence is an answer, not a failure.
namespace bpfxx::detail {

template <class Answer>
[[gnu::always_inline]] inline result<bool> false_on(errc expected, Answer const& answer) noexcept {
    if (answer) [[likely]]
        return true;
    if (answer.error().code == expected) return false;
    return answer.error();
}

template <class Key, class Value>
[[gnu::always_inline]] inline result<bool> lookup_into(fd_ref<kind::map> map, Key const* key, Value* value,
                                                       element_flags flags) noexcept {
    return false_on(errc::enoent,
                    sys::call(sys::attr::map_lookup_elem{.map_fd = map, .key = key, .value = value, .flags = flags}));
}

template <class Value, class Key>
[[gnu::always_inline]] inline result<std::optional<Value>> lookup(fd_ref<kind::map> map, Key const& key,
                                                                  element_flags flags) noexcept {
    uninitialised<Value> value;
    auto const answer =
        sys::call(sys::attr::map_lookup_elem{.map_fd = map, .key = &key, .value = &value.value, .flags = flags});
    if (answer) [[likely]]
        return std::optional<Value>{value.value};
    if (answer.error().code == errc::enoent) return std::optional<Value>{};
    return answer.error();
}

template <class Value, class Key>
[[gnu::always_inline]] inline result<std::optional<Value>> take(fd_ref<kind::map> map, Key const& key) noexcept {
    uninitialised<Value> value;
    auto const answer =
        sys::call(sys::attr::map_lookup_and_delete_elem{.map_fd = map, .key = &key, .value = &value.value});
    if (answer) [[likely]]
        return std::optional<Value>{value.value};
    if (answer.error().code == errc::enoent) return std::optional<Value>{};
    return answer.error();
}

template <class Key, class Value>
[[gnu::always_inline]] inline result<void> update(fd_ref<kind::map> map, Key const& key, Value const& value,
                                                  element_flags flags) noexcept {
    return sys::call(sys::attr::map_update_elem{.map_fd = map, .key = &key, .value = &value, .flags = flags});
}

template <class Key>
[[gnu::always_inline]] inline result<bool> erase(fd_ref<kind::map> map, Key const& key) noexcept {
    return false_on(errc::enoent, sys::call(sys::attr::map_delete_elem{.map_fd = map, .key = &key}));
}

/// The key after `key`, or the first for a null pointer; false at the end.
template <class Key>
[[gnu::always_inline]] inline result<bool> next_key(fd_ref<kind::map> map, Key const* key, Key* next) noexcept {
    return false_on(errc::enoent, sys::call(sys::attr::map_get_next_key{.map_fd = map, .key = key, .next_key = next}));
}

} // namespace bpfxx::detail
