#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <concepts>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <bpfxx/ill_formed.hpp>
#include <bpfxx/insn/constant.hpp>
#include <bpfxx/insn/opcode.hpp>

namespace bpfxx::insn {

// Constructor parameters of class templates have unusual names: with -Wshadow, g++ 12 compares them with the globals of
// the program that includes this.

/// A register together with the width, 64 or 32 bits, in which an instruction uses it.
/// UAPI: BPF_REG_0 … BPF_REG_10
/// Since: Linux 3.18
template <unsigned Width>
    requires(Width == 64 || Width == 32)
class reg {
  public:
    /// A register by its number, 0 to 10; the constants r0 … r10 and w0 … w10 read better.
    explicit constexpr reg(std::uint8_t given_number) noexcept : number_{given_number} {
        if (given_number > 10) ill_formed("there is no such register: BPF has r0 to r10");
    }

    constexpr std::uint8_t number() const noexcept { return number_; }

  private:
    std::uint8_t number_;
};

using reg64 = reg<64>;
using reg32 = reg<32>;

/// The result of a call and of the program.
inline constexpr reg64 r0{0};
/// The context when the program starts; r1 to r5 are arguments of a call and lose their values in it.
inline constexpr reg64 r1{1};
inline constexpr reg64 r2{2};
inline constexpr reg64 r3{3};
inline constexpr reg64 r4{4};
inline constexpr reg64 r5{5};
/// The first of the four registers, r6 to r9, that keep their values over a call.
inline constexpr reg64 r6{6};
inline constexpr reg64 r7{7};
inline constexpr reg64 r8{8};
inline constexpr reg64 r9{9};
/// The frame pointer, read only: the 512 bytes of stack end here.
inline constexpr reg64 r10{10};

/// The lower 32 bits of r0; writing one of w0 to w9 sets the upper 32 bits of its register to zero.
inline constexpr reg32 w0{0};
inline constexpr reg32 w1{1};
inline constexpr reg32 w2{2};
inline constexpr reg32 w3{3};
inline constexpr reg32 w4{4};
inline constexpr reg32 w5{5};
inline constexpr reg32 w6{6};
inline constexpr reg32 w7{7};
inline constexpr reg32 w8{8};
inline constexpr reg32 w9{9};
inline constexpr reg32 w10{10};

namespace detail {

template <constant T>
constexpr std::int32_t signed_32(T value) noexcept {
    if (!fits_signed_32(value))
        ill_formed("immediate does not fit signed 32 bits: put it into a register with load_imm64 first");
    return static_cast<std::int32_t>(value);
}

/// 32 bits, written as signed or as unsigned.
template <constant T>
constexpr std::int32_t any_32(T value) noexcept {
    if (!fits_32(value)) ill_formed("immediate does not fit 32 bits: a w register takes -2147483648 to 4294967295");
    return static_cast<std::int32_t>(value);
}

/// A constant as registers of the width take it: 64 bits get it sign-extended, 32 bits get it as it is.
template <unsigned Width, constant T>
constexpr std::int32_t immediate(T value) noexcept {
    if constexpr (Width == 64)
        return signed_32(value);
    else
        return any_32(value);
}

/// The number of a register that an instruction writes.
template <unsigned Width>
constexpr std::uint8_t written(reg<Width> to) noexcept {
    if (to.number() == 10) ill_formed("r10 is the frame pointer and read only: copy it first, mov(r2, r10)");
    return to.number();
}

/// The two slots that give a register 64 bits.
constexpr wide_instruction wide(pseudo_load what, reg64 to, std::uint32_t low, std::uint32_t high) noexcept {
    return {{wide_opcode, instruction::pack(written(to), std::uint8_t(what)), 0, static_cast<std::int32_t>(low)},
            {0, 0, 0, static_cast<std::int32_t>(high)}};
}

} // namespace detail

/// The second operand of arithmetic or of a comparison: a register of the same width, or a constant of 32 bits. With an
/// r register the constant is signed, -2147483648 to 2147483647; with a w register it may also be written as unsigned,
/// up to 4294967295, and what reads it as signed (`sgt` and its kin, `sdiv`, `smod`) then sees it below zero.
/// UAPI: BPF_X, BPF_K
/// Since: Linux 3.18
template <unsigned Width>
class operand {
  public:
    constexpr operand(reg<Width> given) noexcept : source_{operand_source::x}, number_{given.number()} {}

