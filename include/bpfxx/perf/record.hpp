#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/bytes.hpp>
#include <bpfxx/cpu_list.hpp>
#include <bpfxx/ill_formed.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace bpfxx {

/// In the place of a record's type: bytes of any number.
struct raw_bytes;

template <plain_bytes Head, plain_bytes Element>
struct with_tail;

/// How many records a CPU's programs could not write: the buffer was full, or its output paused.
/// UAPI: PERF_RECORD_LOST
struct perf_lost {
    cpu_number cpu;
    std::uint64_t count;
};

} // namespace bpfxx

// What stands in the buffer of a perf event that programs write to: records of a header and what the type says, each a
// multiple of 8 bytes. A sample has a number of 32 bits behind its header, the size of what follows.
namespace bpfxx::perf {

/// UAPI: `enum perf_event_type`
enum class record_type : std::uint32_t { lost = 2, sample = 9 };

/// UAPI: `struct perf_event_header`
struct record_header {
    record_type type;
    std::uint16_t misc;
    std::uint16_t size;
};

/// Where what the program wrote starts in a sample: no multiple of 8, so that records with members of 64 bits cannot be
/// read in place.
inline constexpr std::size_t payload_offset = sizeof(record_header) + sizeof(std::uint32_t);

/// The size that the kernel gives to so many bytes of a program: padded until it ends a multiple of 8 with its own four
/// bytes. What was written has this size, or up to 7 bytes less.
/// UAPI: PERF_SAMPLE_RAW
[[nodiscard]] constexpr std::size_t padded_size(std::size_t written) noexcept {
    return (written + sizeof(std::uint32_t) + 7) / 8 * 8 - sizeof(std::uint32_t);
}

/// The whole sample, header and all.
[[nodiscard]] constexpr std::size_t sample_size(std::size_t written) noexcept {
    return payload_offset + padded_size(written);
}

/// No program writes more at once: a record's size is a number of 16 bits.
inline constexpr std::size_t largest_payload = 0xfff8 - payload_offset;

namespace detail {

inline constexpr std::size_t lost_size = 24; // header, id of the event, count

template <class Number>
[[nodiscard]] inline Number read_at(std::byte const* from) noexcept {
    Number number;
    std::memcpy(&number, from, sizeof number);
    return number;
}

template <class Record>
inline constexpr bool has_tail = false;
template <class Head, class Element>
inline constexpr bool has_tail<with_tail<Head, Element>> = true;

/// How samples of one type stand: all alike, one stride behind another.
template <class Record>
struct sample_of {
    static_assert(plain_bytes<Record>,
                  "a record is copied byte for byte: make it a trivially copyable, standard layout "
                  "type without pointers");
    static_assert(!plain_bytes<Record> || sizeof(Record) <= largest_payload,
                  "a record of a perf event has at most 65,516 bytes");

    static_assert(!has_tail<Record>,
                  "the kernel pads the records of perf events, so that nothing says how long a tail is: "
                  "read raw_bytes, and let the program write the length");

    static constexpr std::size_t stride = sample_size(sizeof(Record));

    /// Whether the bytes at `at`, at least one stride, are such a sample.
    [[nodiscard]] static bool is_at(std::byte const* at) noexcept {
        return (read_at<std::uint64_t>(at) & compared) == header &&
               read_at<std::uint32_t>(at + sizeof(record_header)) == padded_size(sizeof(Record));
    }

  private:
    // Where the program ran, in user space or in the kernel, is in `misc` and does not matter.
    static constexpr std::uint64_t compared = std::bit_cast<std::uint64_t>(record_header{record_type{~0U}, 0, 0xffff});
    static constexpr std::uint64_t header =
        std::bit_cast<std::uint64_t>(record_header{record_type::sample, 0, static_cast<std::uint16_t>(stride)});
};

} // namespace detail

} // namespace bpfxx::perf
