#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstdint>

namespace bpfxx {

/// Which packets of a network device traffic control programs see: those that arrive or those that leave.
/// UAPI: BPF_TCX_INGRESS and BPF_TCX_EGRESS, TC_H_MIN_INGRESS and TC_H_MIN_EGRESS
enum class tc_direction : std::uint8_t { ingress, egress };

} // namespace bpfxx