    template <constant T>
    constexpr operand(T given) noexcept : imm_{detail::immediate<Width>(given)} {}

    operand(reg<Width == 64 ? 32 : 64>) = delete; // both registers must have one width: r with r, w with w

    constexpr operand_source source() const noexcept { return source_; }
    constexpr std::uint8_t number() const noexcept { return number_; }
    constexpr std::int32_t imm() const noexcept { return imm_; }

  private:
    operand_source source_ = operand_source::k;
    std::uint8_t number_ = 0;
    std::int32_t imm_ = 0;
};

/// An operand whose width another argument decides.
template <unsigned Width>
using operand_for = std::type_identity_t<operand<Width>>;

namespace detail {

/// Arithmetic or a move, on 64 or on 32 bits.
template <unsigned Width>
constexpr instruction alu(alu_op op, reg<Width> to, operand<Width> from, std::int16_t off = 0) noexcept {
    constexpr auto group = Width == 64 ? opcode_class::alu64 : opcode_class::alu;
    return {opcode(group, op, from.source()), instruction::pack(written(to), from.number()), off, from.imm()};
}

} // namespace detail

/// A place in memory: a base register plus a displacement in bytes that fits signed 16 bits.
class address {
  public:
    constexpr address(reg64 base) noexcept : base_{base} {}

    constexpr address(reg64 base, std::int64_t displacement) noexcept : base_{base} {
        if (!std::in_range<std::int16_t>(displacement))
            ill_formed("displacement does not fit the signed 16-bit off field: add it to the base register first");
        displacement_ = static_cast<std::int16_t>(displacement);
    }

    address(reg32) = delete; // an address is 64 bits wide: name its base register r0 to r10

    constexpr std::uint8_t base() const noexcept { return base_.number(); }
    constexpr std::int16_t displacement() const noexcept { return displacement_; }

    /// The address so many bytes further.
    constexpr address moved(std::int64_t bytes) const noexcept { return {base_, displacement_ + bytes}; }

  private:
    reg64 base_;
    std::int16_t displacement_ = 0;
};

namespace detail {

/// Far past what 16 bits hold stays far past it, so that no sum below can overflow.
template <std::integral T>
constexpr std::int64_t distance(T bytes) noexcept {
    return std::in_range<std::int32_t>(widened(bytes)) ? static_cast<std::int64_t>(bytes) : std::int64_t{1} << 32;
}

} // namespace detail

/// The address some bytes after the one that a register holds.
template <std::integral T>
constexpr address operator+(reg64 base, T bytes) noexcept {
    return {base, detail::distance(bytes)};
}

/// The address some bytes before the one that a register holds.
template <std::integral T>
constexpr address operator-(reg64 base, T bytes) noexcept {
    return {base, -detail::distance(bytes)};
}

/// The address some bytes after another.
template <std::integral T>
constexpr address operator+(address from, T bytes) noexcept {
    return from.moved(detail::distance(bytes));
}

/// The address some bytes before another.
template <std::integral T>
constexpr address operator-(address from, T bytes) noexcept {
    return from.moved(-detail::distance(bytes));
}

template <std::integral T>
address operator+(reg32, T) = delete; // an address is 64 bits wide: name its base register r0 to r10

template <std::integral T>
address operator-(reg32, T) = delete; // an address is 64 bits wide: name its base register r0 to r10

template <unsigned A, unsigned B>
address operator+(reg<A>, reg<B>) = delete; // an address is one register plus a constant: add() the registers first

} // namespace bpfxx::insn
