#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <concepts>
#include <cstdint>
#include <utility>

#include <bpfxx/classic/check.hpp>
#include <bpfxx/classic/instruction.hpp>
#include <bpfxx/ill_formed.hpp>

namespace bpfxx::classic {

/// What one load takes out of the packet: an unsigned integer of 1, 2 or 4 bytes.
template <class T>
concept packet_unit = std::unsigned_integral<T> && !std::same_as<T, bool> && sizeof(T) <= 4;

/// A place in the packet: bytes after one of the points below, and after x where x is added.
class place {
  public:
    /// A point that the kernel knows under an offset, and the bytes until the next such point.
    constexpr place(std::uint32_t given_base, std::uint64_t given_room) noexcept
        : base_{given_base}, room_{given_room} {}

    constexpr place moved(std::int64_t bytes) const noexcept {
        place there = *this;
        there.distance_ += bytes;
        if (!there.fits())
            ill_formed("an offset has 32 bits, 0 to 0xfefff after network_header, 0 to 0xfffff after link_header");
        return there;
    }

    constexpr place moved_by_x() const noexcept {
        if (by_x_) ill_formed("x can be added to an offset only once");
        place there = *this;
        there.by_x_ = true;
        return there;
    }

    constexpr bool by_x() const noexcept { return by_x_; }
    constexpr std::uint32_t k() const noexcept { return base_ + static_cast<std::uint32_t>(distance_); }

  private:
    // From the packet's start the kernel's own negative offsets may be written as well.
    constexpr bool fits() const noexcept {
        if (base_ == 0 && std::in_range<std::int32_t>(distance_)) return true;
        return static_cast<std::uint64_t>(distance_) < room_; // never so below 0
    }

