#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/map/batch.hpp>
#include <bpfxx/map/entries.hpp>
#include <bpfxx/map/per_cpu_elements.hpp>
#include <bpfxx/map/view.hpp>

#include <cstdint>
#include <span>
#include <type_traits>

namespace bpfxx {

/// One element of a per-CPU map during a walk; key and values are good until the walk moves on.
template <class Key, class Value>
struct per_cpu_entry {
    Key const& key;
    per_cpu_values<Value const> values;
};

namespace detail {

struct project_per_cpu_entry {
    template <class Key, class Row>
    static auto of(Key const* key, Row row) noexcept {
        return per_cpu_entry<Key, typename Row::value_type::value_type>{*key, *row};
    }
};

} // namespace detail

/// What a typed view does with many elements that have a value for each possible processor. How long a row of values
/// is, only the running machine says, so all buffers are the caller's.
template <class Kind, class Key, class Value, access_mode Access>
class per_cpu_walks : public per_cpu_elements<Kind, Key, Value, Access> {
    using base = per_cpu_elements<Kind, Key, Value, Access>;

  protected:
    using base::base;
    using base::reads;
    using base::writes;

    static constexpr bool has_walk = Kind::facts.walk != walk_guarantee::none;
    static constexpr bool has_lookup_batch = Kind::facts.can(map_operations::lookup_batch);
    static constexpr bool has_update_batch = Kind::facts.can(map_operations::update_batch);
    static constexpr bool has_erase_batch = Kind::facts.can(map_operations::erase_batch);
    static constexpr bool has_take_batch = Kind::facts.can(map_operations::take_batch);

  public:
    /// What batches and walks read into; where batches are stored from, a view to read will do.
    using rows_type = per_cpu_rows<Value>;

  private:
    static constexpr detail::walk_rules rules{.by_batch = has_lookup_batch,
                                              .bounded = Kind::facts.walk == walk_guarantee::best_effort};
    static constexpr detail::walk_rules take_rules{.by_batch = true, .bounded = rules.bounded, .takes = true};

    using buffer = detail::caller_buffer<Key, rows_type>;
    using walk = detail::map_walk<Key, rows_type, rules>;
    using take_walk = detail::map_walk<Key, rows_type, take_rules>;
    using entry_range = walk_range<walk, buffer, detail::project_per_cpu_entry>;
    using key_range = walk_range<walk, buffer, detail::project_key>;

  public:
    /// What a walk over this type of map promises while others insert and delete.
    static constexpr walk_guarantee guarantee = Kind::facts.walk;

    // Batches: the bare commands. A short batch is not the last one.

    /// Reads the next elements after `cursor` into `keys` and `found`, which are equally long.
    /// UAPI: BPF_MAP_LOOKUP_BATCH
    /// Since: Linux 5.6 for hash tables, 5.13 for arrays
    /// Errors: ENOSPC the next bucket holds more elements than there is room, `cursor` stays: call again with more;
    /// EINVAL, 524 the kernel has no batches for this type; batch_sizes_differ
    /// Costs: one system call, no allocation in user space
    [[nodiscard]] result<batch_step> lookup_batch(batch_cursor<Key>& cursor, std::span<Key> keys,
                                                  rows_type found) const noexcept
        requires(reads && has_lookup_batch)
    {
        return detail::batch_reader::read<sys::attr::map_lookup_batch>(this->fd(), cursor, keys, found);
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
                                                rows_type found) const noexcept
        requires(reads && writes && has_take_batch)
    {
        return detail::batch_reader::read<sys::attr::map_lookup_and_delete_batch>(this->fd(), cursor, keys, found);
    }
    void take_batch(auto&&...) const // take_batch reads and removes: open the map as read_write
        requires(!(reads && writes))
    = delete;
    void take_batch(auto&&...) const // the kernel has no batch for this type of map that reads and removes
        requires(reads && writes && !has_take_batch)
    = delete;

