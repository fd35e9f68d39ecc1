#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/id.hpp>
#include <bpfxx/core/access.hpp>
#include <bpfxx/core/malformed.hpp>
#include <bpfxx/core/resolve.hpp>
#include <bpfxx/core/unresolved.hpp>
#include <bpfxx/insn/opcode.hpp>
#include <bpfxx/slice.hpp>

#include <cstdint>
#include <limits>
#include <optional>

namespace bpfxx::core {

namespace detail {

[[nodiscard]] constexpr std::optional<insn::memory_size> memory_size_of(std::uint32_t bytes) noexcept {
    switch (bytes) {
    case 1: return insn::memory_size::b;
    case 2: return insn::memory_size::h;
    case 4: return insn::memory_size::w;
    case 8: return insn::memory_size::dw;
    default: return {};
    }
}

/// Writes the value of one relocation into its instruction.
class patcher {
  public:
    constexpr patcher(resolution const& answer, std::uint32_t number) noexcept : answer_{answer}, number_{number} {}

    /// `code` begins with the instruction.
    constexpr reason patch(slice<insn::instruction> code) const noexcept {
        if (!answer_.is_found) return poison(code);
        switch (insn::opcode_class(code[0].code & 0x07)) {
        case insn::opcode_class::alu:
        case insn::opcode_class::alu64: return arithmetic(code[0]);
        case insn::opcode_class::ldx:
        case insn::opcode_class::st:
        case insn::opcode_class::stx: return memory(code);
        case insn::opcode_class::ld: return wide(code);
        default: return reason::instruction_kind;
        }
    }

  private:
    constexpr reason poison(slice<insn::instruction> code) const noexcept {
        bool const is_wide = code[0].code == insn::wide_opcode;
        if (is_wide && code.size() < 2) return reason::instruction_outside;
        // Both halves, or the verifier would complain about the second one first.
        if (is_wide) code[1] = unresolved_call(number_);
        code[0] = unresolved_call(number_);
        return reason::none;
    }

    [[nodiscard]] constexpr bool is_expected(std::int64_t held) const noexcept {
        return !answer_.is_certain || static_cast<std::uint64_t>(held) == answer_.old_value;
    }

    constexpr reason arithmetic(insn::instruction& slot) const noexcept {
        if ((slot.code & std::uint8_t(insn::operand_source::x)) != 0) return reason::instruction_operand;
        if (!is_expected(slot.imm)) return reason::unexpected_value;
        slot.imm = low_half(answer_.new_value);
        return reason::none;
    }

    constexpr reason memory(slice<insn::instruction> code) const noexcept {
        insn::instruction& slot = code[0];
        if (!is_expected(slot.off)) return reason::unexpected_value;
        if (answer_.new_value > std::numeric_limits<std::int16_t>::max()) return reason::offset_too_large;
        if (!answer_.may_resize) return poison(code);
        if (answer_.old_size != answer_.new_size) {
            auto const held = memory_size_of(answer_.old_size);
            if (!held || (slot.code & size_bits) != std::uint8_t(*held)) return reason::unexpected_size;
            auto const size = memory_size_of(answer_.new_size);
            if (!size) return reason::impossible_size;
            slot.code = static_cast<std::uint8_t>((slot.code & ~size_bits) | std::uint8_t(*size));
        }
        slot.off = static_cast<std::int16_t>(answer_.new_value);
        return reason::none;
    }

    constexpr reason wide(slice<insn::instruction> code) const noexcept {
        if (code.size() < 2) return reason::instruction_outside;
        insn::instruction const plain{0, 0, 0, code[1].imm};
        bool const is_number = code[0].code == insn::wide_opcode && code[0].src() == 0 && code[0].off == 0;
        if (!is_number || code[1] != plain) return reason::instruction_form;
        auto const high = static_cast<std::uint64_t>(static_cast<std::uint32_t>(code[1].imm)) << 32;
        if (!is_expected(static_cast<std::int64_t>(high | static_cast<std::uint32_t>(code[0].imm)))) {
            return reason::unexpected_value;
        }
        code[0].imm = low_half(answer_.new_value);
        code[1].imm = low_half(answer_.new_value >> 32);
        return reason::none;
    }

    [[nodiscard]] static constexpr std::int32_t low_half(std::uint64_t value) noexcept {
        return static_cast<std::int32_t>(static_cast<std::uint32_t>(value));
    }

    static constexpr std::uint8_t size_bits = 0x18;

    resolution const& answer_;
    std::uint32_t number_;
};

} // namespace detail

/// Resolves the relocations of one program, or of one function, and writes what they come to into its instructions:
/// immediates, offsets with the sizes of loads and stores, 64-bit numbers. `insn_off` counts instructions from the first
/// of `code` on. `first_number` counts the relocations of the object before: an unresolved one is known by its number.
/// Errors: those of resolving; instruction_…, unexpected_value, unexpected_size, impossible_size, offset_too_large
constexpr malformed relocate(resolver& with, slice<insn::instruction> code, slice<core_relo const> relocations,
                             std::uint32_t first_number = 0) noexcept {
    std::uint32_t number = first_number;
    for (core_relo const& one : relocations) {
        btf::type_id const type{one.type_id};
        if (one.insn_off >= code.size()) return {reason::instruction_outside, number, type};
        auto const answer = with.resolve(one, number);
        if (!answer) return answer.error();
        reason const why = detail::patcher{*answer, number}.patch(code.subspan(one.insn_off));
        if (why != reason::none) return {why, number, type};
        ++number;
    }
    return {};
}

} // namespace bpfxx::core
