#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include <bpfxx/classic/instruction.hpp>
#include <bpfxx/ill_formed.hpp>

// What the kernel asks of a classic filter, no more and no less: `assemble` asks it while compiling, `check` at any time.
namespace bpfxx::classic {

/// Why the kernel would answer EINVAL.
enum class mistake : std::uint8_t {
    empty,
    too_long,
    unknown_opcode,
    division_by_zero,
    shift_too_far,
    no_such_scratch_cell,
    no_such_ancillary,
    jump_past_end,
    end_missing,
    scratch_cell_not_stored,
};

/// A mistake and the instruction that makes it, counted from 0.
struct [[nodiscard]] fault {
    mistake what;
    std::size_t at;

    friend constexpr bool operator==(fault, fault) noexcept = default;
};

namespace detail {

// A literal in the call: g++ prints the source line, clang the argument.
constexpr char const* said(bool ends_here, char const* sentence) noexcept {
    if (ends_here) ill_formed(sentence);
    return sentence;
}

constexpr char const* sentence_of(mistake what, bool ends_here) noexcept {
    switch (what) {
    case mistake::empty: return said(ends_here, "a filter needs at least one instruction");
    case mistake::too_long: return said(ends_here, "a filter has at most 4096 instructions");
    case mistake::unknown_opcode: return said(ends_here, "there is no such instruction: Linux does not take this code");
    case mistake::division_by_zero: return said(ends_here, "division by the constant 0");
    case mistake::shift_too_far: return said(ends_here, "a constant shift must be 0 to 31");
    case mistake::no_such_scratch_cell:
        return said(ends_here, "scratch memory has 16 cells: scratch[0] to scratch[15]");
    case mistake::no_such_ancillary:
        return said(ends_here, "no packet is that long, and nothing ancillary has this offset: load(a, ancillary::…)");
    case mistake::jump_past_end:
        return said(ends_here, "this jump goes past the last instruction: let it go to a ret()");
    case mistake::end_missing: return said(ends_here, "the last instruction must be a ret()");
    case mistake::scratch_cell_not_stored:
        return said(ends_here, "this scratch cell may be read before it is stored: store it on every path to here, "
                               "where the kernel takes no ret() for the end of a path");
    }
    return "";
}

constexpr std::optional<mistake> mistake_unless(bool good, mistake what) noexcept {
    return good ? std::nullopt : std::optional{what};
}

/// What is wrong with an instruction wherever it stands.
constexpr std::optional<mistake> mistake_of(instruction const& one) noexcept {
    switch (opcode{one.code}) {
    case opcode::div_k:
    case opcode::mod_k: return mistake_unless(one.k != 0, mistake::division_by_zero);
    case opcode::lsh_k:
    case opcode::rsh_k: return mistake_unless(one.k < 32, mistake::shift_too_far);
    case opcode::ld_mem:
    case opcode::ldx_mem:
    case opcode::st:
    case opcode::stx: return mistake_unless(one.k < scratch_cells, mistake::no_such_scratch_cell);
    case opcode::ld_w_abs:
    case opcode::ld_h_abs:
    case opcode::ld_b_abs: {
        if (one.k < ancillary_base) return std::nullopt;
        std::uint32_t const number = one.k - ancillary_base;
        return mistake_unless(number % 4 == 0 && number <= std::uint32_t(ancillary::vlan_tpid),
                              mistake::no_such_ancillary);
    }
    case opcode::ld_imm:
    case opcode::ld_w_ind:
    case opcode::ld_h_ind:
    case opcode::ld_b_ind:
    case opcode::ld_len:
    case opcode::ldx_imm:
    case opcode::ldx_len:
    case opcode::ldx_b_msh:
    case opcode::add_k:
    case opcode::add_x:
    case opcode::sub_k:
    case opcode::sub_x:
    case opcode::mul_k:
    case opcode::mul_x:
    case opcode::div_x:
    case opcode::or_k:
    case opcode::or_x:
    case opcode::and_k:
    case opcode::and_x:
    case opcode::lsh_x:
    case opcode::rsh_x:
    case opcode::neg:
    case opcode::mod_x:
    case opcode::xor_k:
    case opcode::xor_x:
    case opcode::ja:
    case opcode::jeq_k:
    case opcode::jeq_x:
    case opcode::jgt_k:
    case opcode::jgt_x:
    case opcode::jge_k:
    case opcode::jge_x:
    case opcode::jset_k:
    case opcode::jset_x:
    case opcode::ret_k:
    case opcode::ret_a:
    case opcode::tax:
    case opcode::txa: return std::nullopt;
    }
    return mistake::unknown_opcode;
}

/// The instruction, or the end of the compilation.
constexpr instruction checked(instruction const& one) noexcept {
    if (auto const wrong = mistake_of(one)) sentence_of(*wrong, true);
    return one;
}

/// Conditional or not.
constexpr bool jumps(instruction const& one) noexcept { return (one.code & 7) == 5; }

/// A jump counts from the instruction after it, and `left` are after it.
constexpr bool stays_inside(instruction const& one, std::size_t left) noexcept {
    if (opcode{one.code} == opcode::ja) return one.k < left;
    return !jumps(one) || (one.jt < left && one.jf < left);
}

using cell_set = std::uint16_t;

/// The scratch cells that are surely stored where a jump arrives, one set for each instruction.
class stored_cells {
  public:
    explicit constexpr stored_cells(std::span<cell_set> given_sets) noexcept : at_target_{given_sets} {
        for (cell_set& one : at_target_) one = every;
    }

