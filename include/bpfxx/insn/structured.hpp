#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <array>
#include <cstddef>
#include <cstdint>

#include <bpfxx/ill_formed.hpp>
#include <bpfxx/insn/jump.hpp>
#include <bpfxx/insn/opcode.hpp>
#include <bpfxx/insn/placed.hpp>

// Blocks instead of labels. Each statement is the one jump that its words say, or no instruction at all:
//     if_(r0 == 0), …, else_(), …, end_if()        a jump over the first part, a goto over the second, nothing
//     loop(), …, break_if(r1 > r2), …, again()     nothing, a jump out, a goto back
// Blocks nest, and labels may stand among them.
namespace bpfxx::insn {

/// Which piece of a block a statement is.
enum class block_part : std::uint8_t { if_, else_, end_if, loop, again, break_ };

/// A piece of a block; its instruction counts where the piece has one, and lacks its distance.
template <block_part Part>
struct [[nodiscard]] block_statement {
    instruction jump{};
};

namespace detail {

template <block_part Part>
inline constexpr bool opens_block = Part == block_part::if_ || Part == block_part::loop;

template <block_part Part>
inline constexpr bool has_jump = Part != block_part::end_if && Part != block_part::loop;

constexpr jump_op inverse(jump_op op) noexcept {
    switch (op) {
    case jump_op::jeq: return jump_op::jne;
    case jump_op::jne: return jump_op::jeq;
    case jump_op::jgt: return jump_op::jle;
    case jump_op::jle: return jump_op::jgt;
    case jump_op::jge: return jump_op::jlt;
    case jump_op::jlt: return jump_op::jge;
    case jump_op::jsgt: return jump_op::jsle;
    case jump_op::jsle: return jump_op::jsgt;
    case jump_op::jsge: return jump_op::jslt;
    case jump_op::jslt: return jump_op::jsge;
    case jump_op::jset:
        ill_formed("if_(any_bits(r1, 4)) has no inverse jump: mov(r2, r1), and_(r2, 4), if_(r2 != 0) instead");
    default: ill_formed("if_() takes a comparison of a register, such as r0 == 0");
    }
}

/// The jump that is taken exactly where the condition does not hold.
constexpr instruction inverted(condition when) noexcept {
    constexpr unsigned op_bits = 0xf0;
    instruction made = when.test;
    auto const op = inverse(static_cast<jump_op>(made.code & op_bits));
    made.code = static_cast<std::uint8_t>((made.code & ~op_bits) | std::uint8_t(op));
    return made;
}

inline constexpr instruction plain_jump{opcode(opcode_class::jmp, jump_op::ja, operand_source::k), 0, 0, 0};

} // namespace detail

/// Begins what runs only if the condition holds: a jump past it if the condition does not hold.
/// UAPI: the inverse comparison, so BPF_JLT, BPF_JLE, BPF_JSLT and BPF_JSLE for `>=`, `>`, `sge` and `sgt`
/// Since: as that comparison
constexpr placed<block_statement<block_part::if_>> if_(condition when, here place = here::current()) noexcept {
    return {{detail::inverted(when)}, place};
}

/// Begins what runs only if the condition did not hold: a goto past it, for what ran before it. Where that never comes
/// here, because it ends in `exit()` or `break_()`, the kernel refuses the goto as unreachable: leave `else_()` out.
/// UAPI: BPF_JA
/// Since: Linux 3.18
constexpr placed<block_statement<block_part::else_>> else_(here place = here::current()) noexcept {
    return {{detail::plain_jump}, place};
}

/// Ends what `if_` began; no instruction.
constexpr placed<block_statement<block_part::end_if>> end_if(here place = here::current()) noexcept {
    return {{}, place};
}

/// Begins what `again` repeats; no instruction.
constexpr placed<block_statement<block_part::loop>> loop(here place = here::current()) noexcept { return {{}, place}; }

/// Ends a loop: a goto back to its beginning.
/// UAPI: BPF_JA
/// Since: Linux 5.3, before which the kernel took no loops
constexpr placed<block_statement<block_part::again>> again(here place = here::current()) noexcept {
    return {{detail::plain_jump}, place};
}

/// Ends a loop: a jump back to its beginning if the condition holds.
/// UAPI: BPF_JEQ … BPF_JSLE
/// Since: Linux 5.3, before which the kernel took no loops
constexpr placed<block_statement<block_part::again>> again_if(condition when, here place = here::current()) noexcept {
    return {{when.test}, place};
}

/// Leaves the innermost loop: a goto past its end.
/// UAPI: BPF_JA
/// Since: Linux 3.18
constexpr placed<block_statement<block_part::break_>> break_(here place = here::current()) noexcept {
    return {{detail::plain_jump}, place};
}

/// Leaves the innermost loop if the condition holds: a jump past its end.
/// UAPI: BPF_JEQ … BPF_JSLE
/// Since: as the comparison
constexpr placed<block_statement<block_part::break_>> break_if(condition when, here place = here::current()) noexcept {
    return {{when.test}, place};
}

template <unsigned Width>
block_statement<block_part::if_> if_(reg<Width>) = delete; // compare the register: if_(r0 != 0)
template <unsigned Width>
block_statement<block_part::again> again_if(reg<Width>) = delete; // compare the register: again_if(r0 != 0)
template <unsigned Width>
block_statement<block_part::break_> break_if(reg<Width>) = delete; // compare the register: break_if(r0 != 0)

namespace detail {

/// A jump that a block needs: from one slot to another.
struct block_jump {
    std::size_t from = 0;
    std::size_t to = 0;
};

/// Finds where the jumps of blocks go, given every statement of a block with the slot that it takes, or that the next
/// instruction takes where it is none.
template <std::size_t Blocks, std::size_t Jumps>
class block_stack {
  public:
    constexpr void put(block_statement<block_part::if_>, std::size_t slot) noexcept {
        push(block_part::if_, slot);
        add_jump(slot, blocks_opened_);
    }

