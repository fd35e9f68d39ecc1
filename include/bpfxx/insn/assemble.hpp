#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstddef>
#include <cstdint>
#include <span>

#include <bpfxx/insn/alu.hpp>
#include <bpfxx/insn/atomic.hpp>
#include <bpfxx/insn/call.hpp>
#include <bpfxx/insn/check.hpp>
#include <bpfxx/insn/finding.hpp>
#include <bpfxx/insn/jump.hpp>
#include <bpfxx/insn/label.hpp>
#include <bpfxx/insn/listing.hpp>
#include <bpfxx/insn/map_ref.hpp>
#include <bpfxx/insn/mem.hpp>
#include <bpfxx/insn/move.hpp>
#include <bpfxx/insn/opcode.hpp>
#include <bpfxx/insn/packet.hpp>
#include <bpfxx/insn/reg.hpp>
#include <bpfxx/insn/slot.hpp>
#include <bpfxx/insn/statement.hpp>
#include <bpfxx/insn/structured.hpp>
#include <bpfxx/insn/subprogram.hpp>
#include <bpfxx/insn/swap.hpp>

namespace bpfxx::insn {

namespace detail {

struct assembler;

template <class Slot, class Given>
inline constexpr bool fills = false;
template <class Given>
inline constexpr bool fills<unused_slot, Given> = true;
template <std::size_t Number, class Map, class Given>
inline constexpr bool fills<map_slot<Number, Map>, Given> = fills_map_slot<Given, Map>;
template <std::size_t Number>
inline constexpr bool fills<kfunc_slot<Number>, kfunc> = true;
template <std::size_t Number>
inline constexpr bool fills<kernel_variable_slot<Number>, kernel_variable> = true;

template <class Slots, class... Given>
inline constexpr bool all_fill = false;
template <class... Slot, class... Given>
    requires(sizeof...(Slot) == sizeof...(Given))
inline constexpr bool all_fill<slots<Slot...>, Given...> = (fills<Slot, Given> && ...);

} // namespace detail

/// An assembled program of N slots, for programs of type Kind (a tag of `program_kind`) or, where that is void, of any.
/// With nothing left to fill, the kernel can load it.
template <std::size_t N, class Slots = slots<>, class Kind = void>
class [[nodiscard]] program_code {
  public:
    /// The instructions; they live as long as this object.
    constexpr std::span<instruction const> instructions() const noexcept
        requires(Slots::count == 0)
    {
        return {code_.of, N};
    }

    template <class Unfilled = Slots>
        requires(Unfilled::count != 0)
    std::span<instruction const> instructions() const = delete; // this program names maps: fill them, code.with(map)

    /// The same, so that a program can be given wherever instructions are asked for.
    constexpr operator std::span<instruction const>() const noexcept
        requires(Slots::count == 0)
    {
        return {code_.of, N};
    }

    template <class Unfilled = Slots>
        requires(Unfilled::count != 0)
    operator std::span<instruction const>() const = delete; // this program names maps: fill them, code.with(map)

    /// The program with what it names: argument n fills slot n, a map or its descriptor, a `kfunc` or a `kernel_variable`.
    /// Costs: a copy of the instructions, no system call, no allocation
    template <class... Given>
        requires detail::all_fill<Slots, Given...>
    constexpr program_code<N, slots<>, Kind> with(Given const&... given) const noexcept {
        program_code<N, slots<>, Kind> filled{code_};
        std::int32_t number = 0;
        (fill(filled.code_, number++, given), ...);
        return filled;
    }

    template <class... Given>
        requires(sizeof...(Given) != Slots::count)
    void with(Given const&...) const = delete; // with() takes exactly one argument for each slot that the program names

    template <class... Given>
        requires(sizeof...(Given) == Slots::count && !detail::all_fill<Slots, Given...>)
    void with(Given const&...) const = delete; // with() takes for each slot what it is for, such as a map descriptor

    /// The slot where a subprogram starts, as `func_info` wants it: 0 is the main program, 1 the first one defined.
    constexpr std::uint32_t start_of_subprogram(std::size_t number) const noexcept {
        std::size_t start = 0;
        for (std::size_t i = 0; i != number; ++i) start = next_start(start);
        return static_cast<std::uint32_t>(start);
    }

