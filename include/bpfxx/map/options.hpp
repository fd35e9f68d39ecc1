#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/ill_formed.hpp>
#include <bpfxx/map/facts.hpp>
#include <bpfxx/spec/map.hpp>
#include <bpfxx/spec/required.hpp>

#include <concepts>
#include <cstdint>
#include <optional>
#include <type_traits>

namespace bpfxx {

/// Flags that a type of map can be created with; a flag that it cannot take does not compile.
template <class Kind>
class creation_flags {
  public:
    constexpr creation_flags() noexcept = default;

    consteval creation_flags(map_flags given) : flags_{given} { // NOLINT(google-explicit-constructor)
        if ((given & (map_flags::rdonly | map_flags::wronly)) != map_flags::none)
            ill_formed("the access of a view is part of its type: name read_only or write_only there");
        if ((given & map_flags::token_fd) != map_flags::none) ill_formed("give the token itself, .token sets the flag");
        if ((given & map_flags::numa_node) != map_flags::none)
            ill_formed("give the NUMA node itself, .numa_node sets the flag");
        if (!has(Kind::facts.flags, given)) ill_formed("this type of map cannot be created with this flag");
    }

    [[nodiscard]] constexpr map_flags get() const noexcept { return flags_; }

  private:
    map_flags flags_ = map_flags::none;
};

namespace detail {

template <class>
inline constexpr bool dependent_false = false;

/// What stands in `map_options` for a field that has to be given, or that a type of map does not have.
struct needed_capacity : required<std::uint32_t> {
    template <class Missing = void>
    constexpr needed_capacity() noexcept : required{0u} {
        static_assert(dependent_false<Missing>, "this type of map needs its capacity: give .max_entries");
    }

    template <std::convertible_to<std::uint32_t> Number>
    constexpr needed_capacity(Number elements) noexcept : required{elements} {}
};

struct no_capacity {
    constexpr no_capacity() noexcept = default;

    template <class T>
    constexpr no_capacity(T const&) noexcept {
        static_assert(dependent_false<T>, "this type of map has no capacity to choose: leave .max_entries out");
    }

    constexpr operator std::uint32_t() const noexcept { return 0; }
};

struct no_numa_node {
    constexpr no_numa_node() noexcept = default;

    template <class T>
    constexpr no_numa_node(T const&) noexcept {
        static_assert(dependent_false<T>, "this type of map cannot be put on a NUMA node: leave .numa_node out");
    }

    constexpr operator std::optional<std::uint32_t>() const noexcept { return std::nullopt; }
};

struct no_btf_field {
    constexpr no_btf_field() noexcept = default;

    template <class T>
    constexpr no_btf_field(T const&) noexcept {
        static_assert(dependent_false<T>, "the kernel takes no BTF for this type of map: leave .btf out");
    }
};

// An aggregate as `map_btf` is: a field of it is what braces and values alike come to.
struct no_btf {
    no_btf_field fd{}, key_type_id{}, value_type_id{};

    void operator=(map_btf const&) = delete; // the kernel takes no BTF for this type of map: leave .btf out

    constexpr operator map_btf() const noexcept { return {}; }
};

template <class Kind>
using capacity_of = std::conditional_t<Kind::facts.capacity == map_capacity::unbounded, no_capacity, needed_capacity>;

template <class Kind>
using numa_node_of =
    std::conditional_t<has(Kind::facts.flags, map_flags::numa_node), std::optional<std::uint32_t>, no_numa_node>;

template <class Kind>
using btf_of = std::conditional_t<Kind::facts.takes_btf, map_btf, no_btf>;

} // namespace detail

/// How a map of one type is created; the sizes of key and value follow from the C++ type of the view.
/// UAPI: BPF_MAP_CREATE
template <class Kind>
struct map_options {
    /// What bpftool shows. Since: Linux 4.15
    object_name name{};
    /// The capacity in elements, for types that have one to choose: there it has to be given.
    detail::capacity_of<Kind> max_entries{};
    /// Those that this type takes.
    creation_flags<Kind> flags{};
    /// The NUMA node that the memory comes from, for types that can be put on one. Since: Linux 4.14
    detail::numa_node_of<Kind> numa_node{};
    /// Delegated rights to use instead of capabilities. Since: Linux 6.9
    optional_fd_ref<kind::token> token{};
    /// What keys and values are called and made of, for types that take it. Since: Linux 4.18
    detail::btf_of<Kind> btf{};
    /// Only the program with this hash may use the map. Since: Linux 6.18
    std::optional<program_hash> exclusive_program{};

    /// The same for a map of any type, with nothing checked by the compiler any more.
    [[nodiscard]] constexpr map_spec spec() const noexcept {
        return {
            .type = Kind::facts.type,
            .max_entries = max_entries,
            .flags = flags.get() | Kind::facts.required,
            .name = name,
            .numa_node = numa_node,
            .token = token,
            .btf = btf,
            .exclusive_program = exclusive_program,
        };
    }
};

} // namespace bpfxx
