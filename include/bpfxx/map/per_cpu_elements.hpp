#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/map/batch.hpp>
#include <bpfxx/map/element.hpp>
#include <bpfxx/map/facts.hpp>
#include <bpfxx/map/object.hpp>
#include <bpfxx/map/per_cpu.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>

namespace bpfxx {

namespace detail {

constexpr element_flags on_cpu(cpu_number cpu) noexcept {
    return element_flags::cpu | static_cast<element_flags>(std::uint64_t{static_cast<std::uint32_t>(cpu)} << 32);
}

/// Where no process can have memory: the kernel, asked to write there, answers EFAULT and writes nothing.
[[nodiscard]] inline std::byte* nowhere() noexcept { return reinterpret_cast<std::byte*>(~std::uintptr_t{0} - 4095); }

struct one_cpu_batch;

} // namespace detail

/// Where a batch walk over one processor's values stands, as `batch_cursor` does over those of all.
template <class Key>
class one_cpu_cursor {
  public:
    /// At the beginning.
    explicit constexpr one_cpu_cursor(cpu_number given) noexcept : cpu_{given} {}

  private:
    friend struct detail::one_cpu_batch;

    static constexpr std::size_t size = sizeof(Key) < 4 ? 4 : sizeof(Key);

    alignas(8) std::byte bytes_[size]{};
    cpu_number cpu_;
    bool started_ = false;
};

namespace detail {

/// The batches with BPF_F_CPU or BPF_F_ALL_CPUS, whose values stand side by side without a stride.
struct one_cpu_batch {
    template <class Key, class Value>
    [[nodiscard]] static result<batch_step> read(fd_ref<kind::map> map, one_cpu_cursor<Key>& cursor,
                                                 std::span<Key> keys, std::span<Value> found) noexcept {
        if (keys.size() != found.size()) return error{errc::batch_sizes_differ, command::map_lookup_batch};
        sys::attr::map_lookup_batch attribute{
            .in_batch = cursor.started_ ? cursor.bytes_ : nullptr,
            .out_batch = cursor.bytes_,
            .keys = keys.data(),
            .values = found.data(),
            .count = batch_count(keys.size()),
            .map_fd = map,
            .elem_flags = on_cpu(cursor.cpu_),
        };
        auto const called = sys::call(attribute);
        if (!called && called.error().code != errc::enoent) return called.error();
        if (attribute.count > keys.size()) return error{errc::malformed_answer, command::map_lookup_batch};
        cursor.started_ = true;
        return batch_step{.count = attribute.count, .last = !called};
    }

    template <class Key, class Value>
    [[nodiscard]] static result<void> update(fd_ref<kind::map> map, element_flags which, std::span<Key const> keys,
                                             std::span<Value const> stored, std::uint32_t& done) noexcept {
        done = 0;
        if (keys.size() != stored.size()) return error{errc::batch_sizes_differ, command::map_update_batch};
        sys::attr::map_update_batch attribute{.keys = keys.data(),
                                              .values = stored.data(),
                                              .count = batch_count(keys.size()),
                                              .map_fd = map,
                                              .elem_flags = which};
        auto const called = sys::call(attribute);
        done = called ? attribute.count : done_of_failed(attribute.count, keys.size());
        return called;
    }
};

} // namespace detail

/// What a typed view does with one element that has a value for each possible processor. Values pass through views that
/// are only made where there is room for all of them, so that none can be overrun. A member that the kernel would
/// refuse is deleted, with the reason beside it.
template <class Kind, class Key, class Value, access_mode Access>
class per_cpu_elements : public map_object<Kind, Access> {
    using base = map_object<Kind, Access>;
    static_assert(detail::check_element_types<Key, Value>());
    static_assert(Kind::facts.elements == map_elements_are::per_cpu);

  protected:
    using slot = per_cpu_slot<Value>;
    using base::base;
    using base::reads;
    using base::writes;

    static constexpr bool has_insert = Kind::facts.can(map_operations::insert);
    static constexpr bool has_replace = Kind::facts.can(map_operations::replace);
    static constexpr bool has_erase = Kind::facts.can(map_operations::erase);
    static constexpr bool has_take = Kind::facts.can(map_operations::take);

