#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <bpfxx/ill_formed.hpp>
#include <bpfxx/insn/call.hpp>
#include <bpfxx/insn/label.hpp>
#include <bpfxx/insn/map_ref.hpp>
#include <bpfxx/insn/names.hpp>
#include <bpfxx/insn/opcode.hpp>
#include <bpfxx/insn/placed.hpp>
#include <bpfxx/insn/statement.hpp>
#include <bpfxx/insn/structured.hpp>
#include <bpfxx/insn/subprogram.hpp>

// How `assemble` puts statements one after the other and then finds what they name.
namespace bpfxx::insn::detail {

template <footprint Size>
class listing {
  public:
    template <class Statement>
    constexpr void put(placed<Statement> const& one) noexcept {
        place_ = one.place;
        put(static_cast<Statement const&>(one));
    }

    constexpr void put(instruction const& one) noexcept {
        if (one.code == wide_opcode) ill_formed("half of a 64-bit load: use load_imm64, load_map or load_map_value");
        push(one);
    }

    template <class Instruction, std::size_t N>
    constexpr void put(std::array<Instruction, N> const& many) noexcept {
        for (Instruction const& one : many) put(one);
    }

    constexpr void put(wide_instruction const& one) noexcept {
        if (names_map(one.first)) ill_formed("a map is named through its slot: use load_map or load_map_value");
        push(one.first);
        push(one.second);
    }

    template <std::size_t Number, class Map>
    constexpr void put(map_load<Number, Map> const& one) noexcept {
        push(one.code.first);
        push(one.code.second);
    }

    template <std::size_t Number>
    constexpr void put(kernel_variable_load<Number> const& one) noexcept {
        push(one.code.first);
        push(one.code.second);
    }

    template <std::size_t Number>
    constexpr void put(kfunc_call<Number> const& one) noexcept {
        push(one.code);
    }

    constexpr void put(label_reference const& one) noexcept {
        references_[references_used_++] = {one.target, used_, owner()};
        push(one.jump);
    }

    constexpr void put(label_definition const& one) noexcept {
        if (!labels_.add({one.name, used_, owner()}))
            ill_formed("two labels have this name: a label names one instruction");
        last_label_ = used_;
    }

    constexpr void put(subprogram_call const& one) noexcept {
        calls_[calls_used_++] = {one.target, used_, owner()};
        push(one.code);
    }

    constexpr void put(subprogram_load const& one) noexcept {
        calls_[calls_used_++] = {one.target, used_, owner()};
        push(one.code.first);
        push(one.code.second);
    }

    constexpr void put(subprogram_definition const& one) noexcept {
        if (used_ == 0) ill_formed("a program starts with its main part: a subprogram stands after it");
        if (last_label_ == used_)
            ill_formed("the label before subprogram() names no instruction: a jump to it would leave its subprogram");
        check_part();
        if (!subprograms_.add({one.name, used_}))
            ill_formed("two subprograms have this name: a call could mean either");
    }

    template <block_part Part>
    constexpr void put(block_statement<Part> const& one) noexcept {
        blocks_.put(one, used_);
        if constexpr (has_jump<Part>) push(one.jump);
    }

    constexpr std::array<instruction, Size.slots> const& finish() noexcept {
        if (Size.slots == 0) ill_formed("a program needs at least one instruction");
        if (last_label_ == used_)
            ill_formed("the last label names no instruction: a jump to it would leave the program");
        check_part();
        for (named_slot const& from : references_) go(from.slot, find_label(from));
        for (block_jump const& one : blocks_.jumps()) go(one.from, one.to);
        for (named_slot const& from : calls_)
            code_[from.slot].imm = subprogram_displacement(from.slot, find_subprogram(from.name));
        for (std::size_t i = 0; i != subprograms_.size(); ++i) check_is_named(subprograms_[i].name);
        return code_;
    }

    constexpr std::array<instruction, Size.slots> const& code() const noexcept { return code_; }

    /// Where a slot was written; one from an array counts as written where the statement before it was.
    constexpr std::uint_least32_t line_of(std::size_t slot) const noexcept {
        auto const line = slot < Size.slots ? places_[slot].line() : 0;
        return line != 0 ? line : 1;
    }

    constexpr std::array<here, Size.slots> const& places() const noexcept { return places_; }

    /// The main program, without a name, and the subprograms after it.
    constexpr auto functions() const noexcept {
        std::array<traced_function, Size.subprograms + 1> made{};
        made[0] = {"", 0}; // g++ 12 forgets elements that nobody wrote to
        for (std::size_t i = 0; i != subprograms_.size(); ++i)
            made[i + 1] = {subprograms_[i].name, static_cast<std::uint32_t>(subprograms_[i].slot)};
        return made;
    }

  private:
    static constexpr std::size_t nowhere = ~std::size_t{};

    constexpr std::size_t owner() const noexcept { return subprograms_.size(); }

    constexpr void push(instruction const& one) noexcept {
        places_[used_] = place_;
        code_[used_++] = one;
    }

    constexpr void go(std::size_t from, std::size_t to) noexcept {
        if (code_[from].code == long_jump_opcode)
            code_[from].imm = long_jump_displacement(from, to);
        else
            code_[from].off = jump_displacement(from, to);
    }

    constexpr std::size_t find_label(named_slot const& from) const noexcept {
        if (auto const* const found = labels_.find(from.name, from.owner)) return found->slot;
        if (labels_.has(from.name))
            ill_formed("this jump would leave its subprogram: a label is reached only from inside its own");
        ill_formed("no label has the name that this jump goes to");
    }

    constexpr std::size_t find_subprogram(std::string_view name) const noexcept {
        if (auto const* const found = subprograms_.find(name)) return found->slot;
        ill_formed("no subprogram has the name that this call or load gives");
    }

    constexpr void check_is_named(std::string_view name) const noexcept {
        for (named_slot const& from : calls_)
            if (from.name == name) return;
        ill_formed("nothing calls or loads this subprogram: the kernel refuses code that cannot be reached");
    }

    /// At the end of the main program or of a subprogram.
    constexpr void check_part() const noexcept {
        if (subprograms_.size() != 0 && subprograms_[subprograms_.size() - 1].slot == used_)
            ill_formed("a subprogram needs at least one instruction");
        blocks_.check_closed(used_);
    }

    std::array<instruction, Size.slots> code_{};
    std::array<here, Size.slots> places_{};
    here place_{};
    name_table<Size.labels> labels_{};
    name_table<Size.subprograms> subprograms_{};
    std::array<named_slot, Size.references> references_{};
    std::array<named_slot, Size.subprogram_references> calls_{};
    block_stack<Size.blocks, Size.block_jumps> blocks_{};
    std::size_t used_ = 0;
    std::size_t references_used_ = 0;
    std::size_t calls_used_ = 0;
    std::size_t last_label_ = nowhere;
};

} // namespace bpfxx::insn::detail
