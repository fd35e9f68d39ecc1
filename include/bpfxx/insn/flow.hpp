#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstddef>
#include <cstdint>

#include <bpfxx/insn/effect.hpp>
#include <bpfxx/insn/finding.hpp>
#include <bpfxx/insn/opcode.hpp>

// Where execution goes after each instruction.
namespace bpfxx::insn::detail {

struct flow_step {
    flow_kind goes = flow_kind::second_slot;
    /// A jump leads here, or a subprogram starts here.
    bool is_entry = false;
    action does = action::nothing;
    /// There may be a fault in it though all that it reads is set.
    bool is_delicate = false;
    std::uint16_t subprogram = 0;
    std::uint32_t target = 0;
    effect by{};

    constexpr bool jumps() const noexcept {
        return goes == flow_kind::jump || goes == flow_kind::branch || goes == flow_kind::either;
    }
    constexpr bool names_subprogram() const noexcept {
        return goes == flow_kind::call_subprogram || goes == flow_kind::name_subprogram;
    }
    constexpr bool falls_through() const noexcept { return goes < flow_kind::jump; }
};

constexpr std::int64_t target_of(instruction const& one, flow_kind goes, std::size_t slot) noexcept {
    bool const by_imm =
        one.code == long_jump_opcode || goes == flow_kind::call_subprogram || goes == flow_kind::name_subprogram;
    return static_cast<std::int64_t>(slot) + 1 + (by_imm ? std::int64_t{one.imm} : std::int64_t{one.off});
}

template <std::size_t Capacity>
class flow {
  public:
    /// Reads a program of at most Capacity slots, and says what is wrong with the way that it is put together.
    constexpr finding read(instruction const* code, std::size_t count) noexcept {
        count_ = count;
        if (count_ == 0) return {fault::empty, 0};
        steps_[0].is_entry = true;
        for (std::size_t i = 0; i < count;) {
            auto const what = read_one(code, count, i);
            if (what != fault::none) return at(i, what);
            i += code[i].code == wide_opcode ? 2u : 1u;
        }
        number_subprograms();
        for (std::size_t i = 0; i != count_; ++i) {
            if (steps_[i].goes == flow_kind::straight && i + 2 < count_ && !has_subprograms_) continue;
            if (auto const what = fault_of_step(i); what != fault::none) return at(i, what);
        }
        return {};
    }

    constexpr flow_step const& operator[](std::size_t slot) const noexcept { return steps_[slot]; }
    constexpr flow_step const* steps() const noexcept { return steps_; }

    /// Whether a kernel function is called, which may end the whole program.
    constexpr bool may_throw() const noexcept { return may_throw_; }

    /// Whether a jump or a call leads back, or to itself.
    constexpr bool goes_back() const noexcept { return goes_back_; }

    /// The slot where both sides of a branch are sure to meet, as far as a look at the slots in between tells; else 0.
    constexpr std::size_t meeting_point(std::size_t branch) const noexcept {
        std::size_t const target = steps_[branch].target;
        auto const first = target < branch ? target : branch;
        auto meeting = target < branch ? branch + 1 : target;
        for (auto i = first; i < meeting; ++i) {
            auto const& step = steps_[i];
            if (step.goes <= flow_kind::straight) continue;
            if (step.goes == flow_kind::end || step.goes == flow_kind::call_kernel) return 0;
            if (step.goes == flow_kind::call_subprogram && may_throw_) return 0;
            if (!step.jumps()) continue;
            if (step.target < first) return 0;
            if (step.target > meeting) meeting = step.target;
        }
        return meeting;
    }

  private:
    static constexpr finding at(std::size_t slot, fault what) noexcept {
        return {what, static_cast<std::uint32_t>(slot)};
    }