    static constexpr detail::map_shape shape{.type = Kind::facts.type,
                                             .key_size = sizeof(Key),
                                             .value_size = sizeof(Value),
                                             .access = detail::open_flags_for<Access>};

  public:
    using key_type = Key;
    using value_type = Value;
    /// What values are read into; where they are stored from, a view to read will do.
    using values_type = per_cpu_values<Value>;

    /// Reads the values under a key: true when it is there, else `found` is unchanged.
    /// UAPI: BPF_MAP_LOOKUP_ELEM
    /// Since: Linux 4.6
    /// Errors: ENOMEM; a missing key is no error
    /// Costs: one system call, no allocation in user space
    /// Races: each value is copied while programs on its processor may write it: values over 8 bytes can be torn, and
    /// the values are not of one moment
    [[nodiscard]] result<bool> lookup(Key const& key, values_type found) const noexcept
        requires(reads)
    {
        return detail::lookup_into(this->fd_, &key, found.data(), element_flags::any);
    }
    void lookup(Key const&, auto&&...) const // this view is write-only: open it as read_write
        requires(!reads)
    = delete;
    void lookup(Key const&) const // there is a value for each processor: lend a buffer, lookup(key, per_cpu_values)
        requires(reads)
    = delete;
    template <class Raw>
    void lookup(Key const&, Raw&&) const // there is a value for each processor: lend per_cpu_values, with room for all
        requires(reads && !std::is_convertible_v<Raw, values_type>)
    = delete;

    /// Whether a key is there.
    /// UAPI: BPF_MAP_LOOKUP_ELEM into an address that cannot be written: the kernel looks for the key first, so that
    /// EFAULT says yes
    /// Errors: ENOMEM
    /// Costs: one system call, no allocation in user space, no buffer
    [[nodiscard]] result<bool> contains(Key const& key) const noexcept
        requires(reads)
    {
        auto const found = detail::lookup_into(this->fd_, &key, detail::nowhere(), element_flags::any);
        if (!found && found.error().code == errc::efault) return true;
        return found;
    }
    void contains(Key const&) const // this view is write-only: open it as read_write
        requires(!reads)
    = delete;

    /// Stores the values whether or not the key is there.
    /// UAPI: BPF_MAP_UPDATE_ELEM with BPF_ANY
    /// Since: Linux 4.6
    /// Errors: E2BIG the map is full, or the index is beyond an array's end; ENOENT storage of a cgroup is made by the
    /// kernel alone; EPERM the map is frozen; ENOMEM
    /// Costs: one system call, no allocation in user space
    [[nodiscard]] result<void> update(Key const& key, per_cpu_values<Value const> stored) const noexcept
        requires(writes)
    {
        return detail::update(this->fd_, key, *stored.data(), element_flags::any);
    }
    void update(Key const&, auto&&...) const // this view is read-only: open it as read_write
        requires(!writes)
    = delete;
    void update(Key const&, Value const&) const // there is a value for each processor: lend all of them, or update_all
        requires(writes)
    = delete;

    /// Stores the values only under a new key; false when the key was there.
    /// UAPI: BPF_MAP_UPDATE_ELEM with BPF_NOEXIST
    /// Errors: E2BIG the map is full; EPERM the map is frozen; ENOMEM
    /// Costs: one system call, no allocation in user space
    [[nodiscard]] result<bool> insert(Key const& key, per_cpu_values<Value const> stored) const noexcept
        requires(writes && has_insert)
    {
        return detail::false_on(errc::eexist, detail::update(this->fd_, key, *stored.data(), element_flags::noexist));
    }
    void insert(Key const&, auto&&...) const // this view is read-only: open it as read_write
        requires(!writes)
    = delete;
    void insert(Key const&, auto&&...) const // this type of map has no insert, its elements are set: use update
        requires(writes && !has_insert)
    = delete;

