#pragma once
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/insn/syntax.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <random>
#include <span>
#include <vector>

namespace tests::insn {

/// Random slots that are mostly instructions: an opcode of the table, the other fields often 0 or at an edge.
class random_slots {
  public:
    explicit random_slots(unsigned seed) : engine_{seed} {}

    std::uint64_t bits() { return engine_(); }

    /// Eight bytes of anything.
    bpfxx::insn::instruction anything() {
        auto const all = bits();
        return {static_cast<std::uint8_t>(all), static_cast<std::uint8_t>(all >> 8),
                static_cast<std::int16_t>(all >> 16), static_cast<std::int32_t>(all >> 32)};
    }

    /// One slot, or two where the first one begins a wide load.
    std::vector<bpfxx::insn::instruction> next() {
        using namespace bpfxx::insn;
        auto const& forms = detail::one_slot_forms;
        auto const& chosen = forms[bits() % (std::size(forms) - 1)];
        if (bits() % 16 == 0)
            return {{wide_opcode, instruction::pack(register_number(), below(7)), 0, constant()},
                    {0, 0, 0, bits() % 2 == 0 ? 0 : constant()}};
        instruction slot = chosen.skeleton();
        slot.code = static_cast<std::uint8_t>(slot.code | (static_cast<std::uint8_t>(bits()) & ~chosen.mask));
        if (bits() % 8 != 0) slot.registers = instruction::pack(register_number(), slot.src());
        if (slot.src() == 0 && bits() % 4 != 0) slot.registers = instruction::pack(slot.dst(), register_number());
        if (slot.off == 0 && bits() % 2 != 0) slot.off = displacement();
        if (slot.imm == 0 && bits() % 2 != 0) slot.imm = constant();
        return {slot};
    }

  private:
    std::uint8_t below(unsigned limit) { return static_cast<std::uint8_t>(bits() % limit); }
    std::uint8_t register_number() { return below(12); }

    std::int16_t displacement() {
        constexpr std::array<std::int16_t, 6> edges{1, -1, 8, 16, 0x7fff, -0x8000};
        return bits() % 2 != 0 ? edges[bits() % edges.size()] : static_cast<std::int16_t>(bits());
    }

    std::int32_t constant() {
        constexpr std::array<std::int32_t, 17> edges{1,    -1,   0x7fff'ffff, std::numeric_limits<std::int32_t>::min(),
                                                     16,   32,   64,          0x40,
                                                     0x50, 0xa0, 0x41,        0x51,
                                                     0xa1, 0xe1, 0xf1,        0x1'0000,
                                                     0x100};
        return bits() % 2 != 0 ? edges[bits() % edges.size()] : static_cast<std::int32_t>(bits());
    }

    std::mt19937_64 engine_;
};

} // namespace tests::insn
