#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstdint>
#include <source_location>
#include <string_view>

namespace bpfxx::insn {

/// The place in C++ where a statement was written.
using here = std::source_location;

/// A statement with its place, so that what is wrong with it, and what the verifier says of it, can be found again.
template <class Statement>
struct [[nodiscard]] placed : Statement {
    here place;
};

/// A function of an assembled program: the main one, which has no name, or a subprogram.
struct traced_function {
    std::string_view name{};
    std::uint32_t start = 0;
};

} // namespace bpfxx::insn
