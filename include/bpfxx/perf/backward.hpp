#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/bytes.hpp>
#include <bpfxx/perf/buffer.hpp>
#include <bpfxx/perf/record.hpp>
#include <bpfxx/result.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

namespace bpfxx::perf::detail {

/// Puts a record together in a place of its own.
template <class Record>
struct fixed_room {
    using reference = Record const&;

    [[nodiscard]] result<Record const*> read(cursor const& buffer, cursor::record const& found) noexcept {
        std::uint32_t size = 0;
        if (found.header.size == sample_of<Record>::stride)
            buffer.copy(found, sizeof(record_header), std::as_writable_bytes(std::span{&size, 1}));
        if (size != padded_size(sizeof(Record))) return cursor::refusal(errc::record_size_differs);
        buffer.copy(found, payload_offset, std::as_writable_bytes(std::span{&room.value, 1}));
        return &room.value;
    }

    bpfxx::detail::uninitialised<Record> room;
};

/// The same in the caller's.
struct any_room {
    using reference = std::span<std::byte const>;

    [[nodiscard]] result<reference const*> read(cursor const& buffer, cursor::record const& found) noexcept {
        std::uint32_t size = 0;
        if (found.header.size < payload_offset) return cursor::refusal(errc::record_size_differs);
        buffer.copy(found, sizeof(record_header), std::as_writable_bytes(std::span{&size, 1}));
        if (size > found.header.size - payload_offset) return cursor::refusal(errc::record_size_differs);
        if (size > room.size()) return cursor::refusal(errc::buffer_too_small);
        buffer.copy(found, payload_offset, room.first(size));
        whole = room.first(size);
        return &whole;
    }

    std::span<std::byte> room;
    reference whole{};
};

/// What a walk through such buffers has come to.
struct backward_walk {
    std::size_t count = 0;
    /// Of what was written since the last walk, and is overwritten.
    std::uint64_t overwritten_bytes = 0;
    /// The first thing that was wrong.
    result<void> problem = outcome::success();

    void note(error failure) noexcept {
        if (problem) problem = failure;
    }
};

/// Visits what was written since the last walk to a buffer that is written from its end to its start and overwritten, the
/// newest record first. The kernel must not write meanwhile. What is wrong with a record is noted, and it is skipped.
template <class Room, class Visitor>
void walk_backward(cursor& buffer, Room& room, Visitor& visit, backward_walk& walk) {
    auto const seen = buffer.position();
    buffer.look();
    auto const newest = buffer.seen();
    // Positions go down.
    auto const written = seen - newest;
    bool const overwritten = written > buffer.size();
    auto left = overwritten ? buffer.size() : written;
    auto position = newest;
    buffer.skip_all();
    if (overwritten) walk.overwritten_bytes += written - buffer.size();
    while (left != 0) {
        auto const found = buffer.at(position, left);
        // The oldest is cut off where newer ones begin.
        if (!found && overwritten && buffer.is_cut_off(position, left)) {
            walk.overwritten_bytes += left;
            return;
        }
        if (!found) return walk.note(found.error());
        position += found->header.size;
        left -= found->header.size;
        if (found->header.type == record_type::lost) {
            if (auto const lost = buffer.count_lost(*found); !lost) walk.note(lost.error());
        } else if (found->header.type != record_type::sample) {
            walk.note(cursor::refusal(errc::unknown_record));
        } else if (auto const record = room.read(buffer, *found); !record) {
            walk.note(record.error());
        } else {
            ++walk.count;
            visit(buffer.cpu(), **record);
        }
    }
}

} // namespace bpfxx::perf::detail
