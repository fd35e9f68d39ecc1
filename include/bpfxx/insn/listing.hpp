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

/// The slots of a program. A plain array: compilers evaluate it in fewer steps than the functions of std::array.
template <std::size_t N>
struct code_block {
    instruction of[N != 0 ? N : 1];
};

template <footprint Size, class Slots>
class listing {
  public:
    /// Puts down one statement after the others. Of the functions that do, the compiler looks for the right one only once
    /// for each type.
    template <class Statement>
    constexpr void add(Statement const& one) noexcept {
        if constexpr (requires { one.place; }) place_ = &one.place;
        put(one);
    }

    constexpr code_block<Size.slots> const& finish() noexcept {
        if (Size.slots == 0) ill_formed("a program needs at least one instruction");
        if (last_label_ == used_)
            ill_formed("the last label names no instruction: a jump to it would leave the program");
        check_part();
        for (std::size_t i = 0; i != references_used_; ++i) go(references_[i].slot, find_label(references_[i]));
        for (std::size_t i = 0; i != blocks_.jump_count(); ++i) go(blocks_.jump(i).from, blocks_.jump(i).to);
        for (std::size_t i = 0; i != calls_used_; ++i) {
            std::size_t const from = calls_[i].slot;
            code_.of[from].imm = subprogram_displacement(from, find_subprogram(calls_[i].name));
        }
        for (std::size_t i = 0; i != subprograms_.size(); ++i) check_is_named(subprograms_[i].name);
        return code_;
    }

    constexpr instruction const* code() const noexcept { return code_.of; }

    /// Where a slot was written; one from an array counts as written where the statement before it was.
    constexpr std::uint_least32_t line_of(std::size_t slot) const noexcept {
        auto const line = slot < Size.slots ? places_[slot]->line() : 0;
        return line != 0 ? line : 1;
    }

    constexpr auto places() const noexcept {
        std::array<here, Size.slots> made{};
        for (std::size_t i = 0; i != Size.slots; ++i) made[i] = *places_[i];
        return made;
    }

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
    static constexpr here unknown{};

    constexpr void put(instruction const& one) noexcept {
        if (one.code == wide_opcode) ill_formed("half of a 64-bit load: use load_imm64, load_map or load_map_value");
        push(one);
    }

    template <class Instruction, std::size_t N>
    constexpr void put(std::array<Instruction, N> const& many) noexcept {
        for (Instruction const& one : many) add(one);
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

    constexpr std::size_t owner() const noexcept { return subprograms_.size(); }

    constexpr void push(instruction const& one) noexcept {
        places_[used_] = place_;
        code_.of[used_++] = one;
    }

    constexpr void go(std::size_t from, std::size_t to) noexcept {
        if (code_.of[from].code == long_jump_opcode)
            code_.of[from].imm = long_jump_displacement(from, to);
        else
            code_.of[from].off = jump_displacement(from, to);
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
        for (std::size_t i = 0; i != calls_used_; ++i)
            if (calls_[i].name == name) return;
        ill_formed("nothing calls or loads this subprogram: the kernel refuses code that cannot be reached");
    }

    /// At the end of the main program or of a subprogram.
    constexpr void check_part() const noexcept {
        if (subprograms_.size() != 0 && subprograms_[subprograms_.size() - 1].slot == used_)
            ill_formed("a subprogram needs at least one instruction");
        blocks_.check_closed(used_);
    }

    code_block<Size.slots> code_{};
    // Plain arrays: compilers evaluate them in fewer steps than the functions of std::array.
    here const* places_[Size.slots + 1]{};
    here const* place_ = &unknown;
    name_table<Size.labels> labels_{};
    name_table<Size.subprograms> subprograms_{};
    named_slot references_[Size.references + 1]{};
    named_slot calls_[Size.subprogram_references + 1]{};
    block_stack<Size.blocks, Size.block_jumps> blocks_{};
    std::size_t used_ = 0;
    std::size_t references_used_ = 0;
    std::size_t calls_used_ = 0;
    std::size_t last_label_ = nowhere;
};

template <class... Statement>
using listing_for = listing<total<Statement...>, slots_named<Statement...>>;

} // namespace bpfxx::insn::detail
