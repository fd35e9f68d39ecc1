#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/insn/opcode.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bpfxx::core {

/// The number of a helper that no kernel has, and its successors: an instruction whose relocation the target cannot
/// fulfil becomes a call of it. The verifier drops it where the program cannot get there, and names it where it can.
/// The first one is what other loaders use for all.
inline constexpr std::int32_t unresolved_helper = 195'896'080;

/// How many relocations can be told apart by the helper's number.
inline constexpr std::uint32_t unresolved_limit = 1'000'000;

/// What an instruction becomes whose relocation cannot be resolved.
[[nodiscard]] constexpr insn::instruction unresolved_call(std::uint32_t relocation) noexcept {
    constexpr std::uint8_t call = insn::opcode(insn::opcode_class::jmp, insn::jump_op::call, insn::operand_source::k);
    std::uint32_t const named = relocation < unresolved_limit ? relocation : unresolved_limit;
    return {call, 0, 0, unresolved_helper + static_cast<std::int32_t>(named)};
}

/// Which relocation an instruction was that is no longer one; nothing for all other instructions.
[[nodiscard]] constexpr std::optional<std::uint32_t> unresolved_relocation(insn::instruction slot) noexcept {
    std::int64_t const number = std::int64_t{slot.imm} - unresolved_helper;
    if (number < 0 || number >= std::int64_t{unresolved_limit}) return {};
    if (slot != unresolved_call(static_cast<std::uint32_t>(number))) return {};
    return static_cast<std::uint32_t>(number);
}

/// Which unresolved relocation the verifier ran into, as the end of its log says; nothing when it complains about
/// something else.
[[nodiscard]] constexpr std::optional<std::uint32_t> unresolved_relocation(std::string_view verifier_log) noexcept {
    constexpr std::string_view before = "invalid func unknown#";
    if (verifier_log.size() < before.size()) return {};
    for (std::size_t at = verifier_log.size() - before.size() + 1; at-- > 0;) {
        if (verifier_log.substr(at, before.size()) != before) continue;
        std::int64_t number = 0;
        for (at += before.size(); at < verifier_log.size() && number < (std::int64_t{1} << 32); ++at) {
            if (verifier_log[at] < '0' || verifier_log[at] > '9') break;
            number = number * 10 + (verifier_log[at] - '0');
        }
        number -= unresolved_helper;
        if (number < 0 || number >= std::int64_t{unresolved_limit}) return {};
        return static_cast<std::uint32_t>(number);
    }
    return {};
}

} // namespace bpfxx::core
