#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstdint>

#include <bpfxx/insn/helper.hpp>
#include <bpfxx/insn/opcode.hpp>

// What an instruction does, from its opcode by a table: compilers evaluate few steps that way.
namespace bpfxx::insn {

/// Which registers an instruction reads, gives a value, and leaves without one; bit n stands for register n.
struct effect {
    std::uint16_t reads = 0;
    std::uint16_t sets = 0;
    std::uint16_t unsets = 0;

    friend constexpr bool operator==(effect const&, effect const&) noexcept = default;
};

namespace detail {

constexpr opcode_class class_of(std::uint8_t code) noexcept { return opcode_class(code & 0x07); }
constexpr alu_op alu_of(std::uint8_t code) noexcept { return alu_op(code & 0xf0); }
constexpr jump_op jump_of(std::uint8_t code) noexcept { return jump_op(code & 0xf0); }
constexpr memory_mode mode_of(std::uint8_t code) noexcept { return memory_mode(code & 0xe0); }
constexpr bool takes_register(std::uint8_t code) noexcept { return (code & 0x08) != 0; }

/// How many bytes a load or a store moves.
constexpr std::uint32_t bytes_of(std::uint8_t code) noexcept {
    constexpr std::uint8_t bytes[] = {4, 2, 1, 8}; // w, h, b, dw
    return bytes[(code >> 3) & 3];
}

constexpr bool is_load_acquire(instruction const& one) noexcept {
    return class_of(one.code) == opcode_class::stx && mode_of(one.code) == memory_mode::atomic &&
           atomic_op(one.imm) == atomic_op::load_acq;
}

/// What becomes of values.
enum class action : std::uint8_t {
    nothing, // an end, a jump without a comparison
    call,
    packet_load,
    // From here to `store`, the opcode alone says which registers count.
    compute,      // dst gets a value of which nothing is known
    add_constant, // to all of dst
    copy,         // all of src
    copy_part,    // the lower half of src
    compare,
    // From here on, there may be a fault in it though all that it reads is set.
    subtract_constant, // from all of dst
    load,
    store,
    atomic,
};

/// Where execution goes on.
enum class flow_kind : std::uint8_t {
    second_slot,     // of a 64-bit load: nowhere
    straight,        // to the next instruction
    branch,          // to the target or to the next, by a comparison
    either,          // to the target or to the next: the kernel looks at both
    call_subprogram, // to the next after the one that starts at the target
    name_subprogram, // to the next; a callback starts at the target
    call_kernel,     // to the next, unless the kernel function ends the program
    jump,            // to the target
    end,
};

struct opcode_facts {
    action does = action::compute;
    bool reads_dst = false;
    bool reads_src = false;
    bool sets_dst = false;
    /// Of calls, that of a subprogram; of 64-bit loads, `second_slot`.
    flow_kind goes = flow_kind::straight;
};

constexpr opcode_facts facts_of_arithmetic(std::uint8_t code) noexcept {
    auto const op = alu_of(code);
    bool const by_register = takes_register(code) && op != alu_op::end && op != alu_op::neg;
    opcode_facts made{action::compute, op != alu_op::mov, by_register, true};
    bool const is_whole = class_of(code) == opcode_class::alu64;
    if (op == alu_op::mov && by_register) made.does = is_whole ? action::copy : action::copy_part;
    if (op == alu_op::add && !by_register && is_whole) made.does = action::add_constant;
    if (op == alu_op::sub && !by_register && is_whole) made.does = action::subtract_constant;
    return made;
}

constexpr opcode_facts facts_of_jump(std::uint8_t code) noexcept {
    switch (jump_of(code)) {
    case jump_op::call: return {.does = action::call, .goes = flow_kind::call_subprogram};
    case jump_op::exit: return {.does = action::nothing, .goes = flow_kind::end};
    case jump_op::ja: return {.does = action::nothing, .goes = flow_kind::jump};
    case jump_op::jcond: return {.does = action::nothing, .goes = flow_kind::either};
    default: return {action::compare, true, takes_register(code), false, flow_kind::branch};
    }
}

constexpr opcode_facts facts_of_opcode(std::uint8_t code) noexcept {
    switch (class_of(code)) {
    case opcode_class::ld:
        if (code == wide_opcode) return {action::compute, false, false, true, flow_kind::second_slot};
        if (code == 0) return {.does = action::nothing, .goes = flow_kind::second_slot};
        return {action::packet_load, false, mode_of(code) == memory_mode::ind};
    case opcode_class::ldx: return {action::load, false, true, true};
    case opcode_class::st: return {action::store, true};
    case opcode_class::stx: return {mode_of(code) == memory_mode::atomic ? action::atomic : action::store, true, true};
    case opcode_class::alu:
    case opcode_class::alu64: return facts_of_arithmetic(code);
    case opcode_class::jmp:
    case opcode_class::jmp32: break;
    }
    return facts_of_jump(code);
}

struct opcode_facts_table {
    opcode_facts of[256]{};

    consteval opcode_facts_table() {
        for (unsigned code = 0; code != 256; ++code) of[code] = facts_of_opcode(static_cast<std::uint8_t>(code));
    }
};

inline constexpr opcode_facts_table opcode_table;

/// r1 to r5, which hold the arguments of a call and no value after it.
inline constexpr std::uint16_t call_registers = 0x3e;

constexpr std::uint16_t bits(unsigned all) noexcept { return static_cast<std::uint16_t>(all); }

constexpr effect atomic_effect(instruction const& one) noexcept {
    auto const dst = 1u << one.dst(), src = 1u << one.src();
    if (is_load_acquire(one)) return {bits(src), bits(dst)};
    if (atomic_op(one.imm) == atomic_op::cmpxchg) return {bits(dst | src | 1u), bits(1u)};
    bool const fetches = (one.imm & std::int32_t(atomic_op::fetch_add)) != 0;
    return {bits(dst | src), bits(fetches ? src : 0u)};
}

constexpr effect call_effect(instruction const& one) noexcept {
    auto const arguments = pseudo_call(one.src()) == pseudo_call::helper ? least_arguments(helper(one.imm)) : 0u;
    return {bits(((1u << arguments) - 1) << 1), bits(1u), call_registers};
}

} // namespace detail

/// What an instruction does with registers; of a subprogram or a kernel function that it calls, the arguments count as
/// not read, since what they are is not seen here.
/// UAPI: `struct bpf_insn`
constexpr effect effect_of(instruction const& one) noexcept {
    auto const& known = detail::opcode_table.of[one.code];
    if (known.does == detail::action::atomic) return detail::atomic_effect(one);
    if (known.does >= detail::action::compute) {
        auto const dst = one.dst();
        return {static_cast<std::uint16_t>(known.reads_dst << dst | known.reads_src << one.src()),
                static_cast<std::uint16_t>(known.sets_dst << dst), 0};
    }
    if (known.does == detail::action::call) return detail::call_effect(one);
    // A packet load is a call in disguise: r6 is the packet, r0 takes what it held.
    if (known.does == detail::action::packet_load)
        return {detail::bits(1u << 6 | unsigned{known.reads_src} << one.src()), 1, detail::call_registers};
    // An end reads the result.
    return {detail::bits(detail::jump_of(one.code) == jump_op::exit), 0, 0};
}

} // namespace bpfxx::insn
