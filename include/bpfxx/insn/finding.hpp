#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstdint>

namespace bpfxx::insn {

/// What is wrong with a program that the kernel would refuse.
enum class fault : std::uint8_t {
    none,
    empty,
    too_long,
    no_such_register,
    half_of_wide_load,
    jump_outside,
    jump_into_wide_load,
    jump_leaves_subprogram,
    call_outside,
    runs_past_end,
    runs_into_subprogram,
    write_to_r10,
    unreachable,
    endless,
    register_unset,
    register_lost_in_call,
    argument_unset,
    argument_lost_in_call,
    result_unset,
    stack_out_of_bounds,
    stack_misaligned,
    stack_subtraction,
    context_access,
};

/// A fault and the slot of the instruction that has it.
struct finding {
    fault what = fault::none;
    std::uint32_t slot = 0;

    constexpr explicit operator bool() const noexcept { return what != fault::none; }
    friend constexpr bool operator==(finding const&, finding const&) noexcept = default;
};

namespace detail {

/// Ends a constant evaluation with the sentence for a fault. An element that an array does not have is the only thing
/// whose number all compilers print: the line of the instruction.
constexpr int refuse(fault what, std::uint_least32_t at) noexcept {
    constexpr int line[1]{};
    // NOLINTBEGIN(bugprone-branch-clone): the sentences differ
    switch (what) {
    case fault::none: break;
    case fault::empty: return line[at];             // a program needs at least one instruction
    case fault::too_long: return line[at];          // the program is longer than the capacity that check was given
    case fault::no_such_register: return line[at];  // there is no such register: BPF has r0 to r10
    case fault::half_of_wide_load: return line[at]; // half of a 64-bit load: its second slot is missing or stands alone
    case fault::jump_outside: return line[at];      // this jump leaves the program
    case fault::jump_into_wide_load:
        return line[at]; // this jump goes into the middle of a 64-bit load, which takes two slots
    case fault::jump_leaves_subprogram: return line[at]; // this jump leaves its subprogram: call the other one
    case fault::call_outside: return line[at];           // this call or load names no instruction of the program
    case fault::runs_past_end:
        return line[at]; // execution would run past the last instruction: end with exit() or jump()
    case fault::runs_into_subprogram:
        return line[at]; // execution would run into the next subprogram: end with exit() or jump() before it
    case fault::write_to_r10: return line[at]; // r10 is the frame pointer and read only: copy it first, mov(r2, r10)
    case fault::unreachable:
        return line[at]; // nothing leads to this instruction: the kernel refuses code that cannot be reached
    case fault::endless: return line[at]; // this jump goes to itself and would never end: put the label elsewhere
    case fault::register_unset:
        return line[at]; // this instruction reads a register that nothing has set on some way to it
    case fault::register_lost_in_call:
        return line[at]; // this reads one of r1 to r5 after a call, which empties them: keep the value in r6 to r9
    case fault::argument_unset:
        return line[at]; // this helper takes an argument in a register that nothing has set on some way to it
    case fault::argument_lost_in_call:
        return line[at]; // this helper takes an argument in one of r1 to r5 that an earlier call has emptied
    case fault::result_unset: return line[at]; // the program ends without a result on some way: set r0 before exit()
    case fault::stack_out_of_bounds:
        return line[at]; // this access is outside the stack: it has 512 bytes, r10 - 512 to r10 - 1
    case fault::stack_misaligned:
        return line[at]; // this access to the stack is not aligned: its offset must be a multiple of its size
    case fault::stack_subtraction:
        return line[at]; // the kernel subtracts nothing from a copy of r10: add a negative number
    case fault::context_access: return line[at]; // this type of program has no such field in its context: see ctx<...>
    }
    // NOLINTEND(bugprone-branch-clone)
    return 0;
}

} // namespace detail

} // namespace bpfxx::insn
