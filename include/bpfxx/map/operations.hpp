#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <concepts>
#include <cstdint>

// The words in which map/facts.hpp says what each type of map can do.
namespace bpfxx {

/// What a walk over a map promises while others insert and delete.
enum class walk_guarantee : std::uint8_t {
    /// The type cannot be walked.
    none,
    /// An entry that is there during the whole walk is seen exactly once; one that comes or goes is seen at most once.
    /// The kernel's cursor is a bucket number, and a bucket is copied under its lock.
    each_stable_entry_once,
    /// Every index is seen once, in order; the values are those of the moment when they are copied. Slots that are empty
    /// are left out.
    each_index_once,
    /// The kernel's cursor is a key: when that key is deleted meanwhile the walk starts again, so that entries may be
    /// seen twice or not at all. It stops with walk_bound_reached after as many entries as the map can hold.
    best_effort,
};

/// The guarantee in words, as the documentation prints it.
[[nodiscard]] constexpr char const* describe(walk_guarantee guarantee) noexcept {
    switch (guarantee) {
    case walk_guarantee::none: return "cannot be walked";
    case walk_guarantee::each_stable_entry_once: return "each entry that stays is seen exactly once";
    case walk_guarantee::each_index_once: return "each index is seen once, in order";
    case walk_guarantee::best_effort: return "best effort, bounded by max_entries";
    }
    return "unknown";
}

/// A set of things that user space can do with a map.
enum class map_operations : std::uint16_t {
    none = 0,
    /// BPF_MAP_LOOKUP_ELEM; `peek` for a queue, the question of a bloom filter.
    lookup = 1 << 0,
    /// BPF_MAP_UPDATE_ELEM; `push` where there are no keys.
    update = 1 << 1,
    /// BPF_NOEXIST means something: elements come and go.
    insert = 1 << 2,
    /// BPF_EXIST means something.
    replace = 1 << 3,
    erase = 1 << 4,
    /// BPF_MAP_LOOKUP_AND_DELETE_ELEM; `pop` where there are no keys.
    take = 1 << 5,
    next_key = 1 << 6,
    lookup_batch = 1 << 7,
    update_batch = 1 << 8,
    erase_batch = 1 << 9,
    take_batch = 1 << 10,
    /// BPF_F_LOCK, for values that hold a bpf_spin_lock.
    lock = 1 << 11,
    freeze = 1 << 12,
    /// Its memory can be mapped.
    map_memory = 1 << 13,
};

[[nodiscard]] constexpr map_operations operator|(map_operations left, map_operations right) noexcept {
    return static_cast<map_operations>(static_cast<std::uint16_t>(left) | static_cast<std::uint16_t>(right));
}

/// What `max_entries` means to a type of map.
enum class map_capacity : std::uint8_t {
    /// A number of elements, for the caller to choose.
    elements,
    /// Nothing: there is as much room as there are owners. The kernel wants 0.
    unbounded,
    /// There is one element.
    one,
    /// Bytes of a ring: a power of two and a multiple of the page size.
    bytes,
    /// Pages of memory.
    pages,
};

/// How elements look to user space.
enum class map_elements_are : std::uint8_t {
    /// A value under a key; what goes in is what comes out.
    values,
    /// A value for each possible CPU under a key.
    per_cpu,
    /// Values without keys.
    keyless,
    /// A descriptor goes in; an id, a cookie or nothing comes out.
    references,
    /// There are none: only memory.
    memory,
};

/// Which way a view may be used: fixed by its type, asked of the kernel when the map is created or opened.
struct read_write {};
struct read_only {};
struct write_only {};

template <class Access>
concept access_mode =
    std::same_as<Access, read_write> || std::same_as<Access, read_only> || std::same_as<Access, write_only>;

template <class Access>
concept readable = std::same_as<Access, read_write> || std::same_as<Access, read_only>;

template <class Access>
concept writable = std::same_as<Access, read_write> || std::same_as<Access, write_only>;

} // namespace bpfxx