  private:
    friend detail::assembler;
    template <std::size_t, class, class>
    friend class program_code;

    explicit constexpr program_code(detail::code_block<N> const& given_code) noexcept : code_{given_code} {}

    // What names a slot is looked for in the original, where no descriptor can be taken for a number.
    template <class Map>
    constexpr void fill(detail::code_block<N>& filled, std::int32_t number, Map const& map) const noexcept {
        for (std::size_t i = 0; i != N; ++i)
            if (detail::names_map(code_.of[i]) && code_.of[i].imm == number)
                filled.of[i].imm = detail::descriptor_of(map);
    }

    constexpr void fill(detail::code_block<N>& filled, std::int32_t number, kfunc const& given) const noexcept {
        for (std::size_t i = 0; i != N; ++i)
            if (detail::names_kfunc_slot(code_.of[i]) && code_.of[i].imm == number) detail::fill(filled.of[i], given);
    }

    constexpr void fill(detail::code_block<N>& filled, std::int32_t number,
                        kernel_variable const& given) const noexcept {
        for (std::size_t i = 0; i + 1 < N; ++i)
            if (detail::names_kernel_variable_slot(code_.of[i], code_.of[i + 1]) && code_.of[i].imm == number)
                detail::fill(filled.of[i], filled.of[i + 1], given);
    }

    // Every subprogram is named by a call or a load, so none is missed.
    constexpr std::size_t next_start(std::size_t after) const noexcept {
        std::size_t nearest = N;
        for (std::size_t i = 0; i != N; ++i) {
            if (!detail::names_subprogram(code_.of[i])) continue;
            auto const target = static_cast<std::size_t>(static_cast<std::int64_t>(i) + 1 + code_.of[i].imm);
            if (target > after && target < nearest) nearest = target;
        }
        return nearest;
    }

    detail::code_block<N> code_;
};

namespace detail {

struct assembler {
    template <footprint Size, class Slots, class... Statement>
    static constexpr void list(listing<Size, Slots>& all, Statement const&... statements) noexcept {
        if (!all_agree<Slots, Statement...>)
            ill_formed("two instructions give one slot different kinds or types: number the slots apart");
        [[maybe_unused]] bool const in_order[] = {true, (all.add(statements), true)...};
    }

    template <class Kind, footprint Size, class Slots>
    static constexpr auto finish(listing<Size, Slots>& all) noexcept {
        return program_code<Size.slots, Slots, Kind>{all.finish()};
    }

    template <class Kind, footprint Size, class Slots>
    static constexpr void check_all(listing<Size, Slots> const& all) noexcept {
        auto const found = checker<Size.slots, context_rules<Kind>>{all.code(), Size.slots}.run();
        if (found) refuse(found.what, all.line_of(found.slot));
    }
};

} // namespace detail

/// Turns statements into a program while compiling: instructions, arrays of instructions, labels, jumps, blocks, loads
/// and calls that name slots, and subprograms. What `check` finds in it does not compile; with the type of program given,
/// `assemble<program_kind::xdp>(…)`, that is also what such a program may not do with its context. The compiler says on
/// which line the instruction stands: it complains of an element of that number.
/// UAPI: `struct bpf_insn`
template <class Kind = void, class... Statement>
    requires detail::all_statements<Statement...>
consteval auto assemble(Statement const&... statements) {
    detail::listing_for<Statement...> all;
    detail::assembler::list(all, statements...);
    auto const made = detail::assembler::finish<Kind>(all);
    detail::assembler::check_all<Kind>(all);
    return made;
}

/// The same without `check`, for programs that are wrong on purpose.
/// UAPI: `struct bpf_insn`
template <class Kind = void, class... Statement>
    requires detail::all_statements<Statement...>
consteval auto assemble_unchecked(Statement const&... statements) {
    detail::listing_for<Statement...> all;
    detail::assembler::list(all, statements...);
    return detail::assembler::finish<Kind>(all);
}

template <class Kind = void, class... Statement>
    requires(!detail::all_statements<Statement...>)
void assemble(Statement const&...) = delete; // assemble() takes instructions, labels and jumps, nothing else

} // namespace bpfxx::insn
