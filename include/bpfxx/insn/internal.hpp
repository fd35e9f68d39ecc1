#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstdint>
#include <string_view>

#include <bpfxx/insn/opcode.hpp>

// What the kernel puts into programs for itself, as `xlated_prog_insns` shows it; it refuses to load any of it.
namespace bpfxx::insn {

namespace detail {

struct internal_memory {
    std::uint8_t code;
    std::string_view meaning;
};

/// Loads and stores in modes of the kernel's own, whatever their size.
/// UAPI: none; BPF_PROBE_MEM, BPF_PROBE_MEMSX, BPF_PROBE_MEM32, BPF_PROBE_MEM32SX, BPF_PROBE_ATOMIC, BPF_NOSPEC in
/// include/linux/filter.h
inline constexpr internal_memory internal_memories[] = {
    {0x21, "kernel: load that may fault"}, {0x41, "kernel: sign-extending load that may fault"},
    {0xa1, "kernel: load from an arena"},  {0xa2, "kernel: store to an arena"},
    {0xa3, "kernel: store to an arena"},   {0xc1, "kernel: sign-extending load from an arena"},
    {0xe3, "kernel: atomic in an arena"},  {0xc2, "kernel: speculation barrier"},
};

/// What a move stands for that has bits set which no program may set; empty for others.
constexpr std::string_view internal_move(instruction const& slot) noexcept {
    if (slot.code == 0xbc && slot.dst() == slot.src() && slot.off == 0 && slot.imm == 1)
        return "kernel: upper 32 bits set to zero";
    if (slot.code == 0xbf && slot.off == -1) return "kernel: address of this CPU's copy";
    return {};
}

/// What a jump or a call stands for that no program may have; empty for others.
constexpr std::string_view internal_jump(instruction const& slot) noexcept {
    if (slot.code == 0xf5) return "kernel: tail call";
    if (slot.code == 0xe5 && slot.src() == std::uint8_t(pseudo_call::subprogram))
        return "kernel: interpreted call of a subprogram";
    if (slot.code == 0x85 && slot.src() == std::uint8_t(pseudo_call::subprogram))
        return "kernel: call of subprogram number imm, off slots away";
    return {};
}

/// What one slot that is no instruction is; empty where nothing is known of it.
constexpr std::string_view internal_meaning(instruction const& slot) noexcept {
    if (slot.code == wide_opcode) return "first half of a 64-bit load";
    if (slot == instruction{0, 0, 0, slot.imm}) return "second half of a 64-bit load";
    if (auto const move = internal_move(slot); !move.empty()) return move;
    if (auto const jump = internal_jump(slot); !jump.empty()) return jump;
    for (internal_memory const& one : internal_memories)
        if ((slot.code & 0xe7) == one.code) return one.meaning;
    return {};
}

} // namespace detail

} // namespace bpfxx::insn
