#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstdint>

namespace bpfxx::object::detail {

/// Sorts what is reached only by numbers: `precedes(a, b)` compares the elements at two positions, `swap(a, b)` exchanges
/// them. What is in order already is only looked at. No memory, and no input for which it is slow.
template <class Precedes, class Swap>
constexpr void heap_sort(std::uint32_t count, Precedes precedes, Swap swap) noexcept {
    bool sorted = true;
    for (std::uint32_t at = 1; at < count && sorted; ++at) sorted = !precedes(at, at - 1);
    if (sorted) return;
    auto const sink = [&](std::uint32_t root, std::uint32_t end) {
        for (std::uint32_t child = 2 * root + 1; child < end; child = 2 * root + 1) {
            if (child + 1 < end && precedes(child, child + 1)) ++child;
            if (!precedes(root, child)) return;
            swap(root, child);
            root = child;
        }
    };
    for (std::uint32_t root = count / 2; root-- > 0;) sink(root, count);
    for (std::uint32_t end = count; --end > 0;) {
        swap(std::uint32_t{0}, end);
        sink(0, end);
    }
}

} // namespace bpfxx::object::detail
