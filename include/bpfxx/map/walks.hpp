#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/map/batch.hpp>
#include <bpfxx/map/elements.hpp>
#include <bpfxx/map/entries.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

namespace bpfxx {

/// What a typed view does with many elements: batches, and walks made of them.
template <class Kind, class Key, class Value, access_mode Access>
class map_walks : public map_elements<Kind, Key, Value, Access> {
    using base = map_elements<Kind, Key, Value, Access>;

  protected:
    using base::base;
    using base::has_lookup;
    using base::reads;
    using base::writes;
    using typename base::found;
    using typename base::stored;

    static constexpr bool has_walk = Kind::facts.walk != walk_guarantee::none && has_lookup;
    static constexpr bool has_lookup_batch = Kind::facts.can(map_operations::lookup_batch);
    static constexpr bool has_update_batch = Kind::facts.can(map_operations::update_batch);
    static constexpr bool has_erase_batch = Kind::facts.can(map_operations::erase_batch);
    static constexpr bool has_take_batch = Kind::facts.can(map_operations::take_batch);

  private:
    static constexpr bool own_buffer_fits = batch_fits_stack<Key, found>;
    static constexpr std::size_t own_batch = own_buffer_fits ? default_batch<Key, found> : 1;
    static constexpr detail::walk_rules rules{.by_batch = has_lookup_batch,
                                              .bounded = Kind::facts.walk == walk_guarantee::best_effort};
    static constexpr detail::walk_rules take_rules{.by_batch = true, .bounded = rules.bounded, .takes = true};

    using span_of_values = std::span<found>;
    using own_buffer = detail::walk_buffer<Key, found, own_batch>;
    using lent_buffer = detail::caller_buffer<Key, span_of_values>;
    using walk = detail::map_walk<Key, span_of_values, rules>;
    using take_walk = detail::map_walk<Key, span_of_values, take_rules>;
    using entry_range = walk_range<walk, own_buffer, detail::project_entry>;
    using lent_entry_range = walk_range<walk, lent_buffer, detail::project_entry>;
    using key_range = walk_range<walk, own_buffer, detail::project_key>;

  public:
    /// What a walk over this type of map promises while others insert and delete.
    static constexpr walk_guarantee guarantee = has_walk ? Kind::facts.walk : walk_guarantee::none;

    // Batches: the bare commands. A short batch is not the last one.

    /// Reads the next elements after `cursor` into `keys` and `values`, which are equally long.
    /// UAPI: BPF_MAP_LOOKUP_BATCH
    /// Since: Linux 5.6 for hash tables and arrays, 5.13 for tries, 5.19 for maps of maps
    /// Errors: ENOSPC the next bucket holds more elements than there is room, `cursor` stays: call again with more;
    /// EINVAL the kernel has no batches; 524 the type has none; batch_sizes_differ
    /// Costs: one system call, no allocation in user space
    [[nodiscard]] result<batch_step> lookup_batch(batch_cursor<Key>& cursor, std::span<Key> keys,
                                                  std::span<found> values) const noexcept
        requires(reads && has_lookup_batch)
    {
        return detail::batch_reader::read<sys::attr::map_lookup_batch>(this->fd(), cursor, keys, values);
    }
    void lookup_batch(auto&&...) const // this view is write-only: open it as read_write
        requires(!reads)
    = delete;
    void lookup_batch(auto&&...) const // the kernel has no batches for this type of map
        requires(reads && !has_lookup_batch)
    = delete;

    /// The same, and removes what it reads.
    /// UAPI: BPF_MAP_LOOKUP_AND_DELETE_BATCH
    [[nodiscard]] result<batch_step> take_batch(batch_cursor<Key>& cursor, std::span<Key> keys,
                                                std::span<found> values) const noexcept
        requires(reads && writes && has_take_batch)
    {
        return detail::batch_reader::read<sys::attr::map_lookup_and_delete_batch>(this->fd(), cursor, keys, values);
    }
    void take_batch(auto&&...) const // take_batch reads and removes: open the map as read_write
        requires(!(reads && writes))
    = delete;
    void take_batch(auto&&...) const // the kernel has no batch for this type of map that reads and removes
        requires(reads && writes && !has_take_batch)
    = delete;

    /// Stores many elements; `done` says how many were stored, on failure too.
    /// UAPI: BPF_MAP_UPDATE_BATCH
    /// Since: Linux 5.6 for hash tables and arrays, 5.13 for tries, 5.19 for maps of maps
    /// Errors: those of `update`, for the element after the first `done`; batch_sizes_differ
    /// Costs: one system call, no allocation in user space
    [[nodiscard]] result<void> update_batch(std::span<Key const> keys, std::span<stored const> values,
                                            std::uint32_t& done) const noexcept
        requires(writes && has_update_batch)
    {
        return detail::update_batch(this->fd(), keys, values, done);
    }
    void update_batch(auto&&...) const // this view is read-only: open it as read_write
        requires(!writes)
    = delete;
    void update_batch(auto&&...) const // the kernel has no batches for this type of map
        requires(writes && !has_update_batch)
    = delete;

    /// Removes many keys, up to the first that is not there: false then, and `done` says how many were removed.
    /// UAPI: BPF_MAP_DELETE_BATCH
    /// Since: Linux 5.6 for hash tables, 5.13 for tries
    /// Errors: EPERM the map is frozen
    /// Costs: one system call, no allocation in user space
    [[nodiscard]] result<bool> erase_batch(std::span<Key const> keys, std::uint32_t& done) const noexcept
        requires(writes && has_erase_batch)
    {
        return detail::erase_batch(this->fd(), keys, done);
    }
    void erase_batch(auto&&...) const // this view is read-only: open it as read_write
        requires(!writes)
    = delete;
    void erase_batch(auto&&...) const // the kernel has no batch for this type of map that removes
        requires(writes && !has_erase_batch)
    = delete;

