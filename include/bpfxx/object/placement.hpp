#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstdint>

namespace bpfxx::object {

/// Where a function stands in the program that is being put together, and how far that is: one for each function of the
/// object, for all of its programs one after another.
struct placement {
    static constexpr std::uint32_t nothing = 0xffff'ffff;

    std::uint32_t start = nothing;
    /// The function behind it in the program, and the one that reached it first.
    std::uint32_t next = nothing;
    std::uint32_t caller = nothing;
    /// How many of its relocations were looked at.
    std::uint32_t done = 0;
};

} // namespace bpfxx::object
