#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstdint>

namespace bpfxx::object {

/// What an instruction needs before the kernel understands it.
enum class target_kind : std::uint8_t {
    /// The address of a map: `target` is the section of its definition, `addend` the definition's place there.
    map,
    /// A place in a data section: `target` is the section, `addend` the place.
    map_value,
    /// A call of a function of the object: `target` is its number among the functions.
    call,
    /// The address of a function of the object, for a callback: the same.
    function_address,
    /// `target` is its number among the externs, `addend` what is added to its address.
    extern_variable,
    /// A call of a function of the kernel, or the address of one: the same.
    extern_function,
    /// A table of places in the program: `target` is the section, `addend` the place.
    jump_table,
};

/// An instruction that depends on where something else lies, in the section of its function.
struct code_relocation {
    std::uint32_t section = 0;
    /// Counted from the start of the section.
    std::uint32_t instruction = 0;
    target_kind kind{};
    std::uint32_t target = 0;
    std::int32_t addend = 0;

    friend constexpr bool operator==(code_relocation const&, code_relocation const&) noexcept = default;
};

/// An instruction of a linked program that is still to be filled: calls and addresses of functions already are.
struct patch {
    /// Counted from the start of the program; a load of 64 bits has its second slot behind it.
    std::uint32_t instruction = 0;
    /// Never call or function_address.
    target_kind kind{};
    /// What it is a number of depends on the kind: see `target_kind`.
    std::uint32_t index = 0;
    std::int32_t addend = 0;

    friend constexpr bool operator==(patch const&, patch const&) noexcept = default;
};

} // namespace bpfxx::object
