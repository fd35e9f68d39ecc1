#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <bpfxx/ill_formed.hpp>
#include <bpfxx/insn/alu.hpp>
#include <bpfxx/insn/call.hpp>
#include <bpfxx/insn/jump.hpp>
#include <bpfxx/insn/label.hpp>
#include <bpfxx/insn/map_ref.hpp>
#include <bpfxx/insn/mem.hpp>
#include <bpfxx/insn/opcode.hpp>
#include <bpfxx/insn/reg.hpp>

namespace bpfxx::insn {

namespace detail {
struct assembler;
}

/// An assembled program of N slots that names Slots maps; with none left to fill, the kernel can load it.
template <std::size_t N, std::size_t Slots>
class [[nodiscard]] program_code {
  public:
    /// The instructions; they live as long as this object.
    constexpr std::span<instruction const> instructions() const noexcept
        requires(Slots == 0)
    {
        return code_;
    }

    template <std::size_t Unfilled = Slots>
        requires(Unfilled != 0)
    std::span<instruction const> instructions() const = delete; // this program names maps: fill them, code.with(map)

    /// The same, so that a program can be given wherever instructions are asked for.
    constexpr operator std::span<instruction const>() const noexcept
        requires(Slots == 0)
    {
        return code_;
    }

    template <std::size_t Unfilled = Slots>
        requires(Unfilled != 0)
    operator std::span<instruction const>() const = delete; // this program names maps: fill them, code.with(map)

    /// The program with its maps: argument n fills map_slot<n>.
    /// Costs: a copy of the instructions, no system call, no allocation
    template <class... Map>
        requires(sizeof...(Map) == Slots && (map_descriptor<Map> && ...))
    constexpr program_code<N, 0> with(Map const&... maps) const noexcept {
        std::array<int, Slots> const descriptors{maps.raw()...};
        program_code<N, 0> filled{code_};
        for (instruction& slot : filled.code_)
            if (detail::names_map(slot)) slot.imm = descriptors[static_cast<std::size_t>(slot.imm)];
        return filled;
    }

    template <class... Map>
        requires(sizeof...(Map) != Slots)
    program_code<N, 0> with(Map const&...) const = delete; // with() takes exactly one map for each map slot

    template <class... Map>
        requires(sizeof...(Map) == Slots && !(map_descriptor<Map> && ...))
    program_code<N, 0> with(Map const&...) const = delete; // with() takes borrowed map descriptors and nothing else

  private:
    friend detail::assembler;
    template <std::size_t, std::size_t>
    friend class program_code;

    explicit constexpr program_code(std::array<instruction, N> const& given_code) noexcept : code_{given_code} {}

    std::array<instruction, N> code_;
};

namespace detail {

/// What statements need; counted from their types, so that the size of the program is part of its type.
struct footprint {
    std::size_t slots = 0;
    std::size_t labels = 0;
    std::size_t references = 0;
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
        if (one.maps > sum.maps) sum.maps = one.maps;
    }
    return sum;
}

/// A name and the slot that it belongs to: the one named, or the one that jumps.
struct named_slot {
    std::string_view name;
    std::size_t slot = 0;
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
        references_[references_used_++] = {one.target, used_};
        push(one.jump);
    }

    constexpr void put(label_definition const& one) noexcept {
        for (std::size_t i = 0; i != labels_used_; ++i)
            if (labels_[i].name == one.name) ill_formed("two labels have this name: a label names one instruction");
        labels_[labels_used_++] = {one.name, used_};
    }

    constexpr std::array<instruction, Size.slots> const& finish() noexcept {
        check_end();
        for (named_slot const& from : references_) code_[from.slot].off = jump_displacement(from.slot, find(from.name));
        return code_;
    }

  private:
    constexpr void push(instruction const& one) noexcept { code_[used_++] = one; }

    constexpr std::size_t find(std::string_view name) const noexcept {
        for (named_slot const& label : labels_)
            if (label.name == name) return label.slot;
        ill_formed("no label has the name that this jump goes to");
    }

    constexpr void check_end() const noexcept {
        if (Size.slots == 0) ill_formed("a program needs at least one instruction");
        if (Size.labels != 0 && labels_[Size.labels - 1].slot == Size.slots)
            ill_formed("the last label names no instruction: a jump to it would leave the program");
        constexpr auto exit_code = opcode(opcode_class::jmp, jump_op::exit, operand_source::k);
        constexpr auto jump_code = opcode(opcode_class::jmp, jump_op::ja, operand_source::k);
        auto const last = code_[Size.slots - 1].code;
        if (last != exit_code && last != jump_code)
            ill_formed("execution would run past the last instruction: end with exit() or jump()");
    }

    std::array<instruction, Size.slots> code_{};
    std::array<named_slot, Size.labels> labels_{};
    std::array<named_slot, Size.references> references_{};
    std::size_t used_ = 0;
    std::size_t labels_used_ = 0;
    std::size_t references_used_ = 0;
};

struct assembler {
    template <class... Statement>
    static constexpr auto assemble(Statement const&... statements) noexcept {
        constexpr footprint size = total<Statement...>();
        listing<size> all;
        [[maybe_unused]] bool const in_order[] = {true, (all.put(statements), true)...};
        return program_code<size.slots, size.maps>{all.finish()};
    }
};

} // namespace detail

/// Turns statements into a program while compiling: instructions, arrays of instructions, labels, jumps and map loads.
/// UAPI: `struct bpf_insn`
template <class... Statement>
    requires(detail::all_statements<Statement...>())
consteval auto assemble(Statement const&... statements) {
    return detail::assembler::assemble(statements...);
}

template <class... Statement>
    requires(!detail::all_statements<Statement...>())
void assemble(Statement const&...) = delete; // assemble() takes instructions, labels and jumps, nothing else

} // namespace bpfxx::insn
