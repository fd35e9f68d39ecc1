#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/map/batch.hpp>
#include <bpfxx/map/elements.hpp>
#include <bpfxx/map/entries.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace bpfxx {

/// A typed view that owns a map's descriptor: two integers in size, movable, never copied by accident. Which members it
/// has follows from the kind of map and from the access. A moved-from view owns nothing and must not be used.
template <class Kind, class Key, class Value, access_mode Access>
class [[nodiscard]] basic_map : public map_elements<Kind, Key, Value, Access> {
    using base = map_elements<Kind, Key, Value, Access>;
    using base::reads;
    using base::writes;

    static constexpr bool has_walk = Kind::facts.walk != walk_guarantee::none;
    static constexpr bool has_lookup_batch = Kind::facts.can(map_operations::lookup_batch);
    static constexpr bool has_update_batch = Kind::facts.can(map_operations::update_batch);
    static constexpr bool has_erase_batch = Kind::facts.can(map_operations::erase_batch);
    static constexpr bool has_take_batch = Kind::facts.can(map_operations::take_batch);
    static constexpr bool own_buffer_fits = batch_fits_stack<Key, Value>;
    static constexpr std::size_t own_batch = own_buffer_fits ? default_batch<Key, Value> : 1;

    static constexpr detail::map_shape shape{.type = Kind::facts.type,
                                             .key_size = sizeof(Key),
                                             .value_size = sizeof(Value),
                                             .access = detail::open_flags_for<Access>};

    using own_buffer = detail::walk_buffer<Key, Value, own_batch>;
    using lent_buffer = detail::caller_buffer<Key, Value>;
    using walk = detail::map_walk<Key, Value>;

  public:
    using key_type = Key;
    using value_type = Value;
    using access_type = Access;
    using kind_type = Kind;

    /// What a walk over this type of map promises while others insert and delete.
    static constexpr walk_guarantee guarantee = Kind::facts.walk;

    /// Creates a map of this type with these key and value sizes.
    /// UAPI: BPF_MAP_CREATE
    /// Errors: EPERM CAP_BPF is missing; EINVAL a flag or a size that the type does not take; E2BIG too large; ENOMEM
    /// Costs: one system call, no allocation in user space
    [[nodiscard]] static result<basic_map> create(map_options const& options) noexcept {
        return wrap(detail::opened_map::create(shape, options));
    }

    /// Opens a pinned map, by path or relative to a directory (Linux 6.5), and checks it against the C++ types.
    /// UAPI: BPF_OBJ_GET, BPF_OBJ_GET_INFO_BY_FD
    /// Since: Linux 4.13
    /// Errors: ENOENT no such path; EACCES the file's mode forbids this access; map_type_differs, key_size_differs,
    /// value_size_differs the map there is another one
    /// Costs: two system calls, no allocation; a refused map is closed again
    [[nodiscard]] static result<basic_map> open(char const* path) noexcept {
        return wrap(detail::opened_map::open(shape, path));
    }
    [[nodiscard]] static result<basic_map> open(fd_ref<kind::directory> directory, char const* path) noexcept {
        return wrap(detail::opened_map::open(shape, directory, path));
    }

    /// Opens a map by id and checks it against the C++ types.
    /// UAPI: BPF_MAP_GET_FD_BY_ID, BPF_OBJ_GET_INFO_BY_FD
    /// Since: Linux 4.13
    /// Errors: ENOENT no such id; EPERM CAP_SYS_ADMIN is missing; the `_differs` codes as for a path
    /// Costs: two system calls, no allocation
    [[nodiscard]] static result<basic_map> open(map_id id) noexcept {
        return wrap(detail::opened_map::open(shape, id));
    }

    /// Takes over an open descriptor once the map behind it is seen to fit; on failure the descriptor is closed. How the
    /// descriptor was opened cannot be asked: a wrong access shows as EPERM at the first use.
    /// UAPI: BPF_OBJ_GET_INFO_BY_FD
    /// Costs: one system call
    [[nodiscard]] static result<basic_map> adopt(owned_fd<kind::map> descriptor) noexcept {
        return wrap(detail::opened_map::check(shape, std::move(descriptor)));
    }

    /// A second view of the same map, with a descriptor of its own.
    /// Costs: one system call
    [[nodiscard]] result<basic_map> duplicate() const noexcept {
        auto copy = this->fd_.duplicate();
        if (!copy) return copy.error();
        return basic_map{detail::opened_map{std::move(*copy), this->max_entries()}};
    }

    // Batches: the bare commands. A short batch is not the last one.

    /// Reads the next elements after `cursor` into `keys` and `values`, which are equally long.
    /// UAPI: BPF_MAP_LOOKUP_BATCH
    /// Since: Linux 5.6
    /// Errors: ENOSPC the next bucket holds more elements than there is room, `cursor` stays: call again with more;
    /// EINVAL the kernel has no batches; 524 the type has none; batch_sizes_differ
    /// Costs: one system call, no allocation in user space
    [[nodiscard]] result<batch_step> lookup_batch(batch_cursor<Key>& cursor, std::span<Key> keys,
                                                  std::span<Value> values) const noexcept
        requires(reads && has_lookup_batch)
    {
        return detail::batch_reader::read<sys::attr::map_lookup_batch>(this->fd(), cursor, keys, values);
    }

