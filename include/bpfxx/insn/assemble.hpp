#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <bpfxx/insn/alu.hpp>
#include <bpfxx/insn/call.hpp>
#include <bpfxx/insn/jump.hpp>
#include <bpfxx/insn/label.hpp>
#include <bpfxx/insn/listing.hpp>
#include <bpfxx/insn/map_ref.hpp>
#include <bpfxx/insn/mem.hpp>
#include <bpfxx/insn/opcode.hpp>
#include <bpfxx/insn/reg.hpp>
#include <bpfxx/insn/subprogram.hpp>

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

    /// The slot where a subprogram starts, as `func_info` wants it: 0 is the main program, 1 the first one defined.
    constexpr std::uint32_t start_of_subprogram(std::size_t number) const noexcept {
        std::size_t start = 0;
        for (std::size_t i = 0; i != number; ++i) start = next_start(start);
        return static_cast<std::uint32_t>(start);
    }

  private:
    friend detail::assembler;
    template <std::size_t, std::size_t>
    friend class program_code;

    explicit constexpr program_code(std::array<instruction, N> const& given_code) noexcept : code_{given_code} {}

    // Every subprogram is named by a call or a load, so none is missed.
    constexpr std::size_t next_start(std::size_t after) const noexcept {
        std::size_t nearest = N;
        for (std::size_t i = 0; i != N; ++i) {
            if (!detail::names_subprogram(code_[i])) continue;
            auto const target = static_cast<std::size_t>(static_cast<std::int64_t>(i) + 1 + code_[i].imm);
            if (target > after && target < nearest) nearest = target;
        }
        return nearest;
    }

    std::array<instruction, N> code_;
};

namespace detail {

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

/// Turns statements into a program while compiling: instructions, arrays of instructions, labels, jumps, map loads and
/// subprograms.
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
