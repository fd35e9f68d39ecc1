#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/ill_formed.hpp>
#include <bpfxx/map/element.hpp>
#include <bpfxx/map/keyless.hpp>
#include <bpfxx/map/options.hpp>
#include <bpfxx/map/view.hpp>

#include <concepts>
#include <cstdint>
#include <optional>
#include <utility>

namespace bpfxx {

/// How many bits of a bloom filter one value sets, 1 to 15. A constant is checked while compiling; `from` takes a number
/// that is only known at run time.
class hash_function_count {
  public:
    /// The kernel's own choice, which is 5.
    constexpr hash_function_count() noexcept = default;

    template <std::integral Number>
    consteval hash_function_count(Number given) : count_{static_cast<std::uint32_t>(given)} {
        if (std::cmp_less(given, 1) || std::cmp_greater(given, 15))
            ill_formed("a bloom filter has 1 to 15 hash functions: leave it out for the kernel's own choice, 5");
    }

    /// A number that the kernel checks: more than 15 is EINVAL when the map is created, 0 is the kernel's own choice.
    [[nodiscard]] static constexpr hash_function_count from(std::uint32_t count) noexcept {
        hash_function_count made;
        made.count_ = count;
        return made;
    }

    [[nodiscard]] constexpr std::uint32_t get() const noexcept { return count_; }

  private:
    std::uint32_t count_ = 0;
};

/// How a bloom filter is created. The kernel makes it `max_entries` × hash functions × 1.44 bits large, rounded up to a
/// power of two: with the 5 functions that it chooses, about 3 of 100 values that were never added are taken for added
/// once `max_entries` values are in. What is not explained here is as in `map_options`.
/// UAPI: BPF_MAP_CREATE
struct bloom_filter_options {
    object_name name{};
    /// How many values are expected; more can be added, and then more are taken for added.
    required<std::uint32_t> max_entries;
    hash_function_count hash_functions{};
    creation_flags<map_kind::bloom_filter> flags{};
    std::optional<std::uint32_t> numa_node{};
    optional_fd_ref<kind::token> token{};
    /// What values are made of; there is no key, so its type is 0.
    map_btf btf{};
    std::optional<program_hash> exclusive_program{};

    [[nodiscard]] constexpr map_spec spec() const noexcept {
        return {
            .type = map_type::bloom_filter,
            .max_entries = max_entries,
            .flags = flags.get(),
            .name = name,
            .numa_node = numa_node,
            .token = token,
            .btf = btf,
            .exclusive_program = exclusive_program,
            .map_extra = hash_functions.get(),
        };
    }
};

/// What one does with a bloom filter: the base of `bloom_filter`.
template <class Value, access_mode Access>
class bloom_filter_values : public keyless_map<map_kind::bloom_filter, Value, Access> {
    using base = keyless_map<map_kind::bloom_filter, Value, Access>;
    static_assert(map_key<Value>, "a bloom filter hashes a value byte for byte: make it a type without padding and "
                                  "without floating point, or specialise bpfxx::padding_is_zeroed");

  protected:
    using base::base;
    using base::reads;
    using base::writes;

  public:
    using options_type = bloom_filter_options;

    /// Adds a value for good.
    /// UAPI: BPF_MAP_UPDATE_ELEM
    /// Errors: EPERM the map is frozen
    /// Costs: one system call, no allocation in user space
    [[nodiscard]] result<void> push(Value const& value) const noexcept
        requires(writes)
    {
        return this->add(value, element_flags::any);
    }
    void push(Value const&) const // this view is read-only: open it as read_write
        requires(!writes)
    = delete;

    /// False: this value was never added. True: it was, or others were that together look like it.
    /// UAPI: BPF_MAP_LOOKUP_ELEM, which reads the value here
    /// Costs: one system call, no allocation in user space
    [[nodiscard]] result<bool> contains(Value const& value) const noexcept
        requires(reads)
    {
        auto* const asked = const_cast<Value*>(&value); // NOLINT: the kernel reads where it writes for other maps
        return detail::false_on(errc::enoent,
                                sys::call(sys::attr::map_lookup_elem{.map_fd = this->fd(), .value = asked}));
    }
    void contains(Value const&) const // this view is write-only: open it as read_write
        requires(!reads)
    = delete;

    void pop(auto&&...) const = delete; // what is in a bloom filter cannot be taken out, nor listed: only asked about
};

/// A set that only grows and answers "never added" for certain, "added" with a small doubt.
/// UAPI: BPF_MAP_TYPE_BLOOM_FILTER
/// Since: Linux 5.16
template <class Value, access_mode Access = read_write>
using bloom_filter = map_view<bloom_filter_values<Value, Access>>;

} // namespace bpfxx
