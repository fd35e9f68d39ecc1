#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <initializer_list>

// What holds of a thousand statements at once. Loops instead of fold expressions: clang ends a fold at 256 operands.
namespace bpfxx::insn::detail {

template <bool... Each>
inline constexpr bool all_hold = [] {
    for (bool const one : {true, Each...})
        if (!one) return false;
    return true;
}();

/// The sum of footprints, each with a function `add`.
template <class Footprint>
consteval Footprint sum_of(std::initializer_list<Footprint const*> each) {
    Footprint sum;
    for (Footprint const* const one : each) sum.add(*one);
    return sum;
}

} // namespace bpfxx::insn::detail
