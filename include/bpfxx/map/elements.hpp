#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/map/element.hpp>
#include <bpfxx/map/facts.hpp>
#include <bpfxx/map/object.hpp>
#include <bpfxx/map/special.hpp>
#include <bpfxx/map/value.hpp>

#include <cstdint>
#include <optional>

namespace bpfxx {

/// What a typed view does with one element under a key. A member that the kernel would refuse is deleted, with the
/// reason beside it, where both compilers print it.
template <class Kind, class Key, class Value, access_mode Access>
class map_elements : public map_object<Kind, Access> {
    using base = map_object<Kind, Access>;
    static_assert(detail::check_element_types<Key, stored_value<Value>>());
    static_assert(detail::check_element_types<Key, found_value<Value>>());

  protected:
    using stored = stored_value<Value>;
    using found = found_value<Value>;
    using base::base;
    using base::reads;
    using base::writes;

    static constexpr bool has_lookup = Kind::facts.can(map_operations::lookup) && is_found<Value>;
    static constexpr bool has_update = Kind::facts.can(map_operations::update);
    static constexpr bool has_insert = Kind::facts.can(map_operations::insert);
    static constexpr bool has_replace = Kind::facts.can(map_operations::replace);
    static constexpr bool has_erase = Kind::facts.can(map_operations::erase);
    static constexpr bool has_take = Kind::facts.can(map_operations::take);
    static constexpr bool may_lock = Kind::facts.can(map_operations::lock);

    static constexpr detail::map_shape shape{.type = Kind::facts.type,
                                             .key_size = sizeof(Key),
                                             .value_size = sizeof(stored),
                                             .access = detail::open_flags_for<Access>};

  public:
    using key_type = Key;
    using value_type = Value;

    /// The value stored under a key, or nothing.
    /// UAPI: BPF_MAP_LOOKUP_ELEM
    /// Errors: ENOMEM; a missing key is no error
    /// Costs: one system call, no allocation
    /// Races: the value is copied without a lock: a program that writes it meanwhile can tear values over 8 bytes
    [[nodiscard]] result<std::optional<found>> lookup(Key const& key) const noexcept
        requires(reads && has_lookup)
    {
        return detail::lookup<found>(this->fd_, key, element_flags::any);
    }
    void lookup(Key const&) const // this view is write-only: open it as read_write
        requires(!reads)
    = delete;
    void lookup(Key const&) const // the kernel gives nothing back from this type of map: it cannot be looked up
        requires(reads && !has_lookup)
    = delete;

    /// The same into a value of the caller's, for large ones: true when the key is there, else `value` is unchanged.
    [[nodiscard]] result<bool> lookup(Key const& key, found& value) const noexcept
        requires(reads && has_lookup)
    {
        return detail::lookup_into(this->fd_, &key, &value, element_flags::any);
    }

    /// Whether a key is there.
    /// UAPI: BPF_MAP_LOOKUP_ELEM
    /// Costs: one system call, no allocation; a value's size of stack, since the kernel has no lookup without a value
    [[nodiscard]] result<bool> contains(Key const& key) const noexcept
        requires(reads && has_lookup)
    {
        detail::uninitialised<found> ignored;
        return detail::lookup_into(this->fd_, &key, &ignored.value, element_flags::any);
    }
    void contains(Key const&) const // this view is write-only: open it as read_write
        requires(!reads)
    = delete;
    void contains(Key const&) const // the kernel gives nothing back from this type of map: it cannot be looked up
        requires(reads && !has_lookup)
    = delete;

    /// Stores a value whether or not the key is there.
    /// UAPI: BPF_MAP_UPDATE_ELEM with BPF_ANY
    /// Errors: E2BIG the map is full, or the index is beyond an array's end; EPERM the map is frozen; ENOMEM
    /// Costs: one system call, no allocation in user space
    [[nodiscard]] result<void> update(Key const& key, stored const& value) const noexcept
        requires(writes && has_update)
    {
        return detail::update(this->fd_, key, value, element_flags::any);
    }
    void update(Key const&, stored const&) const // this view is read-only: open it as read_write
        requires(!writes)
    = delete;
    void update(Key const&, stored const&) const // only programs write to this type of map: user space cannot update it
        requires(writes && !has_update)
    = delete;

    /// Stores a value only under a new key; false when the key was there.
    /// UAPI: BPF_MAP_UPDATE_ELEM with BPF_NOEXIST
    /// Errors: E2BIG the map is full; EPERM the map is frozen; ENOMEM
    /// Costs: one system call, no allocation in user space
    [[nodiscard]] result<bool> insert(Key const& key, stored const& value) const noexcept
        requires(writes && has_insert)
    {
        return detail::false_on(errc::eexist, detail::update(this->fd_, key, value, element_flags::noexist));
    }
    void insert(Key const&, stored const&) const // this view is read-only: open it as read_write
        requires(!writes)
    = delete;
    void insert(Key const&, stored const&) const // this type of map has no insert, its elements are set: use update
        requires(writes && !has_insert)
    = delete;

