#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd.hpp>
#include <bpfxx/sys/attr/map.hpp>
#include <bpfxx/sys/call.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace bpfxx {

namespace detail {

struct batch_reader;

} // namespace detail

/// Where a batch walk stands: opaque bytes that the kernel writes and reads. A fresh one starts at the beginning.
/// The hash family writes a 4-byte bucket number whatever the key's size, arrays and tries write a key.
template <class Key>
class batch_cursor {
  private:
    friend struct detail::batch_reader;

    static constexpr std::size_t size = sizeof(Key) < 4 ? 4 : sizeof(Key);

    alignas(8) std::byte bytes_[size]{};
    bool started_ = false;
};

/// What one batch read delivered: `count` entries, and whether the map's end was reached. A short batch is not the last.
struct batch_step {
    std::uint32_t count;
    bool last;
};

namespace detail {

constexpr std::uint32_t batch_count(std::size_t size) noexcept {
    return size < 0xffff'ffff ? static_cast<std::uint32_t>(size) : 0xffff'ffff;
}

/// Where the kernel reads or writes the values of a batch; rows of per-CPU values have an overload of their own.
template <class T>
T* raw_values(std::span<T> values) noexcept {
    return values.data();
}

/// One BPF_MAP_LOOKUP_BATCH or BPF_MAP_LOOKUP_AND_DELETE_BATCH from `cursor`, which moves on unless the call failed.
struct batch_reader {
    template <class Attribute, class Key, class Values>
    [[nodiscard]] static result<batch_step> read(fd_ref<kind::map> map, batch_cursor<Key>& cursor, std::span<Key> keys,
                                                 Values values) noexcept {
        if (keys.size() != values.size()) return error{errc::batch_sizes_differ, Attribute::during};
        Attribute attribute{
            .in_batch = cursor.started_ ? cursor.bytes_ : nullptr,
            .out_batch = cursor.bytes_,
            .keys = keys.data(),
            .values = raw_values(values),
            .count = batch_count(keys.size()),
            .map_fd = map,
        };
        auto const called = sys::call(attribute);
        if (!called && called.error().code != errc::enoent) return called.error();
        if (attribute.count > keys.size()) return error{errc::malformed_answer, Attribute::during};
        cursor.started_ = true;
        return batch_step{.count = attribute.count, .last = !called};
    }
};

// A failed call that did not get as far as the first element leaves the count as it went in; one that failed further on
// has written a smaller one.
constexpr std::uint32_t done_of_failed(std::uint32_t count, std::size_t asked) noexcept {
    return count < asked ? count : 0;
}

template <class Key, class Values>
[[nodiscard]] result<void> update_batch(fd_ref<kind::map> map, std::span<Key const> keys, Values values,
                                        std::uint32_t& done) noexcept {
    done = 0;
    if (keys.size() != values.size()) return error{errc::batch_sizes_differ, command::map_update_batch};
    sys::attr::map_update_batch attribute{
        .keys = keys.data(), .values = raw_values(values), .count = batch_count(keys.size()), .map_fd = map};
    auto const called = sys::call(attribute);
    done = called ? attribute.count : done_of_failed(attribute.count, keys.size());
    return called;
}

template <class Key>
[[nodiscard]] result<bool> erase_batch(fd_ref<kind::map> map, std::span<Key const> keys, std::uint32_t& done) noexcept {
    sys::attr::map_delete_batch attribute{.keys = keys.data(), .count = batch_count(keys.size()), .map_fd = map};
    auto const called = sys::call(attribute);
    done = called ? attribute.count : done_of_failed(attribute.count, keys.size());
    if (called) return true;
    if (called.error().code == errc::enoent) return false;
    return called.error();
}

} // namespace detail

} // namespace bpfxx
