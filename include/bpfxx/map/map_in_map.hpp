#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd_ref.hpp>
#include <bpfxx/id.hpp>
#include <bpfxx/map/view.hpp>
#include <bpfxx/map/walks.hpp>
#include <bpfxx/spec/required.hpp>

#include <concepts>
#include <cstdint>
#include <optional>
#include <utility>

namespace bpfxx {

namespace detail {

template <class Map>
concept any_map_view = requires(Map const& map) {
    typename Map::kind_type;
    { map.fd() } -> std::same_as<fd_ref<kind::map>>;
};

[[nodiscard]] constexpr bool can_be_inner(map_type type) noexcept {
    switch (type) {
    case map_type::array_of_maps:
    case map_type::hash_of_maps:
    case map_type::prog_array:
    case map_type::cgroup_storage:
    case map_type::percpu_cgroup_storage:
    case map_type::struct_ops:
    case map_type::insn_array: return false;
    default: return true;
    }
}

} // namespace detail

/// A map of one type as the value of another map: views of this type convert to it.
template <class Inner>
class inner_map_reference {
  public:
    inner_map_reference(Inner const& map) noexcept : number_{map.fd().raw()} {}
    inner_map_reference(Inner const&&) = delete; // borrows from a temporary that closes at once: name the inner map

    template <detail::any_map_view Other>
        requires(!std::derived_from<Other, Inner>)
    inner_map_reference(Other const&) = delete; // this map holds maps of another type: its template argument says which

    [[nodiscard]] constexpr int raw() const noexcept { return number_; }

  private:
    std::int32_t number_;
};

/// How a map of maps is created together with a template of what it holds; `inner` is as for the inner map's `create`.
/// UAPI: BPF_MAP_CREATE
template <class Kind, class Inner>
struct map_in_map_options {
    /// What bpftool shows. Since: Linux 4.15
    object_name name{};
    /// The capacity in inner maps.
    required<std::uint32_t> max_entries;
    /// What each inner map has to be like: sizes and flags follow from its type, `max_entries` counts for arrays, but
    /// not with `map_flags::inner_map`.
    typename Inner::options_type inner;
    creation_flags<Kind> flags{};
    /// The NUMA node that the memory comes from. Since: Linux 4.14
    std::optional<std::uint32_t> numa_node{};
    /// Delegated rights to use instead of capabilities. Since: Linux 6.9
    optional_fd_ref<kind::token> token{};
    /// Only the program with this hash may use the map. Since: Linux 6.18
    std::optional<program_hash> exclusive_program{};

    /// Those of the outer map alone.
    [[nodiscard]] constexpr map_options<Kind> outer() const noexcept {
        return {.name = name,
                .max_entries = max_entries,
                .flags = flags,
                .numa_node = numa_node,
                .token = token,
                .exclusive_program = exclusive_program};
    }
};

/// The elements of a map of maps: those of any map, and the way into an inner map. `update` takes an `Inner`, `lookup`
/// gives a `map_id`, `open_inner` an `Inner`. What the kernel says of a map of maps does not include what it holds:
/// opening checks the outer map, `open_inner` the inner one.
template <class Kind, class Key, class Inner, access_mode Access>
class map_in_map_elements : public map_walks<Kind, Key, stored_found<inner_map_reference<Inner>, map_id>, Access> {
    using base = map_walks<Kind, Key, stored_found<inner_map_reference<Inner>, map_id>, Access>;
    static_assert(detail::can_be_inner(Inner::kind_type::facts.type),
                  "maps of maps cannot hold maps of maps, program arrays, or maps that belong to one program");

  protected:
    using base::base;
    using base::reads;

  public:
    using inner_type = Inner;
    using options_type = map_in_map_options<Kind, Inner>;

    /// Creates a map of maps with an existing map as the template, which does not go into the new map by that.
    /// UAPI: BPF_MAP_CREATE
    /// Errors: EPERM CAP_BPF is missing; EINVAL, 524 the kernel does not take such inner maps; E2BIG; ENOMEM
    /// Costs: one system call, no allocation in user space
    [[nodiscard]] static result<map_view<map_in_map_elements>> create_like(Inner const& like,
                                                                           map_options<Kind> const& options) noexcept {
        return map_view<map_in_map_elements>::wrap(create_map(like, options));
    }

