#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <bpfxx/ill_formed.hpp>
#include <bpfxx/insn/label.hpp>
#include <bpfxx/insn/map_ref.hpp>
#include <bpfxx/insn/opcode.hpp>
#include <bpfxx/insn/subprogram.hpp>

// How `assemble` puts statements one after the other and then finds what they name.
namespace bpfxx::insn {

namespace detail {

/// What statements need; counted from their types, so that the size of the program is part of its type.
struct footprint {
    std::size_t slots = 0;
    std::size_t labels = 0;
    std::size_t references = 0;
    std::size_t subprograms = 0;
    std::size_t subprogram_references = 0;
    std::size_t maps = 0;
};

template <class T>
struct statement_footprint;

template <>
struct statement_footprint<instruction> {
    static constexpr footprint value{.slots = 1};
};

template <std::size_t N>
struct statement_footprint<std::array<instruction, N>> {
    static constexpr footprint value{.slots = N};
};

template <>
struct statement_footprint<wide_instruction> {
    static constexpr footprint value{.slots = 2};
};

template <std::size_t Number>
struct statement_footprint<map_load<Number>> {
    static constexpr footprint value{.slots = 2, .maps = Number + 1};
};

template <>
struct statement_footprint<label_reference> {
    static constexpr footprint value{.slots = 1, .references = 1};
};

template <>
struct statement_footprint<label_definition> {
    static constexpr footprint value{.labels = 1};
};

template <>
struct statement_footprint<subprogram_definition> {
    static constexpr footprint value{.subprograms = 1};
};

template <>
struct statement_footprint<subprogram_call> {
    static constexpr footprint value{.slots = 1, .subprogram_references = 1};
};

template <>
struct statement_footprint<subprogram_load> {
    static constexpr footprint value{.slots = 2, .subprogram_references = 1};
};

template <class T>
concept statement = requires { statement_footprint<T>::value; };

// Arrays and loops instead of fold expressions: clang ends a fold at 256 operands.
template <class... T>
consteval bool all_statements() {
    bool const each[] = {true, statement<T>...};
    for (bool const one : each)
        if (!one) return false;
    return true;
}

template <class... T>
consteval footprint total() {
    footprint const each[] = {footprint{}, statement_footprint<T>::value...};
    footprint sum;
    for (footprint const& one : each) {
        sum.slots += one.slots;
        sum.labels += one.labels;
        sum.references += one.references;
        sum.subprograms += one.subprograms;
        sum.subprogram_references += one.subprogram_references;
        if (one.maps > sum.maps) sum.maps = one.maps;
    }
    return sum;
}

/// A name, the slot that it belongs to, the one named or the one that names, and the subprogram in which that stands,
/// counted from the main program, 0.
struct named_slot {
    std::string_view name;
    std::size_t slot = 0;
    std::size_t owner = 0;
};

template <footprint Size>
class listing {
  public:
    constexpr void put(instruction const& one) noexcept {
        if (one.code == wide_opcode) ill_formed("half of a 64-bit load: use load_imm64, load_map or load_map_value");
        push(one);
    }

    template <std::size_t N>
    constexpr void put(std::array<instruction, N> const& many) noexcept {
        for (instruction const& one : many) put(one);
    }

    constexpr void put(wide_instruction const& one) noexcept {
        if (names_map(one.first)) ill_formed("a map is named through its slot: use load_map or load_map_value");
        push(one.first);
        push(one.second);
    }

    template <std::size_t Number>
    constexpr void put(map_load<Number> const& one) noexcept {
        push(one.code.first);
        push(one.code.second);
    }

    constexpr void put(label_reference const& one) noexcept {
        references_[references_used_++] = {one.target, used_, subprograms_used_};
        push(one.jump);
    }

    constexpr void put(label_definition const& one) noexcept {
        for (std::size_t i = 0; i != labels_used_; ++i)
            if (labels_[i].name == one.name && labels_[i].owner == subprograms_used_)
                ill_formed("two labels have this name: a label names one instruction");
        labels_[labels_used_++] = {one.name, used_, subprograms_used_};
    }