    /// Stores many elements, equally many keys and rows; `done` says how many were stored, on failure too.
    /// UAPI: BPF_MAP_UPDATE_BATCH
    /// Since: Linux 5.6 for hash tables, 5.13 for arrays
    /// Errors: those of `update`, for the element after the first `done`; batch_sizes_differ
    /// Costs: one system call, no allocation in user space
    [[nodiscard]] result<void> update_batch(std::span<Key const> keys, per_cpu_rows<Value const> stored,
                                            std::uint32_t& done) const noexcept
        requires(writes && has_update_batch)
    {
        return detail::update_batch(this->fd(), keys, stored, done);
    }
    void update_batch(auto&&...) const // this view is read-only: open it as read_write
        requires(!writes)
    = delete;
    void update_batch(auto&&...) const // the kernel has no batches for this type of map
        requires(writes && !has_update_batch)
    = delete;

    /// Removes many keys, up to the first that is not there: false then, and `done` says how many were removed.
    /// UAPI: BPF_MAP_DELETE_BATCH
    /// Since: Linux 5.6
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

    // Batches with plain values, one for each key. A kernel that cannot refuses the flags before it reads or writes.

    /// Reads the next elements after `cursor`, which says of which processor, into `keys` and `found`, equally long.
    /// UAPI: BPF_MAP_LOOKUP_BATCH with BPF_F_CPU
    /// Since: Linux 7.0
    /// Errors: those of `lookup_batch`; EINVAL this kernel cannot; ERANGE no such processor
    /// Costs: one system call, no allocation in user space
    [[nodiscard]] result<batch_step> lookup_batch_on(one_cpu_cursor<Key>& cursor, std::span<Key> keys,
                                                     std::span<Value> found) const noexcept
        requires(reads && has_lookup_batch)
    {
        return detail::one_cpu_batch::read(this->fd(), cursor, keys, found);
    }
    void lookup_batch_on(auto&&...) const // this view is write-only: open it as read_write
        requires(!reads)
    = delete;
    void lookup_batch_on(auto&&...) const // the kernel has no batches for this type of map
        requires(reads && !has_lookup_batch)
    = delete;

    /// Stores the values of one processor; under a new key those of the others are zero.
    /// UAPI: BPF_MAP_UPDATE_BATCH with BPF_F_CPU
    /// Since: Linux 7.0
    /// Errors: those of `update_batch`; EINVAL this kernel cannot; ERANGE no such processor
    /// Costs: one system call, no allocation in user space
    [[nodiscard]] result<void> update_batch_on(cpu_number cpu, std::span<Key const> keys, std::span<Value const> stored,
                                               std::uint32_t& done) const noexcept
        requires(writes && has_update_batch)
    {
        return detail::one_cpu_batch::update(this->fd(), detail::on_cpu(cpu), keys, stored, done);
    }
    void update_batch_on(auto&&...) const // this view is read-only: open it as read_write
        requires(!writes)
    = delete;
    void update_batch_on(auto&&...) const // the kernel has no batches for this type of map
        requires(writes && !has_update_batch)
    = delete;

    /// Stores one value for every processor under each key.
    /// UAPI: BPF_MAP_UPDATE_BATCH with BPF_F_ALL_CPUS
    /// Since: Linux 7.0
    /// Errors: as `update_batch_on`, but ERANGE
    /// Costs: one system call, no allocation in user space
    [[nodiscard]] result<void> update_batch_all(std::span<Key const> keys, std::span<Value const> stored,
                                                std::uint32_t& done) const noexcept
        requires(writes && has_update_batch)
    {
        return detail::one_cpu_batch::update(this->fd(), element_flags::all_cpus, keys, stored, done);
    }
    void update_batch_all(auto&&...) const // this view is read-only: open it as read_write
        requires(!writes)
    = delete;
    void update_batch_all(auto&&...) const // the kernel has no batches for this type of map
        requires(writes && !has_update_batch)
    = delete;

    // Walks through the caller's buffers, with as many elements at a time as both have room for: batches inside where
    // the type has them, `guarantee` says what they promise. Without batches they go key by key, which may repeat
    // entries while others delete, and stop with walk_bound_reached rather than never.