    /// The same, and removes what it reads.
    /// UAPI: BPF_MAP_LOOKUP_AND_DELETE_BATCH
    [[nodiscard]] result<batch_step> take_batch(batch_cursor<Key>& cursor, std::span<Key> keys,
                                                std::span<Value> values) const noexcept
        requires(reads && writes && has_take_batch)
    {
        return detail::batch_reader::read<sys::attr::map_lookup_and_delete_batch>(this->fd(), cursor, keys, values);
    }
    void take_batch(auto&&...) const // take_batch reads and removes: open the map as read_write
        requires(!(reads && writes))
    = delete;
    void take_batch(auto&&...) const // elements of this type of map always exist: none can be removed
        requires(reads && writes && !has_take_batch)
    = delete;

    /// Stores many elements; `done` says how many were stored, on failure too.
    /// UAPI: BPF_MAP_UPDATE_BATCH
    /// Since: Linux 5.6
    /// Errors: those of `update`, for the element after the first `done`; batch_sizes_differ
    /// Costs: one system call, no allocation in user space
    [[nodiscard]] result<void> update_batch(std::span<Key const> keys, std::span<Value const> values,
                                            std::uint32_t& done) const noexcept
        requires(writes && has_update_batch)
    {
        return detail::update_batch(this->fd(), keys, values, done);
    }
    void update_batch(auto&&...) const // this view is read-only: open it as read_write
        requires(!writes)
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
    void erase_batch(auto&&...) const // elements of this type of map always exist: none can be removed
        requires(writes && !has_erase_batch)
    = delete;

    // Walks: batches inside, `guarantee` says what they promise. On kernels without batches (before 5.6) they go key by
    // key, which may repeat entries while others delete, and stop with walk_bound_reached rather than never.

    /// Every entry, for range-for: `for (auto const& [key, value] : map.entries())`.
    /// UAPI: BPF_MAP_LOOKUP_BATCH; BPF_MAP_GET_NEXT_KEY and BPF_MAP_LOOKUP_ELEM where there is none
    /// Errors: as `.value()`, thrown or aborted on; with `outcome` they are put there instead. ENOSPC one bucket holds
    /// more entries than the buffer: lend a larger one
    /// Costs: one system call for each `default_batch` entries, no allocation; the buffer stands in the range
    [[nodiscard]] auto entries() const
        requires(reads && has_walk && own_buffer_fits)
    {
        return walk_range<Key, Value, own_buffer, detail::project_entry>{this->fd(), this->max_entries(), nullptr};
    }
    [[nodiscard]] auto entries(result<void>& outcome) const noexcept
        requires(reads && has_walk && own_buffer_fits)
    {
        return walk_range<Key, Value, own_buffer, detail::project_entry>{this->fd(), this->max_entries(), &outcome};
    }
    void entries() const // elements too large for a buffer on the stack: lend one
        requires(reads && has_walk && !own_buffer_fits)
    = delete;
    void entries() const // this view is write-only: open it as read_write
        requires(!reads)
    = delete;

    /// The same through buffers of the caller's, equally long.
    [[nodiscard]] auto entries(std::span<Key> keys, std::span<Value> values, result<void>& outcome) const noexcept
        requires(reads && has_walk)
    {
        return walk_range<Key, Value, lent_buffer, detail::project_entry>{this->fd(), this->max_entries(), &outcome,
                                                                          keys, values};
    }

    /// Every key, for range-for: `for (auto const& key : map.keys())`. Costs and errors as for `entries`.
    [[nodiscard]] auto keys() const
        requires(reads && has_walk && own_buffer_fits)
    {
        return walk_range<Key, Value, own_buffer, detail::project_key>{this->fd(), this->max_entries(), nullptr};
    }
    [[nodiscard]] auto keys(result<void>& outcome) const noexcept
        requires(reads && has_walk && own_buffer_fits)
    {
        return walk_range<Key, Value, own_buffer, detail::project_key>{this->fd(), this->max_entries(), &outcome};
    }
    void keys() const // this view is write-only: open it as read_write
        requires(!reads)
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
    [[nodiscard]] result<void> for_each(std::span<Key> keys, std::span<Value> values, Visitor&& visit) const
        requires(reads && has_walk)
    {
        walk over{this->fd(), this->max_entries(), keys, values};
        return detail::visit_all(over, visit);
    }
    void for_each(auto&&...) const // this view is write-only: open it as read_write
        requires(!reads)
    = delete;

  private:
    static result<basic_map> wrap(result<detail::opened_map> opened) noexcept {
        if (!opened) return opened.error();
        return basic_map{std::move(*opened)};
    }

    explicit basic_map(detail::opened_map opened) noexcept : base{std::move(opened)} {}
};

} // namespace bpfxx
