#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstdint>

#include <bpfxx/insn/effect.hpp>
#include <bpfxx/insn/helper.hpp>
#include <bpfxx/insn/opcode.hpp>

// What the checks know of the value in a register. They are to refuse nothing that the kernel takes, so everything here
// errs towards knowing nothing.
namespace bpfxx::insn::detail {

/// `anything`, the untouched context pointer, a number of which the kernel knows no more than its width (four of them, 8
/// to 64 bits), what may be zero or not, a pointer into a packet or to its end, or, from `stack_top` - 8192 on, a place
/// on the stack.
enum class value : std::int16_t {
    anything = 0,
    context = 1,
    number = 2,
    zero_or_not = 6,
    packet = 7,
    packet_end = 8,
    stack_top = 16384,
};

constexpr bool is_stack(value of) noexcept { return of > value::packet_end; }

/// How far from the frame pointer.
constexpr std::int32_t stack_offset(value of) noexcept {
    return static_cast<std::int32_t>(of) - static_cast<std::int32_t>(value::stack_top);
}

constexpr value stack_at(std::int64_t offset) noexcept {
    return offset >= -8192 && offset <= 8192 ? static_cast<value>(offset + std::int64_t(value::stack_top))
                                             : value::anything;
}

/// A number that fills so many bytes: 1, 2, 4 or 8.
constexpr value number_of(std::uint32_t bytes) noexcept {
    return static_cast<value>(std::int32_t(value::number) + (bytes > 1) + (bytes > 2) + (bytes > 4));
}

constexpr bool is_number(value of) noexcept { return of >= value::number && of < value::zero_or_not; }

/// The largest such number.
constexpr std::uint64_t most(value number) noexcept {
    constexpr std::uint64_t largest[] = {0xff, 0xffff, 0xffff'ffff, ~std::uint64_t{}};
    return largest[std::int32_t(number) - std::int32_t(value::number)];
}

/// Once two registers hold the same number, learning about one tells about the other: neither stays arbitrary.
constexpr bool is_spoilt_by_copying(value of) noexcept { return of >= value::number && of <= value::zero_or_not; }

/// Whether a comparison of these two can only be decided when the program runs.
constexpr bool can_go_both_ways(instruction const& jump, value left, value right) noexcept {
    bool const is_end =
        (left == value::packet && right == value::packet_end) || (left == value::packet_end && right == value::packet);
    if (is_end) return class_of(jump.code) == opcode_class::jmp;
    // Two registers with one number in them would not be two arbitrary numbers.
    return jump.dst() != jump.src() && jump_of(jump.code) != jump_op::jset && is_number(left) && is_number(right);
}

/// Whether a number from 0 to `largest` may both pass and fail the comparison with a constant, by exact arithmetic: what
/// can happen, the kernel has to follow.
constexpr bool can_go_both_ways(jump_op op, std::uint64_t largest, std::uint64_t constant) noexcept {
    switch (op) {
    case jump_op::jeq:
    case jump_op::jne: return constant <= largest;
    case jump_op::jset: return (constant & largest) != 0;
    case jump_op::jgt:
    case jump_op::jle: return constant < largest;
    case jump_op::jge:
    case jump_op::jlt: return constant != 0 && constant <= largest;
    default: return false;
    }
}

constexpr jump_op unsigned_form(jump_op op) noexcept {
    switch (op) {
    case jump_op::jsgt: return jump_op::jgt;
    case jump_op::jsge: return jump_op::jge;
    case jump_op::jslt: return jump_op::jlt;
    case jump_op::jsle: return jump_op::jle;
    default: return op;
    }
}

/// Whether the kernel has to follow a comparison of this value with the jump's constant both ways.
constexpr bool can_go_both_ways(instruction const& jump, value left) noexcept {
    if (left == value::zero_or_not)
        return class_of(jump.code) == opcode_class::jmp && jump.imm == 0 &&
               (jump_of(jump.code) == jump_op::jeq || jump_of(jump.code) == jump_op::jne);
    if (!is_number(left)) return false;
    auto const width = class_of(jump.code) == opcode_class::jmp ? ~std::uint64_t{} : std::uint64_t{0xffff'ffff};
    auto const largest = most(left) & width;
    auto const plain = unsigned_form(jump_of(jump.code));
    // Signed, a number that fills the width can lie on either side of nearly every constant; a narrower one is positive.
    if (plain != jump_of(jump.code) && largest == width) return jump.imm > INT32_MIN && jump.imm < INT32_MAX;
    return can_go_both_ways(plain, largest, static_cast<std::uint64_t>(std::int64_t{jump.imm}) & width);
}

/// What a helper leaves in r0, as far as it can be told from its number.
constexpr value result_of(helper whom) noexcept {
    switch (whom) {
    // An array's element is never absent where the kernel sees the index.
    case helper::map_lookup_elem:
    // The kernel may see only one processor, or knows the range.
    case helper::get_smp_processor_id:
    case helper::get_numa_node_id:
    case helper::get_retval:
    // Never absent.
    case helper::get_local_storage:
    case helper::get_current_task:
    case helper::get_current_task_btf:
    case helper::this_cpu_ptr:
    case helper::task_pt_regs:
    case helper::kptr_xchg:
    // Nothing.
    case helper::tail_call:
    case helper::spin_lock:
    case helper::spin_unlock:
    case helper::ringbuf_submit:
    case helper::ringbuf_discard:
    case helper::ringbuf_submit_dynptr:
    case helper::ringbuf_discard_dynptr: return value::anything;
    default: return value::zero_or_not;
    }
}

} // namespace bpfxx::insn::detail