    /// Opens the inner map under a key, or nothing where there is none. What was put there through bpfxx is an `Inner`;
    /// what came there by other ways is checked here, since the kernel does not say what a map of maps holds.
    /// UAPI: BPF_MAP_LOOKUP_ELEM, BPF_MAP_GET_FD_BY_ID, BPF_OBJ_GET_INFO_BY_FD
    /// Errors: EPERM CAP_SYS_ADMIN is missing; the `_differ` codes: a map of another shape is there
    /// Costs: three system calls, one where there is none, no allocation
    /// Races: an inner map that is replaced and gone between the calls is nothing; one that is replaced and lives is
    /// opened all the same
    [[nodiscard]] result<std::optional<Inner>> open_inner(Key const& key) const noexcept
        requires(reads)
    {
        auto const id = this->lookup(key);
        if (!id) return id.error();
        if (!*id) return std::optional<Inner>{};
        auto inner = Inner::open(**id);
        if (inner) return std::optional<Inner>{*std::move(inner)};
        bool const gone = inner.error() == error{errc::enoent, command::map_get_fd_by_id};
        if (gone) return std::optional<Inner>{};
        return inner.error();
    }
    void open_inner(Key const&) const // this view is write-only: open it as read_write
        requires(!reads)
    = delete;

  protected:
    [[nodiscard]] static result<detail::opened_map> create_map(options_type const& options) noexcept {
        auto const like = Inner::create(options.inner);
        if (!like) return like.error();
        return create_map(*like, options.outer());
    }

    [[nodiscard]] static result<detail::opened_map> create_map(Inner const& like,
                                                               map_options<Kind> const& options) noexcept {
        auto spec = options.spec();
        spec.inner_map = like.fd();
        return detail::opened_map::create(base::shape, spec);
    }
};

/// Maps under indices: programs look the inner map up, then in it. A slot is empty until it is set, and again after
/// `erase`.
///
///     using counters = hash_map<std::uint32_t, std::uint64_t>;
///     auto const tenants = array_of_maps<counters>::create({.max_entries = 16, .inner = {.max_entries = 1024}});
///     tenants->update(0, counters_of_first);
///
/// UAPI: BPF_MAP_TYPE_ARRAY_OF_MAPS
/// Since: Linux 4.12; `lookup` 4.15, batches 5.19
/// Errors: of `create`: those of the inner map's and of `create_like`; of `update`: EINVAL the inner map differs from
/// the template, by its flags or, for arrays without `map_flags::inner_map`, by its `max_entries`; E2BIG the index is
/// beyond the end, of `erase` too; of walks and `lookup_batch`: EINTR a slot is empty, on kernels before 6.14 whose
/// stable series lacks the fix
/// Costs: of `create`: three system calls, since the kernel wants to see an inner map, which is made for that and closed
/// again: with a map at hand `create_like` is cheaper
/// Races: a program that found an inner map may go on with it for a moment after it was replaced: `update` and `erase`
/// wait for such programs
template <class Inner, access_mode Access = read_write>
using array_of_maps = map_view<map_in_map_elements<map_kind::array_of_maps, std::uint32_t, Inner, Access>>;

/// The same under keys of any type.
/// UAPI: BPF_MAP_TYPE_HASH_OF_MAPS
/// Since: Linux 4.12; `lookup` 4.15, batches 5.19
/// Errors: of `update`: EINVAL the inner map differs from the template; E2BIG the map is full
/// Races: as `array_of_maps`; a walk sees each entry that stays exactly once (`walk_guarantee::each_stable_entry_once`)
template <class Key, class Inner, access_mode Access = read_write>
using hash_of_maps = map_view<map_in_map_elements<map_kind::hash_of_maps, Key, Inner, Access>>;

} // namespace bpfxx