    /// Stores a value only under a key that is there; false when it was not.
    /// UAPI: BPF_MAP_UPDATE_ELEM with BPF_EXIST
    /// Errors: EPERM the map is frozen; ENOMEM
    /// Costs: one system call, no allocation in user space
    [[nodiscard]] result<bool> replace(Key const& key, stored const& value) const noexcept
        requires(writes && has_replace)
    {
        return detail::false_on(errc::enoent, detail::update(this->fd_, key, value, element_flags::exist));
    }
    void replace(Key const&, stored const&) const // this view is read-only: open it as read_write
        requires(!writes)
    = delete;
    void replace(Key const&, stored const&) const // this type of map has no replace, its elements are set: use update
        requires(writes && !has_replace)
    = delete;

    /// Removes a key; false when it was not there.
    /// UAPI: BPF_MAP_DELETE_ELEM
    /// Errors: EPERM the map is frozen
    /// Costs: one system call, no allocation
    [[nodiscard]] result<bool> erase(Key const& key) const noexcept
        requires(writes && has_erase)
    {
        return detail::erase(this->fd_, key);
    }
    void erase(Key const&) const // this view is read-only: open it as read_write
        requires(!writes)
    = delete;
    void erase(Key const&) const // elements of this type of map always exist: none can be removed
        requires(writes && !has_erase)
    = delete;

    /// Reads a value and removes its key, as one step.
    /// UAPI: BPF_MAP_LOOKUP_AND_DELETE_ELEM
    /// Since: Linux 5.14 for the hash family, 6.18 for stack traces; 524 before
    /// Errors: EPERM the map is frozen; 524 this kernel cannot
    /// Costs: one system call, no allocation
    [[nodiscard]] result<std::optional<found>> take(Key const& key) const noexcept
        requires(reads && writes && has_take)
    {
        return detail::take<found>(this->fd_, key);
    }
    void take(Key const&) const // take reads and removes: open the map as read_write
        requires(!(reads && writes))
    = delete;
    void take(Key const&) const // elements of this type of map always exist: none can be removed
        requires(reads && writes && !has_erase)
    = delete;
    void take(Key const&) const // the kernel cannot read and remove in one step here: lookup, then erase
        requires(reads && writes && has_erase && !has_take)
    = delete;

    /// The value stored under a key, or nothing, read while the value's lock is held.
    /// UAPI: BPF_MAP_LOOKUP_ELEM with BPF_F_LOCK
    /// Since: Linux 5.1
    /// Errors: EINVAL the map was created without BTF that shows the lock
    /// Costs: one system call, no allocation
    /// Races: none with programs that take the lock; the lock itself is not copied
    [[nodiscard]] result<std::optional<found>> lookup_locked(Key const& key) const noexcept
        requires(reads && may_lock && has_spin_lock<found>)
    {
        return detail::lookup<found>(this->fd_, key, element_flags::lock);
    }
    void lookup_locked(Key const&) const // this view is write-only: open it as read_write
        requires(!reads)
    = delete;
    void lookup_locked(Key const&) const // values of this type of map cannot hold a lock
        requires(reads && !may_lock)
    = delete;
    void lookup_locked(Key const&) const // there is no lock to take: give the value a member bpfxx::spin_lock
        requires(reads && may_lock && !has_spin_lock<found>)
    = delete;

    /// Stores a value while the lock of the one that is there is held; where none is, it is made.
    /// UAPI: BPF_MAP_UPDATE_ELEM with BPF_F_LOCK
    /// Since: Linux 5.1
    /// Errors: those of `update`; EINVAL the map was created without BTF that shows the lock
    /// Costs: one system call, no allocation in user space
    [[nodiscard]] result<void> update_locked(Key const& key, stored const& value) const noexcept
        requires(writes && may_lock && has_spin_lock<stored>)
    {
        return detail::update(this->fd_, key, value, element_flags::lock);
    }
    void update_locked(Key const&, stored const&) const // this view is read-only: open it as read_write
        requires(!writes)
    = delete;
    void update_locked(Key const&, stored const&) const // values of this type of map cannot hold a lock
        requires(writes && !may_lock)
    = delete;
    void update_locked(Key const&, stored const&) const // no lock to take: give the value a member bpfxx::spin_lock
        requires(writes && may_lock && !has_spin_lock<stored>)
    = delete;
};

} // namespace bpfxx
