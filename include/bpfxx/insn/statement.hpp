#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <array>
#include <cstddef>
#include <utility>

#include <bpfxx/insn/call.hpp>
#include <bpfxx/insn/each.hpp>
#include <bpfxx/insn/label.hpp>
#include <bpfxx/insn/map_ref.hpp>
#include <bpfxx/insn/opcode.hpp>
#include <bpfxx/insn/placed.hpp>
#include <bpfxx/insn/slot.hpp>
#include <bpfxx/insn/structured.hpp>
#include <bpfxx/insn/subprogram.hpp>

// What can stand in `assemble`, and what it needs.
namespace bpfxx::insn {

/// What a program names that exists only when it is loaded, in the order of their numbers.
template <class... Slot>
struct slots {
    static constexpr std::size_t count = sizeof...(Slot);
};

/// A number that no instruction names; anything fills it.
struct unused_slot {};

namespace detail {

/// What statements need; counted from their types, so that the size of the program is part of its type.
struct footprint {
    std::size_t slots = 0;
    std::size_t labels = 0;
    std::size_t references = 0;
    std::size_t subprograms = 0;
    std::size_t subprogram_references = 0;
    std::size_t blocks = 0;
    std::size_t block_jumps = 0;
    /// How many things have to be filled in: one more than the highest number.
    std::size_t to_fill = 0;

    constexpr void add(footprint const& other) noexcept {
        slots += other.slots;
        labels += other.labels;
        references += other.references;
        subprograms += other.subprograms;
        subprogram_references += other.subprogram_references;
        blocks += other.blocks;
        block_jumps += other.block_jumps;
        if (other.to_fill > to_fill) to_fill = other.to_fill;
    }
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

template <std::size_t N>
struct statement_footprint<std::array<placed<instruction>, N>> {
    static constexpr footprint value{.slots = N};
};

template <>
struct statement_footprint<wide_instruction> {
    static constexpr footprint value{.slots = 2};
};

template <std::size_t Number, class Map>
struct statement_footprint<map_load<Number, Map>> {
    static constexpr footprint value{.slots = 2, .to_fill = Number + 1};
    using fills = map_slot<Number, Map>;
};

template <std::size_t Number>
struct statement_footprint<kernel_variable_load<Number>> {
    static constexpr footprint value{.slots = 2, .to_fill = Number + 1};
    using fills = kernel_variable_slot<Number>;
};

template <std::size_t Number>
struct statement_footprint<kfunc_call<Number>> {
    static constexpr footprint value{.slots = 1, .to_fill = Number + 1};
    using fills = kfunc_slot<Number>;
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

template <block_part Part>
struct statement_footprint<block_statement<Part>> {
    static constexpr footprint value{
        .slots = has_jump<Part>, .blocks = opens_block<Part>, .block_jumps = has_jump<Part>};
};

template <class T>
struct statement_footprint<placed<T>> : statement_footprint<T> {};

template <class T>
concept statement = requires { statement_footprint<T>::value; };

template <class... T>
inline constexpr bool all_statements = all_hold<statement<T>...>;

template <class... T>
inline constexpr footprint total = sum_of<footprint>({&statement_footprint<T>::value...});

template <std::size_t Index, class T>
struct statement_at {
    using type = T;
};

template <class Indices, class... T>
struct statements_by_index;

template <std::size_t... Index, class... T>
struct statements_by_index<std::index_sequence<Index...>, T...> : statement_at<Index, T>... {};

template <std::size_t Index, class T>
statement_at<Index, T> pick(statement_at<Index, T> const&);

/// Which of the statements first names slot `number`; past the last where none does.
template <class... T>
consteval std::size_t first_to_name(std::size_t number) {
    constexpr std::size_t each[] = {statement_footprint<T>::value.to_fill...};
    std::size_t i = 0;
    while (i != sizeof...(T) && each[i] != number + 1) ++i;
    return i;
}

/// What the first statement that names slot Number says of it.
template <std::size_t Number, class... T>
consteval auto slot_named() {
    constexpr std::size_t none = sizeof...(T);
    constexpr std::size_t first = first_to_name<T...>(Number);
    if constexpr (first == none)
        return unused_slot{};
    else {
        using all = statements_by_index<std::make_index_sequence<none>, T...>;
        using found = typename decltype(pick<first>(std::declval<all const&>()))::type;
        return typename statement_footprint<found>::fills{};
    }
}

template <class... T, std::size_t... Number>
auto slots_of(std::index_sequence<Number...>) -> slots<decltype(slot_named<Number, T...>())...>;

/// The `slots` that statements name.
template <class... T>
using slots_named = decltype(slots_of<T...>(std::make_index_sequence<total<T...>.to_fill>{}));

/// Whether a statement agrees with what the first one said of the same slot.
template <class Slots, class T>
inline constexpr bool agrees = true;

template <class... Slot, class T>
    requires requires { typename statement_footprint<T>::fills; }
inline constexpr bool agrees<slots<Slot...>, T> = (std::same_as<Slot, typename statement_footprint<T>::fills> || ...);

template <class Slots, class... T>
inline constexpr bool all_agree = all_hold<agrees<Slots, T>...>;

} // namespace detail

} // namespace bpfxx::insn
