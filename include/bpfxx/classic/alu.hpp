#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstdint>

#include <bpfxx/classic/check.hpp>
#include <bpfxx/classic/instruction.hpp>

namespace bpfxx::classic {

namespace detail {

/// The opcode with x for its operand has one bit more than the one with a constant.
constexpr instruction with(opcode with_constant, operand from) noexcept {
    auto const code = static_cast<std::uint16_t>(with_constant);
    return checked({static_cast<std::uint16_t>(from.is_x() ? code | 8 : code), 0, 0, from.k()});
}

} // namespace detail

// All arithmetic is unsigned and 32 bits wide, on a.

/// Adds to a.
/// UAPI: BPF_ADD
constexpr instruction add(accumulator, operand from) noexcept { return detail::with(opcode::add_k, from); }

/// Subtracts from a.
/// UAPI: BPF_SUB
constexpr instruction sub(accumulator, operand from) noexcept { return detail::with(opcode::sub_k, from); }

/// Multiplies a.
/// UAPI: BPF_MUL
constexpr instruction mul(accumulator, operand from) noexcept { return detail::with(opcode::mul_k, from); }

/// Divides a; a packet for which x is 0 is dropped at once.
/// UAPI: BPF_DIV
constexpr instruction div(accumulator, operand by) noexcept { return detail::with(opcode::div_k, by); }

/// Leaves the remainder of a division; a packet for which x is 0 is dropped at once.
/// UAPI: BPF_MOD
constexpr instruction mod(accumulator, operand by) noexcept { return detail::with(opcode::mod_k, by); }

/// Sets the bits that the operand has.
/// UAPI: BPF_OR
constexpr instruction or_(accumulator, operand from) noexcept { return detail::with(opcode::or_k, from); }

/// Clears the bits that the operand lacks.
/// UAPI: BPF_AND
constexpr instruction and_(accumulator, operand from) noexcept { return detail::with(opcode::and_k, from); }

/// Flips the bits that the operand has.
/// UAPI: BPF_XOR
constexpr instruction xor_(accumulator, operand from) noexcept { return detail::with(opcode::xor_k, from); }

/// Shifts left; of a count in x only the lower 5 bits count.
/// UAPI: BPF_LSH
constexpr instruction lsh(accumulator, operand by) noexcept { return detail::with(opcode::lsh_k, by); }

/// Shifts right and fills with zeros; the count as in `lsh`.
/// UAPI: BPF_RSH
constexpr instruction rsh(accumulator, operand by) noexcept { return detail::with(opcode::rsh_k, by); }

/// Negates a.
/// UAPI: BPF_NEG
constexpr instruction neg(accumulator) noexcept { return detail::with(opcode::neg, 0); }

} // namespace bpfxx::classic
