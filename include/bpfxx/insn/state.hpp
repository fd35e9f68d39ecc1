#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstdint>

#include <bpfxx/insn/context_rules.hpp>
#include <bpfxx/insn/effect.hpp>
#include <bpfxx/insn/helper.hpp>
#include <bpfxx/insn/opcode.hpp>
#include <bpfxx/insn/value.hpp>

namespace bpfxx::insn::detail {

/// What the checks know before an instruction, on whichever way execution came there.
struct register_state {
    /// Registers that hold no value, whatever the way; of them, those that a call has emptied on some way.
    std::uint16_t unset = 0;
    std::uint16_t lost = 0;
    /// Four bytes of stack each, counted down from r10, that hold a number of which the kernel knows nothing.
    std::uint64_t arbitrary_stack = 0;
    value values[11] = {};

    /// At the start of the program (with its context in r1) or of a subprogram (with arguments).
    static constexpr register_state at_start(bool of_program) noexcept {
        register_state made{.unset = of_program ? std::uint16_t{0x3fd} : std::uint16_t{0x3c1}};
        made.values[1] = of_program ? value::context : value::anything;
        made.values[10] = value::stack_top;
        return made;
    }

    /// What is known on this way and on another; whether that is less than before.
    constexpr bool join(register_state const& other) noexcept {
        bool less = (unset & ~other.unset) != 0 || (arbitrary_stack & ~other.arbitrary_stack) != 0;
        unset &= other.unset;
        lost |= other.lost;
        arbitrary_stack &= other.arbitrary_stack;
        for (int i = 0; i != 10; ++i)
            if (values[i] != other.values[i] && values[i] != value::anything) values[i] = value::anything, less = true;
        return less;
    }
};

/// The four-byte pieces of stack that so many bytes touch, as far as `arbitrary_stack` goes.
constexpr std::uint64_t pieces_of_stack(std::int32_t offset, std::uint32_t bytes) noexcept {
    if (offset >= 0 || offset < -256) return 0;
    auto const first = static_cast<std::uint32_t>(-offset - 1) / 4;
    return (bytes == 8 && first != 0 ? std::uint64_t{3} << (first - 1) : std::uint64_t{1} << first);
}

/// Whether the key that r2 points to is one that the kernel cannot know.
constexpr bool has_arbitrary_key(register_state const& now) noexcept {
    if (!is_stack(now.values[2]) || stack_offset(now.values[2]) % 4 != 0) return false;
    return (pieces_of_stack(stack_offset(now.values[2]), 4) & now.arbitrary_stack) != 0;
}

constexpr value called_result(register_state const& now, instruction const& one) noexcept {
    if (pseudo_call(one.src()) != pseudo_call::helper) return value::anything;
    if (helper(one.imm) == helper::map_lookup_elem && has_arbitrary_key(now)) return value::zero_or_not;
    return result_of(helper(one.imm));
}

constexpr value copied(register_state& now, std::uint8_t from) noexcept {
    if (is_spoilt_by_copying(now.values[from])) now.values[from] = value::anything;
    return now.values[from];
}

// The kernel follows both sides until it has learnt that this very pointer is past the end.
constexpr void note_comparison(register_state& now, std::uint8_t which) noexcept {
    copied(now, which);
    if (now.values[which] == value::packet) now.values[which] = value::anything;
}

constexpr value moved(value pointer, std::int32_t bytes) noexcept {
    if (pointer == value::packet) return pointer;
    return is_stack(pointer) ? stack_at(std::int64_t{stack_offset(pointer)} + bytes) : value::anything;
}

constexpr void note_store(register_state& now, instruction const& one) noexcept {
    auto stored = value::anything;
    if (class_of(one.code) == opcode_class::stx) {
        stored = now.values[one.src()];
        copied(now, one.src());
    }
    auto const base = now.values[one.dst()];
    if (!is_stack(base)) return;
    auto const touched = pieces_of_stack(stack_offset(base) + one.off, bytes_of(one.code));
    bool const arbitrary = is_number(stored) && mode_of(one.code) == memory_mode::mem;
    now.arbitrary_stack = arbitrary ? now.arbitrary_stack | touched : now.arbitrary_stack & ~touched;
}

constexpr void note_atomic(register_state& now, instruction const& one, effect const& by) noexcept {
    note_store(now, one);
    for (int i = 0; by.sets >> i != 0; ++i)
        if ((by.sets >> i & 1) != 0) now.values[i] = value::anything;
}

constexpr void note_call(register_state& now, value result) noexcept {
    now.values[0] = result;
    for (int i = 1; i != 6; ++i) now.values[i] = value::anything;
}

/// What a load gives, by the rules of the program's context.
template <class Rules>
constexpr value loaded(register_state const& now, instruction const& one) noexcept {
    if constexpr (Rules::known) {
        if (now.values[one.src()] != value::context || mode_of(one.code) != memory_mode::mem) return value::anything;
        switch (Rules::gives(one.off, bytes_of(one.code))) {
        case context_value::number: return number_of(bytes_of(one.code));
        case context_value::packet: return value::packet;
        case context_value::packet_end: return value::packet_end;
        case context_value::anything: break;
        }
    }
    return value::anything;
}

/// Goes over one instruction.
template <class Rules>
constexpr void advance(register_state& now, instruction const& one, action does, effect const& by) noexcept {
    if ((by.unsets | (by.sets & (now.unset | now.lost))) != 0) {
        now.unset = static_cast<std::uint16_t>((now.unset | by.unsets) & ~by.sets);
        now.lost = static_cast<std::uint16_t>((now.lost | by.unsets) & ~by.sets);
    }
    // What is common comes last: there clang begins to look.
    switch (does) {
    case action::nothing: return;
    case action::packet_load: return note_call(now, number_of(bytes_of(one.code)));
    case action::atomic: return note_atomic(now, one, by);
    case action::copy_part:
        copied(now, one.src());
        now.values[one.dst()] = value::anything;
        return;
    case action::call:
        note_call(now, called_result(now, one));
        if (pseudo_call(one.src()) != pseudo_call::helper) now.arbitrary_stack = 0;
        return;
    // Whichever way execution goes on, something has been learnt of both operands.
    case action::compare:
        note_comparison(now, one.dst());
        if (takes_register(one.code)) note_comparison(now, one.src());
        return;
    case action::store: return note_store(now, one);
    case action::load: now.values[one.dst()] = loaded<Rules>(now, one); return;
    case action::copy: {
        auto const taken = copied(now, one.src());
        now.values[one.dst()] = one.off == 0 ? taken : value::anything;
        return;
    }
    case action::add_constant: now.values[one.dst()] = moved(now.values[one.dst()], one.imm); return;
    case action::subtract_constant:
    case action::compute: now.values[one.dst()] = value::anything;
    }
}

} // namespace bpfxx::insn::detail
