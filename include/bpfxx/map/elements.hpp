#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/map/element.hpp>
#include <bpfxx/map/facts.hpp>
#include <bpfxx/map/handle.hpp>
#include <bpfxx/sys/handle.hpp>

#include <cstdint>
#include <optional>
#include <utility>

namespace bpfxx {

/// What a typed view does with one element and with the map as an object: the base of `basic_map`, which is what users
/// name. A member that the kernel would refuse is deleted, with the reason beside it, where both compilers print it.
template <class Kind, class Key, class Value, access_mode Access>
class map_elements : public sys::handle<kind::map> {
    using base = sys::handle<kind::map>;
    static_assert(detail::check_element_types<Key, Value>());

  protected:
    static constexpr bool reads = readable<Access>;
    static constexpr bool writes = writable<Access>;
    static constexpr bool has_insert = Kind::facts.can(map_operations::insert);
    static constexpr bool has_erase = Kind::facts.can(map_operations::erase);
    static constexpr bool has_take = Kind::facts.can(map_operations::take);

  public:
    /// The capacity, as it was given or found.
    [[nodiscard]] std::uint32_t max_entries() const noexcept { return max_entries_; }

    /// What the kernel says of the map, and how much of that this kernel knows.
    /// UAPI: BPF_OBJ_GET_INFO_BY_FD, `struct bpf_map_info`
    /// Costs: one system call
    [[nodiscard]] result<sys::known<sys::info::map>> info() const noexcept {
        return sys::get_info<sys::info::map>(fd_);
    }

    /// Forbids all further writes from user space, through every descriptor.
    /// UAPI: BPF_MAP_FREEZE
    /// Since: Linux 5.2
    /// Errors: EPERM frozen already (EBUSY before 6.5); EBUSY a writable mapping exists
    /// Costs: one system call
    [[nodiscard]] result<void> freeze() const noexcept
        requires writes
    {
        return sys::call(sys::attr::map_freeze{.map_fd = fd_});
    }
    void freeze() const // this view is read-only: only a descriptor that may write can freeze
        requires(!writes)
    = delete;

    /// The value stored under a key, or nothing.
    /// UAPI: BPF_MAP_LOOKUP_ELEM
    /// Errors: ENOMEM; a missing key is no error
    /// Costs: one system call, no allocation
    /// Races: the value is copied without a lock: a program that writes it meanwhile can tear values over 8 bytes
    [[nodiscard]] result<std::optional<Value>> lookup(Key const& key) const noexcept
        requires reads
    {
        return detail::lookup<Value>(fd_, key, element_flags::any);
    }
    void lookup(Key const&) const // this view is write-only: open it as read_write
        requires(!reads)
    = delete;

    /// The same into a value of the caller's, for large ones: true when the key is there, else `value` is unchanged.
    [[nodiscard]] result<bool> lookup(Key const& key, Value& value) const noexcept
        requires reads
    {
        return detail::lookup_into(fd_, &key, &value, element_flags::any);
    }

    /// Whether a key is there.
    /// UAPI: BPF_MAP_LOOKUP_ELEM
    /// Costs: one system call, no allocation; a value's size of stack, since the kernel has no lookup without a value
    [[nodiscard]] result<bool> contains(Key const& key) const noexcept
        requires reads
    {
        detail::uninitialised<Value> ignored;
        return detail::lookup_into(fd_, &key, &ignored.value, element_flags::any);
    }
    void contains(Key const&) const // this view is write-only: open it as read_write
        requires(!reads)
    = delete;

    /// Stores a value whether or not the key is there.
    /// UAPI: BPF_MAP_UPDATE_ELEM with BPF_ANY
    /// Errors: E2BIG the map is full, or the index is beyond an array's end; EPERM the map is frozen; ENOMEM
    /// Costs: one system call, no allocation in user space
    [[nodiscard]] result<void> update(Key const& key, Value const& value) const noexcept
        requires writes
    {
        return detail::update(fd_, key, value, element_flags::any);
    }
    void update(Key const&, Value const&) const // this view is read-only: open it as read_write
        requires(!writes)
    = delete;

    /// Stores a value only under a new key; false when the key was there.
    /// UAPI: BPF_MAP_UPDATE_ELEM with BPF_NOEXIST
    /// Errors: E2BIG the map is full; EPERM the map is frozen; ENOMEM
    /// Costs: one system call, no allocation in user space
    [[nodiscard]] result<bool> insert(Key const& key, Value const& value) const noexcept
        requires(writes && has_insert)
    {
        return detail::false_on(errc::eexist, detail::update(fd_, key, value, element_flags::noexist));
    }
    void insert(Key const&, Value const&) const // this view is read-only: open it as read_write
        requires(!writes)
    = delete;
    void insert(Key const&, Value const&) const // elements of this type of map always exist: use update
        requires(writes && !has_insert)
    = delete;

    /// Stores a value only under a key that is there; false when it was not.
    /// UAPI: BPF_MAP_UPDATE_ELEM with BPF_EXIST
    /// Errors: EPERM the map is frozen; ENOMEM
    /// Costs: one system call, no allocation in user space
    [[nodiscard]] result<bool> replace(Key const& key, Value const& value) const noexcept
        requires(writes && has_insert)
    {
        return detail::false_on(errc::enoent, detail::update(fd_, key, value, element_flags::exist));
    }
    void replace(Key const&, Value const&) const // this view is read-only: open it as read_write
        requires(!writes)
    = delete;
    void replace(Key const&, Value const&) const // elements of this type of map always exist: use update
        requires(writes && !has_insert)
    = delete;

    /// Removes a key; false when it was not there.
    /// UAPI: BPF_MAP_DELETE_ELEM
    /// Errors: EPERM the map is frozen
    /// Costs: one system call, no allocation
    [[nodiscard]] result<bool> erase(Key const& key) const noexcept
        requires(writes && has_erase)
    {
        return detail::erase(fd_, key);
    }
    void erase(Key const&) const // this view is read-only: open it as read_write
        requires(!writes)
    = delete;
    void erase(Key const&) const // elements of this type of map always exist: none can be removed
        requires(writes && !has_erase)
    = delete;

    /// Reads a value and removes its key, as one step.
    /// UAPI: BPF_MAP_LOOKUP_AND_DELETE_ELEM
    /// Since: Linux 5.14 for the hash family; 524 before
    /// Errors: EPERM the map is frozen; 524 this kernel cannot
    /// Costs: one system call, no allocation
    [[nodiscard]] result<std::optional<Value>> take(Key const& key) const noexcept
        requires(reads && writes && has_take)
    {
        return detail::take<Value>(fd_, key);
    }
    void take(Key const&) const // take reads and removes: open the map as read_write
        requires(!(reads && writes))
    = delete;
    void take(Key const&) const // elements of this type of map always exist: none can be removed
        requires(reads && writes && !has_take)
    = delete;

  protected:
    explicit map_elements(detail::opened_map opened) noexcept
        : base{std::move(opened.fd)}, max_entries_{opened.max_entries} {}

  private:
    std::uint32_t max_entries_;
};

} // namespace bpfxx
