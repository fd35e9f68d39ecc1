#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <compare>
#include <cstdint>

namespace bpfxx {

/// The first mainline Linux release that has something. Distribution kernels backport, so it says where a feature comes
/// from, never whether the running kernel has it: probe for that.
struct since {
    std::uint16_t major;
    std::uint16_t minor;

    friend constexpr auto operator<=>(since, since) noexcept = default;
};

} // namespace bpfxx
