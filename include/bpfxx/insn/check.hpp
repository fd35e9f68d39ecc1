#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstddef>
#include <cstdint>
#include <span>

#include <bpfxx/insn/context_rules.hpp>
#include <bpfxx/insn/effect.hpp>
#include <bpfxx/insn/finding.hpp>
#include <bpfxx/insn/flow.hpp>
#include <bpfxx/insn/opcode.hpp>
#include <bpfxx/insn/state.hpp>
#include <bpfxx/insn/value.hpp>

namespace bpfxx::insn {

/// A program whose type is not known yet: nothing is known of its context, and it has a result.
template <>
struct context_rules<void> {
    static constexpr bool known = false;
    static constexpr bool returns = true;
};

namespace detail {

/// Follows a program the way the verifier does, but only where it is sure to go, and refuses only what it is sure to
/// refuse.
///
/// First every way is followed to learn what holds on all of them. Then execution is followed from the start, over a
/// condition only where the kernel cannot know its outcome. Where it may know, neither side is sure to be looked at, but
/// the place where the two sides meet again is.
template <std::size_t Capacity, class Rules>
class checker {
  public:
    constexpr checker(instruction const* given_code, std::size_t given_count) noexcept
        : code_{given_code}, count_{given_count} {}

    constexpr finding run() noexcept {
        if (auto const found = flow_.read(code_, count_)) return found;
        seed(0, register_state::at_start(true));
        mark(0, 0, register_state::at_start(true).unset);
        // Without a way back, everything that leads to an instruction has been seen before it.
        if (flow_.goes_back())
            while (pass(false)) {
            }
        while (pass(true)) {
        }
        if (!found_ && unreachable_ != 0) return {fault::unreachable, static_cast<std::uint32_t>(unreachable_)};
        return found_;
    }

  private:
    /// Goes over the program once, learning what holds on all ways and, when that is known, judging the sure ones;
    /// whether another pass is needed, because a jump back brought news.
    constexpr bool pass(bool judging) noexcept {
        again_ = false;
        unreachable_ = 0;
        register_state now{};
        bool live = false;
        bool sure = false;
        // Registers that are unset on one of the sure ways.
        std::uint16_t unset = 0;
        auto const* const steps = flow_.steps();
        for (std::size_t i = 0; i != count_; ++i) {
            auto const& step = steps[i];
            if (step.goes == flow_kind::second_slot) continue;
            if (step.is_entry) {
                if (live) seed(i, now);
                if (sure) mark(i, i - 1, unset);
                live = seen_[i];
                now = at_[i];
                sure = judging && sure_[i];
                unset = unset_[i];
            }
            if (!live) {
                if (unreachable_ == 0) unreachable_ = i;
                continue;
            }
            bool const open = sure && step.goes == flow_kind::branch && can_go_both_ways(code_[i], now);
            if (sure && (step.is_delicate || (step.by.reads & (now.unset | unset)) != 0) && judge(i, now, unset, open))
                return false;
            advance<Rules>(now, code_[i], step.does, step.by);
            if ((step.by.unsets | (step.by.sets & unset)) != 0)
                unset = static_cast<std::uint16_t>((unset | step.by.unsets) & ~step.by.sets);
            if (step.goes == flow_kind::straight) continue;
            spread(i, now);
            live = step.falls_through();
            sure = sure && go_on(i, open, unset);
        }
        return again_;
    }

    /// What is known after an instruction goes where it leads.
    constexpr void spread(std::size_t i, register_state const& now) noexcept {
        auto const& step = flow_[i];
        if (step.names_subprogram() && !seen_[step.target]) {
            seed(step.target, register_state::at_start(false));
            if (step.target <= i) again_ = true;
        }
        if (step.jumps() && seed(step.target, now) && step.target <= i) again_ = true;
    }

    constexpr bool seed(std::size_t slot, register_state const& now) noexcept {
        if (seen_[slot]) return at_[slot].join(now);
        seen_[slot] = true;
        at_[slot] = now;
        return true;
    }

    constexpr bool judge(std::size_t i, register_state const& now, std::uint16_t unset, bool open) noexcept {
        found_ = {fault_of(i, now, unset, open), static_cast<std::uint32_t>(i)};
        if (!found_) found_ = {};
        return bool(found_);
    }

    /// Where execution surely goes from here; whether to the next instruction.
    constexpr bool go_on(std::size_t i, bool open, std::uint16_t& unset) noexcept {
        auto const& step = flow_[i];
        switch (step.goes) {
        case flow_kind::call_subprogram:
            mark(step.target, i, register_state::at_start(false).unset);
            return !flow_.may_throw();
        case flow_kind::call_kernel: return false;
        case flow_kind::jump: mark(step.target, i, unset); return false;
        case flow_kind::either: mark(step.target, i, unset); return true;
        case flow_kind::branch: break;
        default: return step.falls_through();
        }
        if (open) {
            mark(step.target, i, unset);
            return true;
        }
        auto const meeting = flow_.meeting_point(i);
        unset = 0;
        if (meeting > i + 1) mark(meeting, i, unset);
        return meeting == i + 1;
    }