    /// Every entry, for range-for: `for (auto const& [key, values] : map.entries(keys, rows, outcome))`.
    /// UAPI: BPF_MAP_LOOKUP_BATCH; BPF_MAP_GET_NEXT_KEY and BPF_MAP_LOOKUP_ELEM where there is none
    /// Errors: in `outcome` after the loop. ENOSPC one bucket holds more entries than the buffers: the kernel does not
    /// say how many, `max_entries()` are always enough
    /// Costs: one system call for each buffer full of entries, no allocation
    [[nodiscard]] auto entries(std::span<Key> keys, rows_type found, result<void>& outcome) const noexcept
        requires(reads && has_walk)
    {
        auto const [some_keys, some_rows] = equally_many(keys, found);
        return entry_range{this->fd(), this->max_entries(), &outcome, some_keys, some_rows};
    }
    void entries(auto&&...) const // this view is write-only: open it as read_write
        requires(!reads)
    = delete;
    void entries() const // rows of values are as long as the machine says: lend entries(keys, rows, outcome)
        requires(reads && has_walk)
    = delete;

    /// Every key, for range-for; the batches bring values too, so there is a buffer for them. Costs and errors as for
    /// `entries`.
    [[nodiscard]] auto keys(std::span<Key> keys, rows_type found, result<void>& outcome) const noexcept
        requires(reads && has_walk)
    {
        auto const [some_keys, some_rows] = equally_many(keys, found);
        return key_range{this->fd(), this->max_entries(), &outcome, some_keys, some_rows};
    }
    void keys(auto&&...) const // this view is write-only: open it as read_write
        requires(!reads)
    = delete;
    void
    keys() const // the batches bring rows of values too, as long as the machine says: lend keys(keys, rows, outcome)
        requires(reads && has_walk)
    = delete;

    /// The walk of `entries` with its failure as a value: calls `visit(key, values)`, which may answer false to stop.
    template <class Visitor>
    [[nodiscard]] result<void> for_each(std::span<Key> keys, rows_type found, Visitor&& visit) const
        requires(reads && has_walk)
    {
        return visit_through<walk>(keys, found, visit);
    }
    void for_each(auto&&...) const // this view is write-only: open it as read_write
        requires(!reads)
    = delete;
    void for_each(auto&&) const // rows of values are as long as the machine says: lend for_each(keys, rows, visit)
        requires(reads && has_walk)
    = delete;

    /// Removes every entry and calls `visit(key, values)` with it; what is inserted meanwhile may stay. `visit` cannot
    /// stop the walk, since it would lose entries that are removed already.
    /// UAPI: BPF_MAP_LOOKUP_AND_DELETE_BATCH
    /// Since: Linux 5.6
    /// Errors: EPERM the map is frozen; ENOSPC one bucket holds more entries than the buffers, nothing of it is
    /// removed; EINVAL the kernel has no batches
    /// Costs: one system call for each buffer full of entries, no allocation
    template <class Visitor>
    [[nodiscard]] result<void> take_all(std::span<Key> keys, rows_type found, Visitor&& visit) const
        requires(reads && writes && has_take_batch)
    {
        static_assert(std::is_void_v<decltype(visit(keys[0], per_cpu_values<Value const>{found[0]}))>,
                      "what take_all visits is removed from the map already: the visitor cannot stop it, return void");
        return visit_through<take_walk>(keys, found, visit);
    }
    void take_all(auto&&...) const // take_all reads and removes: open the map as read_write
        requires(!(reads && writes))
    = delete;
    void take_all(auto&&...) const // the kernel has no batch for this type of map that reads and removes
        requires(reads && writes && !has_take_batch)
    = delete;
    void take_all(auto&&) const // rows of values are as long as the machine says: lend take_all(keys, rows, visit)
        requires(reads && writes && has_take_batch)
    = delete;

  private:
    struct buffers {
        std::span<Key> keys;
        rows_type found;
    };

    static buffers equally_many(std::span<Key> keys, rows_type found) noexcept {
        auto const some = found.first(keys.size());
        return {keys.first(some.size()), some};
    }

    template <class Walk, class Visitor>
    result<void> visit_through(std::span<Key> keys, rows_type found, Visitor& visit) const {
        auto const [some_keys, some_rows] = equally_many(keys, found);
        Walk over{this->fd(), this->max_entries(), some_keys, some_rows};
        auto const with_const = [&visit](Key const& at_key, per_cpu_values<Value const> found_there) {
            return visit(at_key, found_there);
        };
        return detail::visit_all(over, with_const);
    }
};

/// The view of a map that has a value for each possible processor under a key.
template <class Kind, class Key, class Value, access_mode Access>
using basic_per_cpu_map = map_view<per_cpu_walks<Kind, Key, Value, Access>>;

} // namespace bpfxx
