#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/map/handle.hpp>
#include <bpfxx/ring/lock.hpp>
#include <bpfxx/ring/record.hpp>
#include <bpfxx/shm/mapping.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace bpfxx {

/// How a ring is opened to be read.
struct ring_reader_options {
    /// Take the lock that keeps a second reader out: two readers of one ring would each get every record, or none.
    bool exclusive = false;
};

namespace ring {

/// A ring's descriptor and its memory, as its reader has them.
struct mapped {
    owned_fd<kind::map> fd;
    mapping<read_write> consumer;
    mapping<read_only> produced;
    std::uint32_t size;

    /// `with` and `without` are flags that the ring was created with and without.
    [[nodiscard]] static result<mapped> open(result<owned_fd<kind::map>> opened, ring_reader_options const& options,
                                             map_flags with, map_flags without) noexcept {
        bpfxx::detail::map_shape const shape{.type = map_type::ringbuf,
                                             .key_size = 0,
                                             .value_size = 0,
                                             .access = open_flags::none,
                                             .with = with,
                                             .without = without};
        if (opened && options.exclusive) opened = locked(*opened);
        auto checked = bpfxx::detail::opened_map::check(shape, std::move(opened));
        if (!checked) return checked.error();
        auto consumer = mapping<read_write>::map(checked->fd, {.length = page_size()});
        if (!consumer) return consumer.error();
        std::size_t const length = page_size() + 2 * std::size_t{checked->max_entries};
        auto produced = mapping<read_only>::map(checked->fd, {.length = length, .offset = page_size()});
        if (!produced) return produced.error();
        return mapped{std::move(checked->fd), std::move(*consumer), std::move(*produced), checked->max_entries};
    }

    [[nodiscard]] memory where() const noexcept {
        return {.consumer = reinterpret_cast<position*>(consumer.data()),
                .producer = reinterpret_cast<position const*>(produced.data()),
                .data = produced.data() + page_size(),
                .size = size};
    }
};

} // namespace ring

} // namespace bpfxx
