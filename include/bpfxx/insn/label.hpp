#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include <bpfxx/ill_formed.hpp>
#include <bpfxx/insn/opcode.hpp>

namespace bpfxx::insn {

/// A place in a program: takes no slot, names the instruction that follows.
struct [[nodiscard]] label_definition {
    std::string_view name;
};

/// An instruction whose off field, or imm field if it is a long jump, is the distance to a label.
struct [[nodiscard]] label_reference {
    instruction jump;
    std::string_view target;
};

/// Names the next instruction, so that jumps anywhere in the same `assemble` can go there.
constexpr label_definition label(std::string_view name) noexcept { return {name}; }

namespace detail {

/// The imm field of a long jump, which counts slots from the one after the jump.
constexpr std::int32_t long_jump_displacement(std::size_t jump, std::size_t target) noexcept {
    return static_cast<std::int32_t>(static_cast<std::int64_t>(target) - static_cast<std::int64_t>(jump) - 1);
}

/// The off field of any other jump.
constexpr std::int16_t jump_displacement(std::size_t jump, std::size_t target) noexcept {
    auto const slots = long_jump_displacement(jump, target);
    if (!std::in_range<std::int16_t>(slots))
        ill_formed("jump displacement does not fit the signed 16-bit off field: gotol() reaches farther");
    return static_cast<std::int16_t>(slots);
}

} // namespace detail

} // namespace bpfxx::insn
