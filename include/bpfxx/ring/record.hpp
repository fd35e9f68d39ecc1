#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstddef>
#include <cstdint>

// How the kernel lays a ring buffer out (kernel/bpf/ringbuf.c): a page with the consumer's position, a page with the
// producer's, then the data, mapped twice in a row, so that a record that wraps around is whole in memory all the same.
namespace bpfxx::ring {

/// A count of bytes since the ring was made, which never wraps around the ring's size: a position modulo the size is a
/// place in the data. The kernel's `unsigned long`: a process of 32 bits needs a kernel of 32 bits.
using position = unsigned long;

/// What stands before each record; records start at multiples of 8.
/// UAPI: BPF_RINGBUF_HDR_SZ, `struct bpf_ringbuf_hdr`
struct header {
    /// The payload's length in bytes, and the bits below.
    std::uint32_t length;
    /// The kernel's own.
    std::uint32_t page_offset;
};

/// Set while a program still writes the record: those behind it wait too.
/// UAPI: BPF_RINGBUF_BUSY_BIT
inline constexpr std::uint32_t busy_bit = 1u << 31;

/// Set in a record that its program gave up: to be passed over.
/// UAPI: BPF_RINGBUF_DISCARD_BIT
inline constexpr std::uint32_t discard_bit = 1u << 30;

inline constexpr std::uint32_t length_mask = ~(busy_bit | discard_bit);

/// The bytes that a record of a length takes up in the ring.
[[nodiscard]] constexpr position record_size(std::uint32_t length) noexcept {
    constexpr position unit = 8;
    return (position{length} + sizeof(header) + unit - 1) & ~(unit - 1);
}

/// Where a ring stands in memory.
struct memory {
    /// Where its only reader is.
    position* consumer = nullptr;
    /// Where its producers are.
    position const* producer = nullptr;
    /// The data, twice in a row.
    std::byte const* data = nullptr;
    /// A power of two.
    position size = 0;
};

} // namespace bpfxx::ring
