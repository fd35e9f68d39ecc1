#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/ill_formed.hpp>
#include <bpfxx/map/facts.hpp>
#include <bpfxx/spec/map.hpp>
#include <bpfxx/spec/required.hpp>

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

template <class Kind>
concept chosen_capacity = Kind::facts.capacity != map_capacity::unbounded && Kind::facts.capacity != map_capacity::one;

template <class Kind>
using numa_node_of =
    std::conditional_t<has(Kind::facts.flags, map_flags::numa_node), std::optional<std::uint32_t>, no_numa_node>;

template <class Kind, class Options>
[[nodiscard]] constexpr map_spec spec_of(Options const& options) noexcept {
    return {
        .type = Kind::facts.type,
        .max_entries = Kind::facts.capacity == map_capacity::one ? 1 : static_cast<std::uint32_t>(options.max_entries),
        .flags = options.flags.get() | Kind::facts.required,
        .name = options.name,
        .numa_node = options.numa_node,
        .token = options.token,
        .btf = options.btf,
        .exclusive_program = options.exclusive_program,
    };
}

} // namespace detail

/// How a map of one type is created; the sizes of key and value follow from the C++ type of the view.
/// UAPI: BPF_MAP_CREATE
template <class Kind>
struct map_options {
    static_assert(detail::chosen_capacity<Kind>);

    /// What bpftool shows. Since: Linux 4.15
    object_name name{};
    /// The capacity in elements.
    required<std::uint32_t> max_entries;
    /// Those that this type takes.
    creation_flags<Kind> flags{};
    /// The NUMA node that the memory comes from. Since: Linux 4.14
    detail::numa_node_of<Kind> numa_node{};
    /// Delegated rights to use instead of capabilities. Since: Linux 6.9
    optional_fd_ref<kind::token> token{};
    /// What keys and values are called and made of. Since: Linux 4.18
    map_btf btf{};
    /// Only the program with this hash may use the map. Since: Linux 6.18
    std::optional<program_hash> exclusive_program{};

    /// The same for a map of any type, with nothing checked by the compiler any more.
    [[nodiscard]] constexpr map_spec spec() const noexcept { return detail::spec_of<Kind>(*this); }
};

/// The same for types that have no capacity to choose.
template <class Kind>
    requires(!detail::chosen_capacity<Kind>)
struct map_options<Kind> {
    object_name name{};
    detail::no_capacity max_entries{};
    creation_flags<Kind> flags{};
    detail::numa_node_of<Kind> numa_node{};
    optional_fd_ref<kind::token> token{};
    map_btf btf{};
    std::optional<program_hash> exclusive_program{};

    [[nodiscard]] constexpr map_spec spec() const noexcept { return detail::spec_of<Kind>(*this); }
};

} // namespace bpfxx