    std::uint32_t base_;
    bool by_x_ = false;
    std::uint64_t room_;
    std::int64_t distance_ = 0;
};

/// Where the packet starts for this kind of socket: a raw AF_PACKET socket at the link layer's header, a UDP socket at the UDP
/// header, an AF_UNIX socket at the data.
inline constexpr place packet{0, std::uint64_t{1} << 32};
/// The header of the network layer, as IP's, whatever the packet starts with.
/// UAPI: SKF_NET_OFF
inline constexpr place network_header{0xfff0'0000, 0xf'f000};
/// The header of the link layer, as Ethernet's, if there is one.
/// UAPI: SKF_LL_OFF
inline constexpr place link_header{0xffe0'0000, 0x10'0000};

namespace detail {

/// Far past what an offset holds stays far past it, so that no sum can overflow.
template <std::integral T>
constexpr std::int64_t distance(T bytes) noexcept {
    constexpr std::int64_t far = std::int64_t{1} << 40;
    auto const wide = insn::detail::widened(bytes);
    if (std::cmp_greater(wide, far)) return far;
    return std::cmp_less(wide, -far) ? -far : static_cast<std::int64_t>(wide);
}

} // namespace detail

/// The place some bytes after another.
template <std::integral T>
constexpr place operator+(place from, T bytes) noexcept {
    return from.moved(detail::distance(bytes));
}

/// The place some bytes before another, as in packet + x - 2.
template <std::integral T>
constexpr place operator-(place from, T bytes) noexcept {
    return from.moved(-detail::distance(bytes));
}

/// The place as many bytes further as x says.
constexpr place operator+(place from, index_register) noexcept { return from.moved_by_x(); }

/// One of the 16 cells of scratch memory.
struct cell {
    std::uint32_t index;
};

/// The scratch memory of a run: 16 cells of 32 bits, which have to be stored before they are loaded.
struct scratch_memory {
    constexpr cell operator[](constant index) const noexcept { return {index.bits()}; }
};

inline constexpr scratch_memory scratch{};

/// The bytes of the whole packet, as in load(a, packet_length).
/// UAPI: BPF_LEN
struct length_of_packet {};
inline constexpr length_of_packet packet_length{};

/// The bytes of an IPv4 header, which its first byte tells.
struct length_of_ip_header {
    place header;
};

/// The bytes of the IPv4 header that starts at a place, as in load(x, ip_header_length(packet + 14)).
/// UAPI: BPF_MSH
constexpr length_of_ip_header ip_header_length(place header) noexcept {
    if (header.by_x()) ill_formed("the length of an IP header is read at a constant offset: leave x out");
    return {header};
}

namespace detail {

constexpr instruction plain(opcode what, std::uint32_t k = 0) noexcept {
    return checked({static_cast<std::uint16_t>(what), 0, 0, k});
}

template <packet_unit T>
constexpr opcode load_opcode(bool by_x) noexcept {
    if constexpr (sizeof(T) == 1)
        return by_x ? opcode::ld_b_ind : opcode::ld_b_abs;
    else if constexpr (sizeof(T) == 2)
        return by_x ? opcode::ld_h_ind : opcode::ld_h_abs;
    else
        return by_x ? opcode::ld_w_ind : opcode::ld_w_abs;
}

} // namespace detail

/// Reads the packet's bytes, in network order, into a; a packet that ends before them is dropped at once.
/// UAPI: BPF_LD | BPF_ABS, BPF_LD | BPF_IND
template <packet_unit T>
constexpr instruction load(accumulator, place from) noexcept {
    return detail::plain(detail::load_opcode<T>(from.by_x()), from.k());
}

template <class T>
    requires(!packet_unit<T>)
instruction load(accumulator, place) = delete; // a packet load takes std::uint8_t, uint16_t or uint32_t

/// Reads what the kernel knows of the packet beside its bytes.
/// UAPI: BPF_LD | BPF_W | BPF_ABS, SKF_AD_OFF
constexpr instruction load(accumulator, ancillary what) noexcept {
    return detail::plain(opcode::ld_w_abs, ancillary_base + static_cast<std::uint32_t>(what));
}

/// Reads the bytes of the packet into a.
/// UAPI: BPF_LD | BPF_W | BPF_LEN
constexpr instruction load(accumulator, length_of_packet) noexcept { return detail::plain(opcode::ld_len); }

/// Reads the bytes of the packet into x.
/// UAPI: BPF_LDX | BPF_W | BPF_LEN
constexpr instruction load(index_register, length_of_packet) noexcept { return detail::plain(opcode::ldx_len); }

/// Reads the bytes of an IPv4 header into x.
/// UAPI: BPF_LDX | BPF_B | BPF_MSH
constexpr instruction load(index_register, length_of_ip_header at) noexcept {
    return detail::plain(opcode::ldx_b_msh, at.header.k());
}

/// Reads a cell of scratch memory into a.
/// UAPI: BPF_LD | BPF_MEM
constexpr instruction load(accumulator, cell from) noexcept { return detail::plain(opcode::ld_mem, from.index); }

/// Reads a cell of scratch memory into x.
/// UAPI: BPF_LDX | BPF_MEM
constexpr instruction load(index_register, cell from) noexcept { return detail::plain(opcode::ldx_mem, from.index); }

/// Writes a into a cell of scratch memory.
/// UAPI: BPF_ST
constexpr instruction store(cell to, accumulator) noexcept { return detail::plain(opcode::st, to.index); }

/// Writes x into a cell of scratch memory.
/// UAPI: BPF_STX
constexpr instruction store(cell to, index_register) noexcept { return detail::plain(opcode::stx, to.index); }

/// Copies x or a constant into a.
/// UAPI: BPF_MISC | BPF_TXA, BPF_LD | BPF_IMM
constexpr instruction mov(accumulator, operand from) noexcept {
    return from.is_x() ? detail::plain(opcode::txa) : detail::plain(opcode::ld_imm, from.k());
}

/// Copies a into x.
/// UAPI: BPF_MISC | BPF_TAX
constexpr instruction mov(index_register, accumulator) noexcept { return detail::plain(opcode::tax); }

/// Puts a constant into x.
/// UAPI: BPF_LDX | BPF_IMM
constexpr instruction mov(index_register, constant value) noexcept {
    return detail::plain(opcode::ldx_imm, value.bits());
}

} // namespace bpfxx::classic
