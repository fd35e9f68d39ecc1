#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/map/facts.hpp>

#include <cstdint>

namespace bpfxx {

/// How a snapshot was read.
enum class snapshot_way : std::uint8_t {
    none,
    /// By a program that goes over the map inside the kernel and copies each entry: several times faster per entry, but
    /// it pays for each empty bucket, too.
    kernel_walk,
    /// By BPF_MAP_LOOKUP_BATCH.
    batches,
};

/// What a snapshot promises while others insert, replace and delete; it depends on the way.
enum class snapshot_guarantee : std::uint8_t {
    /// An entry that is there all the time is seen exactly once; one that comes or goes is seen at most once for each
    /// time that it comes. So read batches of the hash family, a bucket at a time under its lock.
    each_stable_entry_once,
    /// While nobody replaces or deletes entries, each is seen once. The kernel's walk over the hash family takes no lock:
    /// where the element that it stands on, or the one after it, is replaced or deleted in that moment, the memory may
    /// serve another bucket at once and the walk goes on there. Then the rest of the one bucket is missed, the rest of the
    /// other may be seen twice, and a key that is itself replaced may be missed or seen twice; an element that changes
    /// hands while it is copied shows the key of one entry with the value of another.
    each_entry_once_if_undisturbed,
    /// Every index is seen once.
    each_index_once,
};

/// The guarantee in words, as the documentation prints it.
[[nodiscard]] constexpr char const* describe(snapshot_guarantee guarantee) noexcept {
    switch (guarantee) {
    case snapshot_guarantee::each_stable_entry_once: return "each entry that stays is seen exactly once";
    case snapshot_guarantee::each_entry_once_if_undisturbed:
        return "each entry is seen once while none is replaced or deleted; else a few may be missed or seen twice";
    case snapshot_guarantee::each_index_once: return "each index is seen once";
    }
    return "unknown";
}

/// The guarantee of one way for one type of map.
template <class Kind>
[[nodiscard]] constexpr snapshot_guarantee guarantee_of(snapshot_way way) noexcept {
    if (Kind::facts.type == map_type::array) return snapshot_guarantee::each_index_once;
    if (way == snapshot_way::batches) return snapshot_guarantee::each_stable_entry_once;
    return snapshot_guarantee::each_entry_once_if_undisturbed;
}

} // namespace bpfxx
