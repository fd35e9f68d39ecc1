#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstdint>

namespace bpfxx::insn {

/// What an instruction does to the context of its program. A constant is stored where a register is.
enum class context_access : std::uint8_t { read, write, atomic };

/// What the verifier takes a field of a context for: a number of which it knows only the width, a pointer to a packet or
/// to its end, or something that bpfxx makes no claims about.
enum class context_value : std::uint8_t { anything, number, packet, packet_end };

/// What the kernel lets programs of a type do with the context that they get in r1, and with r0 when they end. `Kind`
/// is a tag of program_kind; <bpfxx/program/context.hpp> has the rules of all of them.
template <class Kind>
struct context_rules {
    static_assert(sizeof(Kind*) == 0,
                  "the context of this type of program is in <bpfxx/program/context.hpp>: include it");

    /// Whether bpfxx knows the context at all.
    static constexpr bool known = false;

    /// Whether the kernel insists on a value in r0 at the end of every such program.
    static constexpr bool returns = false;

    /// False for what the kernel refuses wherever such a program is to be attached; true for what is unknown.
    /// `offset` counts from the start of the context, `width` in bytes.
    static constexpr bool allows(std::int32_t /*offset*/, std::uint32_t /*width*/, context_access /*what*/) noexcept {
        return true;
    }

    /// What such a load gives.
    static constexpr context_value gives(std::int32_t /*offset*/, std::uint32_t /*width*/) noexcept {
        return context_value::anything;
    }
};

} // namespace bpfxx::insn
