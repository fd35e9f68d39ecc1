#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstdint>
#include <optional>
#include <string_view>

#include <bpfxx/classic/check.hpp>
#include <bpfxx/classic/instruction.hpp>

namespace bpfxx::classic {

/// A comparison that a jump depends on; `negated` ones have no opcode of their own: the branches change places.
struct [[nodiscard]] condition {
    instruction test;
    bool negated = false;
};

/// A place in a filter: takes no instruction, names the one that follows.
struct [[nodiscard]] label_definition {
    std::string_view name;
};

/// A jump whose k is the distance to a label.
struct [[nodiscard]] jump_reference {
    std::string_view target;
};

/// A conditional jump whose jt and jf are the distances to labels; without a label, to the next instruction.
struct [[nodiscard]] branch_reference {
    instruction test;
    std::optional<std::string_view> if_true;
    std::optional<std::string_view> if_false;
};

namespace detail {

constexpr condition compare(opcode with_constant, operand right, bool negated = false) noexcept {
    auto const code = static_cast<std::uint16_t>(with_constant);
    return {{static_cast<std::uint16_t>(right.is_x() ? code | 8 : code), 0, 0, right.k()}, negated};
}

} // namespace detail

/// Equal.
/// UAPI: BPF_JEQ
constexpr condition operator==(accumulator, operand right) noexcept { return detail::compare(opcode::jeq_k, right); }

// C++20 also tries == with its arguments exchanged: only the exact form keeps a == x from meaning x == a.
constexpr condition operator==(accumulator left, index_register right) noexcept { return left == operand{right}; }
condition operator==(index_register, accumulator) = delete; // a stands on the left: a == x

/// Not equal.
/// UAPI: BPF_JEQ
constexpr condition operator!=(accumulator, operand right) noexcept {
    return detail::compare(opcode::jeq_k, right, true);
}

constexpr condition operator!=(accumulator left, index_register right) noexcept { return left != operand{right}; }
condition operator!=(index_register, accumulator) = delete; // a stands on the left: a != x

/// Greater, unsigned.
/// UAPI: BPF_JGT
constexpr condition operator>(accumulator, operand right) noexcept { return detail::compare(opcode::jgt_k, right); }

/// Greater or equal, unsigned.
/// UAPI: BPF_JGE
constexpr condition operator>=(accumulator, operand right) noexcept { return detail::compare(opcode::jge_k, right); }

/// Less, unsigned.
/// UAPI: BPF_JGE
constexpr condition operator<(accumulator, operand right) noexcept {
    return detail::compare(opcode::jge_k, right, true);
}

/// Less or equal, unsigned.
/// UAPI: BPF_JGT
constexpr condition operator<=(accumulator, operand right) noexcept {
    return detail::compare(opcode::jgt_k, right, true);
}

/// At least one of the bits that the operand has is set.
/// UAPI: BPF_JSET
constexpr condition any_bits(accumulator, operand bits) noexcept { return detail::compare(opcode::jset_k, bits); }

/// None of the bits that the operand has is set.
/// UAPI: BPF_JSET
constexpr condition no_bits(accumulator, operand bits) noexcept { return detail::compare(opcode::jset_k, bits, true); }

/// Names the next instruction, so that jumps before it can go there.
constexpr label_definition label(std::string_view name) noexcept { return {name}; }

/// Goes on at a label, which stands further down.
/// UAPI: BPF_JA
constexpr jump_reference jump(std::string_view target) noexcept { return {target}; }

/// Goes on at one of two labels, which stand further down, at most 255 instructions away.
/// UAPI: BPF_JEQ … BPF_JSET
constexpr branch_reference jump_if(condition when, std::string_view if_true, std::string_view if_false) noexcept {
    if (when.negated) return {when.test, if_false, if_true};
    return {when.test, if_true, if_false};
}

/// Goes on at a label if the condition holds, else at the next instruction.
/// UAPI: BPF_JEQ … BPF_JSET
constexpr branch_reference jump_if(condition when, std::string_view if_true) noexcept {
    if (when.negated) return {when.test, std::nullopt, if_true};
    return {when.test, if_true, std::nullopt};
}

template <class... Label>
branch_reference jump_if(accumulator, Label...) = delete; // compare the register: jump_if(a != 0, "label")

/// The result that keeps every byte of the packet.
inline constexpr std::uint32_t whole_packet = 0xffff'ffff;
/// The result that drops the packet.
inline constexpr std::uint32_t drop = 0;

/// Ends the filter: at most so many bytes of the packet are kept, 0 drops it.
/// UAPI: BPF_RET | BPF_K
constexpr instruction ret(constant bytes) noexcept {
    return {static_cast<std::uint16_t>(opcode::ret_k), 0, 0, bytes.bits()};
}

/// Ends the filter: as many bytes as a says are kept, 0 drops the packet.
/// UAPI: BPF_RET | BPF_A
constexpr instruction ret(accumulator) noexcept { return {static_cast<std::uint16_t>(opcode::ret_a), 0, 0, 0}; }

} // namespace bpfxx::classic
