#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <bpfxx/btf/id.hpp>
#include <bpfxx/fd_ref.hpp>

// Places in a program for what exists only when it is loaded: slot n is filled by argument n of `program_code::with`,
// counted from 0 over slots of every kind; instructions may name a slot as often as they like.
namespace bpfxx::insn {

/// What can fill a map slot that names no type: a borrowed map descriptor.
template <class T>
concept map_descriptor = requires(T const& map) {
    { map.raw() } -> std::same_as<int>;
};

/// A map that knows what is in it, such as `hash_map<flow, stats>`.
template <class T>
concept typed_map = requires(T const& map) {
    typename T::key_type;
    typename T::value_type;
    { map.fd().raw() } -> std::same_as<int>;
};

namespace detail {

template <class Map>
concept knows_its_kind = requires { typename Map::kind_type; };

/// Whether two maps are of one kind, as far as their types say; how user space may use them is of no matter here.
template <class A, class B>
constexpr bool same_kind() noexcept {
    if constexpr (knows_its_kind<A> && knows_its_kind<B>)
        return std::same_as<typename A::kind_type, typename B::kind_type>;
    else
        return true;
}

} // namespace detail

/// The place of a map; with a type, only a map of that kind, key and value fills it.
template <std::size_t Number, class Map = void>
struct map_slot {
    static_assert(std::is_void_v<Map> || typed_map<Map>,
                  "a map slot is typed by a map that has fd(), key_type and value_type, or not at all");
};

/// What can fill `map_slot<Number, Map>`.
template <class Given, class Map>
concept fills_map_slot =
    (std::is_void_v<Map> && map_descriptor<Given>) || (!std::is_void_v<Map> && typed_map<Given> && requires {
        requires std::same_as<typename Given::key_type, typename Map::key_type>;
        requires std::same_as<typename Given::value_type, typename Map::value_type>;
        requires detail::same_kind<Given, Map>();
    });

/// The place of a function of the kernel's own, whose id differs from kernel to kernel.
template <std::size_t Number>
struct kfunc_slot {};

/// What fills it: the function's id in the kernel's BTF or, with `fd_index` above 0, in that of the module whose BTF
/// descriptor stands there in `fd_array`.
/// UAPI: BPF_PSEUDO_KFUNC_CALL
/// Since: Linux 5.13, modules 5.16
struct kfunc {
    btf::type_id function;
    std::int16_t fd_index = 0;
};

/// The place of a variable of the kernel's own.
template <std::size_t Number>
struct kernel_variable_slot {};

/// What fills it: the variable's id in the kernel's BTF or in that of a module.
/// UAPI: BPF_PSEUDO_BTF_ID
/// Since: Linux 5.10, modules 5.12
struct kernel_variable {
    btf::type_id variable;
    optional_fd_ref<kind::btf> module{};
};

namespace detail {

/// The descriptor of what fills a map slot.
template <class Map>
    requires(map_descriptor<Map> || typed_map<Map>)
constexpr int descriptor_of(Map const& map) noexcept {
    if constexpr (map_descriptor<Map>)
        return map.raw();
    else
        return map.fd().raw();
}

} // namespace detail

} // namespace bpfxx::insn