    /// Follows one instruction after the other, each once, since all jumps go forward; false for a read too early.
    constexpr bool pass(instruction const& one, std::size_t at) noexcept {
        now_ &= at_target_[at];
        switch (opcode{one.code}) {
        case opcode::st:
        case opcode::stx: now_ |= cell(one); return true;
        case opcode::ld_mem:
        case opcode::ldx_mem: return (now_ & cell(one)) != 0;
        case opcode::ja: arrive(at + 1 + one.k); break;
        default:
            // The kernel passes a ret as if execution went on after it.
            if (!jumps(one)) return true;
            arrive(at + 1 + one.jt);
            arrive(at + 1 + one.jf);
        }
        now_ = every; // only jumps arrive at the next instruction
        return true;
    }

  private:
    static constexpr cell_set every = 0xffff;

    static constexpr cell_set cell(instruction const& one) noexcept { return static_cast<cell_set>(1U << one.k); }

    constexpr void arrive(std::size_t target) noexcept { at_target_[target] &= now_; }

    std::span<cell_set> at_target_;
    cell_set now_ = 0;
};

/// `room` has a set for each instruction.
constexpr std::optional<fault> check_in(std::span<instruction const> code, std::span<cell_set> room) noexcept {
    for (std::size_t i = 0; i != code.size(); ++i) {
        if (auto const wrong = mistake_of(code[i])) return fault{*wrong, i};
        if (!stays_inside(code[i], code.size() - i - 1)) return fault{mistake::jump_past_end, i};
    }
    auto const last = opcode{code.back().code};
    if (last != opcode::ret_k && last != opcode::ret_a) return fault{mistake::end_missing, code.size() - 1};
    stored_cells stored{room};
    for (std::size_t i = 0; i != code.size(); ++i)
        if (!stored.pass(code[i], i)) return fault{mistake::scratch_cell_not_stored, i};
    return std::nullopt;
}

} // namespace detail

/// A mistake in words.
constexpr char const* describe(mistake what) noexcept { return detail::sentence_of(what, false); }

/// Looks for what the kernel would refuse, in a filter that was made at run time; `assemble` has looked already.
/// Costs: no system call, no allocation; 8 KiB of stack
constexpr std::optional<fault> check(std::span<instruction const> code) noexcept {
    if (code.empty()) return fault{mistake::empty, 0};
    if (code.size() > most_instructions) return fault{mistake::too_long, most_instructions};
    std::array<detail::cell_set, most_instructions> room{};
    return detail::check_in(code, std::span{room}.first(code.size()));
}

} // namespace bpfxx::classic
