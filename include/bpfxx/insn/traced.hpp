#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <array>
#include <cstddef>

#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/insn/listing.hpp>
#include <bpfxx/insn/placed.hpp>

namespace bpfxx::insn {

/// An assembled program and where in C++ each of its slots was written, from which <bpfxx/program/debug_info.hpp> makes
/// what the verifier's log and bpftool show.
template <class Code, std::size_t Slots, std::size_t Functions>
struct [[nodiscard]] traced_code {
    Code code;
    /// One for each slot; those of arrays have the place of the statement before them.
    std::array<here, Slots> places;
    /// In the order of their starts; the first is the main program.
    std::array<traced_function, Functions> functions;

    /// Whether another line begins here, or a function. Both slots of a wide load are of one place.
    constexpr bool starts_line(std::size_t slot) const noexcept {
        for (traced_function const& one : functions)
            if (one.start == slot) return true;
        auto const& before = places[slot - 1];
        return places[slot].line() != before.line() || places[slot].file_name() != before.file_name();
    }
};

/// As `assemble`, and keeps the places.
/// UAPI: `struct bpf_insn`
template <class Kind = void, class... Statement>
    requires detail::all_statements<Statement...>
consteval auto assemble_with_lines(Statement const&... statements) {
    constexpr detail::footprint size = detail::total<Statement...>;
    detail::listing_for<Statement...> all;
    detail::assembler::list(all, statements...);
    auto const made = detail::assembler::finish<Kind>(all);
    detail::assembler::check_all<Kind>(all);
    return traced_code<decltype(made), size.slots, size.subprograms + 1>{made, all.places(), all.functions()};
}

} // namespace bpfxx::insn