    constexpr bool can_go_both_ways(instruction const& jump, register_state const& now) const noexcept {
        auto const left = now.values[jump.dst()];
        return takes_register(jump.code) ? detail::can_go_both_ways(jump, left, now.values[jump.src()])
                                         : detail::can_go_both_ways(jump, left);
    }

    constexpr void mark(std::size_t slot, std::size_t from, std::uint16_t unset) noexcept {
        if (sure_[slot] && (unset & ~unset_[slot]) == 0) return;
        sure_[slot] = true;
        unset_[slot] |= unset;
        if (slot < from) again_ = true;
    }

    constexpr fault fault_of(std::size_t i, register_state const& now, std::uint16_t unset, bool open) const noexcept {
        auto const& one = code_[i];
        bool const surely_jumps = open || flow_[i].goes == flow_kind::jump;
        auto const missing = flow_[i].by.reads & (now.unset | unset);
        if (missing != 0) return fault_of_reading(i, missing, (missing & now.lost) != 0);
        if (surely_jumps && flow_[i].target == i) return fault::endless;
        switch (class_of(one.code)) {
        case opcode_class::ldx: return fault_of_access(one, now.values[one.src()], context_access::read);
        case opcode_class::st: return fault_of_access(one, now.values[one.dst()], context_access::write);
        case opcode_class::stx:
            return fault_of_access(one, now.values[is_load_acquire(one) ? one.src() : one.dst()],
                                   flow_[i].does == action::atomic ? context_access::atomic : context_access::write);
        default:
            return flow_[i].does == action::subtract_constant && is_stack(now.values[one.dst()])
                       ? fault::stack_subtraction
                       : fault::none;
        }
    }

    constexpr fault fault_of_reading(std::size_t i, int missing, bool lost) const noexcept {
        auto const goes = flow_[i].goes;
        if (goes == flow_kind::end) {
            // A subprogram may return nothing, and so may a program of a type that the kernel asks for no result.
            return Rules::returns && flow_[i].subprogram == 0 ? fault::result_unset : fault::none;
        }
        bool const is_call = jump_of(code_[i].code) == jump_op::call && class_of(code_[i].code) == opcode_class::jmp;
        if (is_call) return lost ? fault::argument_lost_in_call : fault::argument_unset;
        return lost && (missing & call_registers) != 0 ? fault::register_lost_in_call : fault::register_unset;
    }

    constexpr fault fault_of_access(instruction const& one, value base, context_access how) const noexcept {
        auto const bytes = static_cast<std::int32_t>(bytes_of(one.code));
        if constexpr (Rules::known)
            if (base == value::context && !Rules::allows(one.off, bytes_of(one.code), how))
                return fault::context_access;
        if (!is_stack(base)) return fault::none;
        auto const offset = stack_offset(base) + one.off;
        if (offset < -512 || offset + bytes > 0) return fault::stack_out_of_bounds;
        return offset % bytes != 0 ? fault::stack_misaligned : fault::none;
    }

    // Past the last slot, where nothing goes, g++ wants to see room in the smallest of programs.
    static constexpr std::size_t room = Capacity + 2;

    instruction const* code_;
    std::size_t count_;
    flow<Capacity> flow_{};
    register_state at_[room]{};
    std::uint16_t unset_[room]{};
    bool seen_[room]{};
    bool sure_[room]{};
    finding found_{};
    /// The first slot that the last pass did not come to, which knows where every way leads; 0 if there is none.
    std::size_t unreachable_ = 0;
    bool again_ = false;
};

} // namespace detail

/// Looks at a program of at most Capacity slots for what the kernel would refuse: jumps and calls to nowhere, code that
/// cannot be reached, registers read before they are set, accesses to the stack and to the context that are not allowed.
/// What is not found is left to the verifier; what is found, the verifier refuses too.
/// UAPI: `struct bpf_insn`
/// Costs: no system call, no allocation, some 80 bytes of stack a slot of capacity
template <std::size_t Capacity, class Kind = void>
constexpr finding check(std::span<instruction const> code) noexcept {
    if (code.size() > Capacity) return {fault::too_long, static_cast<std::uint32_t>(Capacity)};
    return detail::checker<Capacity, context_rules<Kind>>{code.data(), code.size()}.run();
}

} // namespace bpfxx::insn
