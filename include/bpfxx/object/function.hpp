#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/id.hpp>
#include <bpfxx/elf/wire.hpp>

#include <cstdint>
#include <string_view>

namespace bpfxx::object {

/// Stands for the number of a function where there is none.
inline constexpr std::uint32_t no_function = 0xffff'ffff;

/// A function of an object: an entry that the kernel can be given, or a subprogram that entries call.
struct function {
    std::string_view name{};
    /// The section that it lies in, and its first instruction and their number there.
    std::uint32_t section = 0;
    std::uint32_t first = 0;
    std::uint32_t count = 0;
    /// The BTF_KIND_FUNC; void where nothing tells it.
    btf::type_id type{};
    elf::symbol_binding binding{};
    /// The verifier checks a global function on its own; hidden ones are treated as static.
    elf::symbol_visibility visibility{};
    /// The number of its section among those with instructions.
    std::uint32_t code = 0;
    /// Whether an instruction calls it or takes its address.
    bool is_used = false;
    /// The function that the verifier enters where the program throws: its number among those of the object. It belongs
    /// to the program although no instruction names it.
    std::uint32_t exception_callback = no_function;

    [[nodiscard]] constexpr bool is_static() const noexcept { return binding == elf::symbol_binding::local; }
    [[nodiscard]] constexpr bool contains(std::uint32_t instruction) const noexcept {
        return instruction >= first && instruction - first < count;
    }

    friend constexpr bool operator==(function const&, function const&) noexcept = default;
};

/// A function that can be loaded on its own: whatever is global in a section other than .text.
struct program {
    std::string_view name{};
    /// The name of its section, which says what it attaches to.
    std::string_view section{};
    /// Its number among the functions of the object.
    std::uint32_t function = 0;

    friend constexpr bool operator==(program const&, program const&) noexcept = default;
};

} // namespace bpfxx::object
