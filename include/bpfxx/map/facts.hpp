#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/map/type.hpp>
#include <bpfxx/version.hpp>

#include <concepts>
#include <cstdint>

// What the kernel lets user space do with each type of map: the one table that decides which members a view has.
// Source: the map_ops tables of kernel/bpf/*.c, tried on a live kernel by tests/map.
namespace bpfxx {

/// What a walk over a map promises while others insert and delete.
enum class walk_guarantee : std::uint8_t {
    /// The type cannot be walked.
    none,
    /// An entry that is there during the whole walk is seen exactly once; one that comes or goes is seen at most once.
    /// The kernel's cursor is a bucket number, and a bucket is copied under its lock.
    each_stable_entry_once,
    /// Every index is seen once, in order; the values are those of the moment when they are copied.
    each_index_once,
};

/// A set of element operations.
enum class map_operations : std::uint16_t {
    none = 0,
    lookup = 1 << 0,
    update = 1 << 1,
    /// BPF_NOEXIST and BPF_EXIST mean something: elements come and go.
    insert = 1 << 2,
    erase = 1 << 3,
    take = 1 << 4,
    next_key = 1 << 5,
    lookup_batch = 1 << 6,
    update_batch = 1 << 7,
    erase_batch = 1 << 8,
    take_batch = 1 << 9,
};

[[nodiscard]] constexpr map_operations operator|(map_operations left, map_operations right) noexcept {
    return static_cast<map_operations>(static_cast<std::uint16_t>(left) | static_cast<std::uint16_t>(right));
}

/// What is known of one type of map.
struct map_facts {
    map_type type;
    since available;
    map_operations operations;
    walk_guarantee walk;

    [[nodiscard]] constexpr bool can(map_operations wanted) const noexcept {
        auto const bits = static_cast<std::uint16_t>(wanted);
        return (static_cast<std::uint16_t>(operations) & bits) == bits;
    }
};

/// The types of map as tags, which compilers print by name.
namespace map_kind {

struct hash {
    static constexpr map_facts facts{
        .type = map_type::hash,
        .available = {3, 19},
        .operations = map_operations::lookup | map_operations::update | map_operations::insert | map_operations::erase |
                      map_operations::take | map_operations::next_key | map_operations::lookup_batch |
                      map_operations::update_batch | map_operations::erase_batch | map_operations::take_batch,
        .walk = walk_guarantee::each_stable_entry_once,
    };
};

struct array {
    static constexpr map_facts facts{
        .type = map_type::array,
        .available = {3, 19},
        .operations = map_operations::lookup | map_operations::update | map_operations::next_key |
                      map_operations::lookup_batch | map_operations::update_batch,
        .walk = walk_guarantee::each_index_once,
    };
};

} // namespace map_kind

/// The batch commands for hash and array maps.
inline constexpr since batch_operations{5, 6};

/// BPF_MAP_LOOKUP_AND_DELETE_ELEM for hash maps.
inline constexpr since hash_take{5, 14};

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