    /// Stores the values only under a key that is there; false when it was not.
    /// UAPI: BPF_MAP_UPDATE_ELEM with BPF_EXIST
    /// Errors: EPERM the map is frozen; ENOMEM
    /// Costs: one system call, no allocation in user space
    [[nodiscard]] result<bool> replace(Key const& key, per_cpu_values<Value const> stored) const noexcept
        requires(writes && has_replace)
    {
        return detail::false_on(errc::enoent, detail::update(this->fd_, key, *stored.data(), element_flags::exist));
    }
    void replace(Key const&, auto&&...) const // this view is read-only: open it as read_write
        requires(!writes)
    = delete;
    void replace(Key const&, auto&&...) const // this type of map has no replace, its elements are set: use update
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

    /// Reads the values and removes their key, as one step: true when it was there, else `found` is unchanged.
    /// UAPI: BPF_MAP_LOOKUP_AND_DELETE_ELEM
    /// Since: Linux 5.14; 524 before
    /// Errors: EPERM the map is frozen; 524 this kernel cannot
    /// Costs: one system call, no allocation in user space
    [[nodiscard]] result<bool> take(Key const& key, values_type found) const noexcept
        requires(reads && writes && has_take)
    {
        return detail::false_on(errc::enoent, sys::call(sys::attr::map_lookup_and_delete_elem{
                                                  .map_fd = this->fd_, .key = &key, .value = found.data()}));
    }
    void take(Key const&, auto&&...) const // take reads and removes: open the map as read_write
        requires(!(reads && writes))
    = delete;
    void take(Key const&, auto&&...) const // elements of this type of map always exist: none can be removed
        requires(reads && writes && !has_take)
    = delete;
    void take(Key const&) const // there is a value for each processor: lend a buffer, take(key, per_cpu_values)
        requires(reads && writes && has_take)
    = delete;

    // One processor at a time, with plain values. A kernel that cannot refuses the flags before it writes anything.

    /// The value of one processor under a key, or nothing.
    /// UAPI: BPF_MAP_LOOKUP_ELEM with BPF_F_CPU
    /// Since: Linux 7.0
    /// Errors: EINVAL this kernel cannot; ERANGE no such processor
    /// Costs: one system call, no allocation
    [[nodiscard]] result<std::optional<Value>> lookup_on(cpu_number cpu, Key const& key) const noexcept
        requires(reads)
    {
        auto const found = detail::lookup<slot>(this->fd_, key, detail::on_cpu(cpu));
        if (!found) return found.error();
        if (!*found) return std::optional<Value>{};
        return std::optional<Value>{(*found)->value};
    }
    void lookup_on(cpu_number, Key const&) const // this view is write-only: open it as read_write
        requires(!reads)
    = delete;

    /// Stores the value of one processor; under a new key those of the others are zero.
    /// UAPI: BPF_MAP_UPDATE_ELEM with BPF_F_CPU
    /// Since: Linux 7.0
    /// Errors: those of `update`; EINVAL this kernel cannot; EFAULT the same, from kernels that first read values of
    /// all processors, where there is no memory behind this one; ERANGE no such processor
    /// Costs: one system call, no allocation in user space
    [[nodiscard]] result<void> update_on(cpu_number cpu, Key const& key, Value const& value_there) const noexcept
        requires(writes)
    {
        return detail::update(this->fd_, key, slot{value_there}, detail::on_cpu(cpu));
    }
    void update_on(cpu_number, Key const&, auto&&...) const // this view is read-only: open it as read_write
        requires(!writes)
    = delete;

    /// Stores one value for every processor.
    /// UAPI: BPF_MAP_UPDATE_ELEM with BPF_F_ALL_CPUS
    /// Since: Linux 7.0
    /// Errors: as `update_on`, but ERANGE
    /// Costs: one system call, no allocation in user space
    [[nodiscard]] result<void> update_all(Key const& key, Value const& value_of_each) const noexcept
        requires(writes)
    {
        return detail::update(this->fd_, key, slot{value_of_each}, element_flags::all_cpus);
    }
    void update_all(Key const&, auto&&...) const // this view is read-only: open it as read_write
        requires(!writes)
    = delete;
};

} // namespace bpfxx
