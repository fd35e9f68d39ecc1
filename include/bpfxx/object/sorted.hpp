#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/object/heap_sort.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>

// Not those of <algorithm>, which brings along most of the standard library.
namespace bpfxx::object::detail {

/// Sorts in place, whatever the order was, in n log n steps. What is sorted already, as tables of compilers mostly
/// are, takes one walk.
template <class Elements, class Less>
constexpr void sort(Elements all, Less less) noexcept {
    auto const precedes = [&](std::uint32_t left, std::uint32_t right) { return less(all[left], all[right]); };
    auto const swap = [&](std::uint32_t left, std::uint32_t right) { std::swap(all[left], all[right]); };
    heap_sort(static_cast<std::uint32_t>(all.size()), precedes, swap);
}

/// The first position whose element is not `before` what is looked for.
template <class Elements, class Before>
constexpr std::size_t first_not(Elements sorted, Before before) noexcept {
    std::size_t low = 0;
    for (std::size_t high = sorted.size(); low != high;) {
        std::size_t const middle = low + (high - low) / 2;
        if (before(sorted[middle]))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

} // namespace bpfxx::object::detail