    // Walks: batches inside where the type has them, `guarantee` says what they promise. Without batches (before Linux
    // 5.6, and some types) they go key by key, which may repeat entries while others delete, and stop with
    // walk_bound_reached rather than never.

    /// Every entry, for range-for: `for (auto const& [key, value] : map.entries())`.
    /// UAPI: BPF_MAP_LOOKUP_BATCH; BPF_MAP_GET_NEXT_KEY and BPF_MAP_LOOKUP_ELEM where there is none
    /// Errors: as `.value()`, thrown or aborted on; with `outcome` they are put there instead. ENOSPC one bucket holds
    /// more entries than the buffer: the kernel does not say how many, `max_entries()` are always enough
    /// Costs: one system call for each `default_batch` entries, no allocation; the buffer stands in the range
    [[nodiscard]] auto entries() const
        requires(reads && has_walk && own_buffer_fits)
    {
        return entry_range{this->fd(), this->max_entries(), nullptr};
    }
    [[nodiscard]] auto entries(result<void>& outcome) const noexcept
        requires(reads && has_walk && own_buffer_fits)
    {
        return entry_range{this->fd(), this->max_entries(), &outcome};
    }
    void entries() const // elements too large for a buffer on the stack: lend one
        requires(reads && has_walk && !own_buffer_fits)
    = delete;
    void entries(auto&&...) const // this view is write-only: open it as read_write
        requires(!reads)
    = delete;
    void entries(auto&&...) const // the kernel offers no walk over this type of map
        requires(reads && !has_walk)
    = delete;

    /// The same through buffers of the caller's, equally long.
    [[nodiscard]] auto entries(std::span<Key> keys, std::span<found> values, result<void>& outcome) const noexcept
        requires(reads && has_walk)
    {
        return lent_entry_range{this->fd(), this->max_entries(), &outcome, keys, values};
    }

    /// Every key, for range-for: `for (auto const& key : map.keys())`. Costs and errors as for `entries`.
    [[nodiscard]] auto keys() const
        requires(reads && has_walk && own_buffer_fits)
    {
        return key_range{this->fd(), this->max_entries(), nullptr};
    }
    [[nodiscard]] auto keys(result<void>& outcome) const noexcept
        requires(reads && has_walk && own_buffer_fits)
    {
        return key_range{this->fd(), this->max_entries(), &outcome};
    }
    void keys(auto&&...) const // this view is write-only: open it as read_write
        requires(!reads)
    = delete;
    void keys(auto&&...) const // the kernel offers no walk over this type of map
        requires(reads && !has_walk)
    = delete;

    /// The walk of `entries` with its failure as a value: calls `visit(key, value)`, which may answer false to stop.
    template <class Visitor>
    [[nodiscard]] result<void> for_each(Visitor&& visit) const
        requires(reads && has_walk && own_buffer_fits)
    {
        own_buffer buffer;
        walk over{this->fd(), this->max_entries(), buffer.keys(), buffer.values()};
        return detail::visit_all(over, visit);
    }

    /// The same through buffers of the caller's, equally long.
    template <class Visitor>
    [[nodiscard]] result<void> for_each(std::span<Key> keys, std::span<found> values, Visitor&& visit) const
        requires(reads && has_walk)
    {
        walk over{this->fd(), this->max_entries(), keys, values};
        return detail::visit_all(over, visit);
    }
    void for_each(auto&&...) const // this view is write-only: open it as read_write
        requires(!reads)
    = delete;
    void for_each(auto&&...) const // the kernel offers no walk over this type of map
        requires(reads && !has_walk)
    = delete;

    /// Removes every entry and calls `visit(key, value)` with it; what is inserted meanwhile may stay. `visit` cannot
    /// stop the walk, since it would lose entries that are removed already.
    /// UAPI: BPF_MAP_LOOKUP_AND_DELETE_BATCH
    /// Since: Linux 5.6; 5.19 for maps of maps
    /// Errors: EPERM the map is frozen; ENOSPC one bucket holds more entries than the buffer, nothing of it is removed;
    /// EINVAL the kernel has no batches
    /// Costs: one system call for each `default_batch` entries, no allocation
    template <class Visitor>
    [[nodiscard]] result<void> take_all(Visitor&& visit) const
        requires(reads && writes && has_take_batch && own_buffer_fits)
    {
        own_buffer buffer;
        return take_through(buffer.keys(), buffer.values(), visit);
    }

    /// The same through buffers of the caller's, equally long.
    template <class Visitor>
    [[nodiscard]] result<void> take_all(std::span<Key> keys, std::span<found> values, Visitor&& visit) const
        requires(reads && writes && has_take_batch)
    {
        return take_through(keys, values, visit);
    }
    void take_all(auto&&...) const // take_all reads and removes: open the map as read_write
        requires(!(reads && writes))
    = delete;
    void take_all(auto&&...) const // the kernel has no batch for this type of map that reads and removes
        requires(reads && writes && !has_take_batch)
    = delete;

  private:
    template <class Visitor>
    result<void> take_through(std::span<Key> keys, std::span<found> values, Visitor& visit) const {
        static_assert(std::is_void_v<decltype(visit(keys[0], values[0]))>,
                      "what take_all visits is removed from the map already: the visitor cannot stop it, return void");
        take_walk over{this->fd(), this->max_entries(), keys, values};
        return detail::visit_all(over, visit);
    }
};

} // namespace bpfxx