    constexpr void put(block_statement<block_part::else_>, std::size_t slot) noexcept {
        if (depth_ == 0 || top().part == block_part::loop)
            ill_formed("else_() stands in no open if_(): a loop() inside it ends with again() before");
        if (top().part == block_part::else_) ill_formed("this if_() has an else_() already");
        land(top(), slot + 1);
        top().part = block_part::else_;
        add_jump(slot, top().id);
    }

    constexpr void put(block_statement<block_part::end_if>, std::size_t slot) noexcept {
        if (depth_ == 0 || top().part == block_part::loop)
            ill_formed("end_if() stands in no open if_(): a loop() inside it ends with again() before");
        land(top(), slot);
        --depth_;
    }

    constexpr void put(block_statement<block_part::loop>, std::size_t slot) noexcept { push(block_part::loop, slot); }

    constexpr void put(block_statement<block_part::again> const& one, std::size_t slot) noexcept {
        if (depth_ == 0 || top().part != block_part::loop)
            ill_formed("again() stands in no open loop(): an if_() inside it ends with end_if() before");
        if (top().start == slot && one.jump == plain_jump)
            ill_formed("a loop needs an instruction between loop() and again()");
        land(top(), slot + 1);
        add_jump(slot, landed);
        jumps_[used_ - 1].to = top().start;
        --depth_;
    }

    constexpr void put(block_statement<block_part::break_>, std::size_t slot) noexcept {
        for (std::size_t i = depth_; i != 0; --i)
            if (open_[i - 1].part == block_part::loop) return add_jump(slot, open_[i - 1].id);
        ill_formed("break_() and break_if() leave a loop(): there is none around them");
    }

    /// At the end of the program or of a subprogram, whose next slot is no longer part of it.
    constexpr void check_closed(std::size_t next) const noexcept {
        if (depth_ != 0 && open_[depth_ - 1].part == block_part::loop)
            ill_formed("a loop() is still open: end it with again() or again_if()");
        if (depth_ != 0) ill_formed("an if_() is still open: end it with end_if()");
        if (furthest_ == next)
            ill_formed("nothing follows the last end_if() or again(): the jump there would leave the program");
    }

    constexpr std::size_t jump_count() const noexcept { return used_; }
    constexpr block_jump const& jump(std::size_t number) const noexcept { return jumps_[number]; }

  private:
    /// Blocks are numbered from 1; a jump that has landed waits for none of them.
    static constexpr std::size_t landed = 0;

    struct open_block {
        block_part part{};
        std::size_t id = 0;
        std::size_t start = 0;
        std::size_t first_jump = 0;
    };

    constexpr open_block& top() noexcept { return open_[depth_ - 1]; }

    constexpr void push(block_part part, std::size_t slot) noexcept {
        open_[depth_++] = {part, ++blocks_opened_, slot, used_};
    }

    constexpr void add_jump(std::size_t slot, std::size_t waits_for) noexcept {
        waits_for_[used_] = waits_for;
        jumps_[used_++].from = slot;
    }

    /// Every jump that waits for this block goes here.
    constexpr void land(open_block const& block, std::size_t slot) noexcept {
        for (std::size_t i = block.first_jump; i != used_; ++i) {
            if (waits_for_[i] != block.id) continue;
            waits_for_[i] = landed;
            jumps_[i].to = slot;
            furthest_ = slot;
        }
    }

    std::array<open_block, Blocks> open_{};
    std::array<block_jump, Jumps> jumps_{};
    std::array<std::size_t, Jumps> waits_for_{};
    std::size_t depth_ = 0;
    std::size_t used_ = 0;
    std::size_t blocks_opened_ = 0;
    std::size_t furthest_ = 0;
};

} // namespace detail

} // namespace bpfxx::insn