    constexpr void put(subprogram_call const& one) noexcept {
        calls_[calls_used_++] = {one.target, used_, subprograms_used_};
        push(one.code);
    }

    constexpr void put(subprogram_load const& one) noexcept {
        calls_[calls_used_++] = {one.target, used_, subprograms_used_};
        push(one.code.first);
        push(one.code.second);
    }

    constexpr void put(subprogram_definition const& one) noexcept {
        for (std::size_t i = 0; i != subprograms_used_; ++i)
            if (subprograms_[i].name == one.name)
                ill_formed("two subprograms have this name: a call could mean either");
        check_end_before_subprogram();
        subprograms_[subprograms_used_++] = {one.name, used_};
    }

    constexpr std::array<instruction, Size.slots> const& finish() noexcept {
        check_end();
        for (named_slot const& from : references_)
            code_[from.slot].off = jump_displacement(from.slot, find_label(from));
        for (named_slot const& from : calls_)
            code_[from.slot].imm = subprogram_displacement(from.slot, find_subprogram(from.name));
        for (named_slot const& one : subprograms_) check_is_named(one);
        return code_;
    }

  private:
    static constexpr auto exit_code = opcode(opcode_class::jmp, jump_op::exit, operand_source::k);
    static constexpr auto jump_code = opcode(opcode_class::jmp, jump_op::ja, operand_source::k);

    constexpr void push(instruction const& one) noexcept { code_[used_++] = one; }

    constexpr std::size_t find_label(named_slot const& from) const noexcept {
        bool elsewhere = false;
        for (named_slot const& label : labels_) {
            if (label.name == from.name && label.owner == from.owner) return label.slot;
            if (label.name == from.name) elsewhere = true;
        }
        if (elsewhere) ill_formed("this jump would leave its subprogram: a label is reached only from inside its own");
        ill_formed("no label has the name that this jump goes to");
    }

    constexpr std::size_t find_subprogram(std::string_view name) const noexcept {
        for (named_slot const& one : subprograms_)
            if (one.name == name) return one.slot;
        ill_formed("no subprogram has the name that this call or load gives");
    }

    constexpr void check_is_named(named_slot const& one) const noexcept {
        for (named_slot const& from : calls_)
            if (from.name == one.name) return;
        ill_formed("nothing calls or loads this subprogram: the kernel refuses code that cannot be reached");
    }

    constexpr bool ends_here() const noexcept {
        auto const last = code_[used_ - 1].code;
        return last == exit_code || last == jump_code;
    }

    constexpr bool label_names_nothing() const noexcept {
        return labels_used_ != 0 && labels_[labels_used_ - 1].slot == used_;
    }

    constexpr void check_end_before_subprogram() const noexcept {
        if (used_ == 0) ill_formed("a program starts with its main part: a subprogram stands after it");
        if (subprograms_used_ != 0 && subprograms_[subprograms_used_ - 1].slot == used_)
            ill_formed("a subprogram needs at least one instruction");
        if (label_names_nothing())
            ill_formed("the label before subprogram() names no instruction: a jump to it would leave its subprogram");
        if (!ends_here())
            ill_formed("execution would run into the next subprogram: end with exit() or jump() before it");
    }

    constexpr void check_end() const noexcept {
        if (Size.slots == 0) ill_formed("a program needs at least one instruction");
        if (subprograms_used_ != 0 && subprograms_[subprograms_used_ - 1].slot == used_)
            ill_formed("a subprogram needs at least one instruction");
        if (label_names_nothing())
            ill_formed("the last label names no instruction: a jump to it would leave the program");
        if (!ends_here()) ill_formed("execution would run past the last instruction: end with exit() or jump()");
    }

    std::array<instruction, Size.slots> code_{};
    std::array<named_slot, Size.labels> labels_{};
    std::array<named_slot, Size.references> references_{};
    std::array<named_slot, Size.subprograms> subprograms_{};
    std::array<named_slot, Size.subprogram_references> calls_{};
    std::size_t used_ = 0;
    std::size_t labels_used_ = 0;
    std::size_t references_used_ = 0;
    std::size_t subprograms_used_ = 0;
    std::size_t calls_used_ = 0;
};

} // namespace detail

} // namespace bpfxx::insn
