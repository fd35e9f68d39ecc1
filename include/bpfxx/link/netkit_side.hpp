#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstdint>

namespace bpfxx {

/// Whose packets the programs of a netkit pair see: those that the primary device sends, or those that its peer sends,
/// which is the one that a container gets. Both kinds are attached by way of the primary.
/// UAPI: BPF_NETKIT_PRIMARY, BPF_NETKIT_PEER
enum class netkit_side : std::uint8_t { primary, peer };

} // namespace bpfxx
