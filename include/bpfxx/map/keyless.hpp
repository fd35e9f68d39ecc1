#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/bytes.hpp>
#include <bpfxx/map/facts.hpp>
#include <bpfxx/map/object.hpp>
#include <bpfxx/sys/attr/map.hpp>
#include <bpfxx/sys/call.hpp>

#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

namespace bpfxx {

/// What maps of values without keys have in common: the base of `queue_map`, `stack_map` and `bloom_filter`. The kernel
/// wants the pointer to the key to be null.
template <class Kind, class Value, access_mode Access>
class keyless_map : public map_object<Kind, Access> {
    using base = map_object<Kind, Access>;
    static_assert(detail::check_element_types<unsigned char, Value>());

  protected:
    using base::base;

    static constexpr detail::map_shape shape{
        .type = Kind::facts.type, .key_size = 0, .value_size = sizeof(Value), .access = detail::open_flags_for<Access>};

    [[nodiscard]] result<void> add(Value const& value, element_flags flags) const noexcept {
        return sys::call(sys::attr::map_update_elem{.map_fd = this->fd(), .value = &value, .flags = flags});
    }

  public:
    using key_type = void;
    using value_type = Value;
};

/// What one does with a queue or a stack: the base of `queue_map` and `stack_map`. In BTF, where it is given, the key is a
/// struct without members.
template <class Kind, class Value, access_mode Access>
class pushed_values : public keyless_map<Kind, Value, Access> {
    using base = keyless_map<Kind, Value, Access>;

  protected:
    using base::base;
    using base::reads;
    using base::writes;

  public:
    /// Adds a value where there is room; false when the map is full.
    /// UAPI: BPF_MAP_UPDATE_ELEM with BPF_ANY
    /// Errors: EPERM the map is frozen; EBUSY a program was interrupted in the middle of it (Linux 6.14)
    /// Costs: one system call, no allocation
    [[nodiscard]] result<bool> push(Value const& value) const noexcept
        requires(writes)
    {
        auto const pushed = this->add(value, element_flags::any);
        if (pushed) [[likely]]
            return true;
        if (pushed.error().code == errc::e2big) return false;
        return pushed.error();
    }
    void push(Value const&) const // this view is read-only: open it as read_write
        requires(!writes)
    = delete;

    /// Adds a value, in the place of the oldest one when the map is full.
    /// UAPI: BPF_MAP_UPDATE_ELEM with BPF_EXIST
    /// Errors: those of `push`
    /// Costs: one system call, no allocation
    [[nodiscard]] result<void> push_dropping_oldest(Value const& value) const noexcept
        requires(writes)
    {
        return this->add(value, element_flags::exist);
    }
    void push_dropping_oldest(Value const&) const // this view is read-only: open it as read_write
        requires(!writes)
    = delete;

    /// The value that `pop` would take, which stays; nothing when the map is empty.
    /// UAPI: BPF_MAP_LOOKUP_ELEM
    /// Errors: EBUSY a program was interrupted in the middle of it (Linux 6.14)
    /// Costs: one system call, no allocation
    [[nodiscard]] result<std::optional<Value>> peek() const noexcept
        requires(reads)
    {
        detail::uninitialised<Value> value;
        return found(value, sys::call(sys::attr::map_lookup_elem{.map_fd = this->fd(), .value = &value.value}));
    }
    void peek() const // this view is write-only: open it as read_write
        requires(!reads)
    = delete;

    /// Takes the next value out: the oldest of a queue, the newest of a stack; nothing when the map is empty.
    /// UAPI: BPF_MAP_LOOKUP_AND_DELETE_ELEM
    /// Errors: EPERM the map is frozen; EBUSY a program was interrupted in the middle of it (Linux 6.14)
    /// Costs: one system call, no allocation
    [[nodiscard]] result<std::optional<Value>> pop() const noexcept
        requires(reads && writes)
    {
        detail::uninitialised<Value> value;
        return found(value,
                     sys::call(sys::attr::map_lookup_and_delete_elem{.map_fd = this->fd(), .value = &value.value}));
    }
    void pop() const // pop reads and removes: open the map as read_write
        requires(!(reads && writes))
    = delete;

    /// Pops until the map is empty, but no more often than it has places, so that it ends while others go on pushing:
    /// how many values `visit` was called with. `visit` cannot stop it, since it would lose a value that is out already.
    /// UAPI: BPF_MAP_LOOKUP_AND_DELETE_ELEM
    /// Errors: those of `pop`; what was visited before is out
    /// Costs: one system call for each value, and one to find the map empty; no allocation
    template <class Visitor>
    [[nodiscard]] result<std::uint32_t> drain(Visitor&& visit) const
        requires(reads && writes)
    {
        static_assert(std::is_void_v<decltype(visit(std::declval<Value const&>()))>,
                      "what drain visits is out of the map already: the visitor cannot stop it, return void");
        std::uint32_t visited = 0;
        for (; visited != this->max_entries(); ++visited) {
            auto const value = pop();
            if (!value) return value.error();
            if (!*value) break;
            visit(**value);
        }
        return visited;
    }
    void drain(auto&&) const // drain reads and removes: open the map as read_write
        requires(!(reads && writes))
    = delete;

  private:
    static result<std::optional<Value>> found(detail::uninitialised<Value> const& value,
                                              result<void> const& answer) noexcept {
        if (answer) [[likely]]
            return std::optional<Value>{value.value};
        if (answer.error().code == errc::enoent) return std::optional<Value>{};
        return answer.error();
    }
};

} // namespace bpfxx