    constexpr fault read_one(instruction const* code, std::size_t count, std::size_t i) noexcept {
        auto const& one = code[i];
        auto const& known = opcode_table.of[one.code];
        auto const by = effect_of(one);
        if ((by.reads | by.sets) >> 11 != 0) return fault::no_such_register;
        if (by.sets >> 10 != 0) return fault::write_to_r10;
        flow_step& step = steps_[i];
        step = {known.goes, step.is_entry, known.does, known.does >= action::subtract_constant, step.subprogram, 0, by};
        if (known.goes == flow_kind::straight || known.goes == flow_kind::end) return fault::none;
        if (known.goes == flow_kind::second_slot) return read_wide(code, count, i);
        return known.goes == flow_kind::call_subprogram ? read_call(one, i) : read_target(one, i);
    }

    // Were the count not an argument, g++ would think that writing to `steps_` may change it, and warn of code[i + 1].
    constexpr fault read_wide(instruction const* code, std::size_t count, std::size_t i) noexcept {
        if (code[i].code == 0 || i + 1 == count || code[i + 1].code != 0) return fault::half_of_wide_load;
        steps_[i].goes = flow_kind::straight;
        if (pseudo_load(code[i].src()) != pseudo_load::func) return fault::none;
        steps_[i].goes = flow_kind::name_subprogram;
        return read_target(code[i], i);
    }

    constexpr fault read_call(instruction const& one, std::size_t i) noexcept {
        if (pseudo_call(one.src()) == pseudo_call::subprogram) return read_target(one, i);
        if (pseudo_call(one.src()) == pseudo_call::kfunc) may_throw_ = true;
        steps_[i].goes = pseudo_call(one.src()) == pseudo_call::kfunc ? flow_kind::call_kernel : flow_kind::straight;
        return fault::none;
    }

    constexpr fault read_target(instruction const& one, std::size_t i) noexcept {
        auto const& step = steps_[i];
        auto const target = target_of(one, step.goes, i);
        if (target < 0 || target >= static_cast<std::int64_t>(count_))
            return step.jumps() ? fault::jump_outside : fault::call_outside;
        steps_[i].target = static_cast<std::uint32_t>(target);
        if (step.target <= i) goes_back_ = true;
        if (step.target == i) steps_[i].is_delicate = true;
        steps_[step.target].is_entry = true;
        if (!step.names_subprogram()) return fault::none;
        steps_[step.target].subprogram = 1;
        has_subprograms_ = true;
        return fault::none;
    }

    // Until here `subprogram` is 1 where one starts.
    constexpr void number_subprograms() noexcept {
        if (!has_subprograms_) return;
        std::uint16_t number = 0;
        for (std::size_t i = 0; i != count_; ++i) {
            number = static_cast<std::uint16_t>(number + steps_[i].subprogram);
            steps_[i].subprogram = number;
        }
    }

    constexpr fault fault_of_step(std::size_t i) const noexcept {
        auto const& step = steps_[i];
        if (step.goes == flow_kind::second_slot) return step.is_entry ? fault::jump_into_wide_load : fault::none;
        if (step.jumps() && steps_[step.target].subprogram != step.subprogram) return fault::jump_leaves_subprogram;
        // A kernel function may be the one that ends the program.
        if (!step.falls_through() || step.goes == flow_kind::call_kernel) return fault::none;
        if (i + width(i) == count_) return fault::runs_past_end;
        // So may the way past a comparison, but the kernel asks for a jump or an end at the last slot.
        return steps_[i + width(i)].subprogram != step.subprogram ? fault::runs_into_subprogram : fault::none;
    }

    constexpr std::size_t width(std::size_t i) const noexcept {
        return i + 1 != count_ && steps_[i + 1].goes == flow_kind::second_slot ? 2 : 1;
    }

    // Plain arrays: compilers evaluate them in fewer steps than the functions of std::array.
    flow_step steps_[Capacity + 2]{};
    std::size_t count_ = 0;
    bool may_throw_ = false;
    bool goes_back_ = false;
    bool has_subprograms_ = false;
};

} // namespace bpfxx::insn::detail
