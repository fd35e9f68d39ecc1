#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/map/options.hpp>
#include <bpfxx/map/view.hpp>
#include <bpfxx/map/walks.hpp>

#include <cstdint>
#include <optional>

namespace bpfxx {

/// How a resizable hash table is created. What is not explained here is as in `map_options`.
/// UAPI: BPF_MAP_CREATE
struct rhash_options {
    object_name name{};
    /// The most elements that there can be; memory is taken for those that there are.
    required<std::uint32_t> max_entries;
    /// How many elements it has room for at first, 65,535 at most and no more than `max_entries`; it grows and shrinks.
    std::uint16_t expected_entries = 0;
    creation_flags<map_kind::rhash> flags{};
    std::optional<std::uint32_t> numa_node{};
    optional_fd_ref<kind::token> token{};
    map_btf btf{};
    std::optional<program_hash> exclusive_program{};

    [[nodiscard]] constexpr map_spec spec() const noexcept {
        return {
            .type = map_type::rhash,
            .max_entries = max_entries,
            .flags = flags.get() | map_kind::rhash::facts.required,
            .name = name,
            .numa_node = numa_node,
            .token = token,
            .btf = btf,
            .exclusive_program = exclusive_program,
            .map_extra = expected_entries,
        };
    }
};

/// What one does with a resizable hash table: the base of `rhash_map`.
template <class Key, class Value, access_mode Access>
class rhash_elements : public map_walks<map_kind::rhash, Key, Value, Access> {
    using base = map_walks<map_kind::rhash, Key, Value, Access>;

  protected:
    using base::base;

  public:
    using options_type = rhash_options;
};

/// A hash table that grows and shrinks with what is in it, where `hash_map` takes its buckets at once. Programs that
/// trace the kernel cannot use it. An update changes a value where it is, so that a reader may see it half changed.
/// UAPI: BPF_MAP_TYPE_RHASH
/// Since: Linux 7.1
/// Errors: of `create`: EINVAL the kernel has none, E2BIG a key over 65,535 bytes; of `update` and `insert`: E2BIG full
/// Races: a walk is a best effort within `max_entries` (`walk_guarantee::best_effort`); EAGAIN the key that it stands on
/// was erased meanwhile: begin again
template <class Key, class Value, access_mode Access = read_write>
using rhash_map = map_view<rhash_elements<Key, Value, Access>>;

} // namespace bpfxx
