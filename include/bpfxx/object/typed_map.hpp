#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/ill_formed.hpp>
#include <bpfxx/map/lpm_key.hpp>
#include <bpfxx/map/map_in_map.hpp>
#include <bpfxx/map/value.hpp>
#include <bpfxx/object/embed.hpp>
#include <bpfxx/object/map_definition.hpp>
#include <bpfxx/object/map_view_of.hpp>
#include <bpfxx/object/matching_type.hpp>
#include <bpfxx/object/record.hpp>
#include <bpfxx/object/value_type.hpp>
#include <bpfxx/sys/flags.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace bpfxx::object::detail {

/// The number of a map; a wrong name does not compile.
template <auto const& Bytes>
[[nodiscard]] constexpr std::uint32_t map_number(std::string_view name) noexcept {
    auto const found = embedded<Bytes>::plan.find_map(name);
    if (!found)
        ill_formed("the object has no map of this name: see what SEC(\".maps\") is written at in the BPF source");
    return *found;
}

/// Whether an object has a struct of functions of this name.
template <auto const& Bytes>
[[nodiscard]] constexpr bool is_struct_of_functions(std::string_view name) noexcept {
    auto const map = embedded<Bytes>::plan.find_map(name);
    return map && embedded<Bytes>::plan.maps[*map].origin == map_origin::struct_ops;
}

[[nodiscard]] constexpr viewed_map viewed(map_attributes const& map) noexcept {
    return {.type = map.type,
            .key_size = map.key_size,
            .value_size = map.value_size,
            .build_ids = has(map.flags, map_flags::stack_build_id)};
}

/// Where BTF says nothing but the size: a number, or bytes.
template <std::uint32_t Size>
constexpr auto type_of_size() noexcept {
    if constexpr (Size == 1 || Size == 2 || Size == 4 || Size == 8)
        return std::type_identity<typename fixed_integer<Size, false>::type>{};
    else
        return std::type_identity<std::array<std::byte, Size == 0 ? 1 : Size>>{};
}

template <auto const& Bytes, btf::type_id Id, std::uint32_t Size>
constexpr auto element_type() noexcept {
    constexpr bool described = Id != btf::void_id && embedded<Bytes>::types.type(Id).kind() != btf::kind::datasec;
    if constexpr (described)
        return value_identity<Bytes, btf::number(Id)>();
    else
        return type_of_size<Size>();
}

/// What is known of a map, or of those in a map of maps.
template <auto const& Bytes, std::uint32_t Number, bool Inner>
inline constexpr map_attributes attributes_of =
    Inner ? embedded<Bytes>::plan.maps[Number].inner.value_or(map_attributes{})
          : static_cast<map_attributes const&>(embedded<Bytes>::plan.maps[Number]);

/// The key of a prefix: the kernel compares its bytes behind the length.
template <auto const& Bytes, map_type Type, btf::type_id Id, std::uint32_t Size>
constexpr auto key_type() noexcept {
    if constexpr (Type == map_type::lpm_trie)
        return std::type_identity<lpm_key<std::array<std::uint8_t, Size - sizeof(std::uint32_t)>>>{};
    else
        return element_type<Bytes, Id, Size>();
}

/// Does not compile unless a type of the user's is what a map has.
template <auto const& Bytes, btf::type_id Id, std::uint32_t Size, class T>
constexpr bool require_element() noexcept {
    static_assert(sizeof(T) == Size || Id != btf::void_id,
                  "this type has another size than the map's keys or values in the BPF object");
    constexpr bool described = Id != btf::void_id && embedded<Bytes>::types.type(Id).kind() != btf::kind::datasec;
    if constexpr (described && !is_record<T>) static_cast<void>(require_same<Bytes, btf::number(Id), T>());
    if constexpr (described && is_record<T>)
        static_assert(std::is_same_v<T, value_type<Bytes, btf::number(Id)>>,
                      "this record is another type of the BPF object than the map's key or value");
    return true;
}

template <class T>
concept named_view = requires { typename T::kind_type; };

/// What a map is in C++ where the user says nothing.
template <auto const& Bytes, std::uint32_t Number, bool Inner>
constexpr auto default_view() noexcept {
    constexpr map_attributes map = attributes_of<Bytes, Number, Inner>;
    using key = typename decltype(key_type<Bytes, map.type, map.key_type, map.key_size>())::type;
    if constexpr (map.type == map_type::array_of_maps || map.type == map_type::hash_of_maps) {
        using inner = typename decltype(default_view<Bytes, Number, true>())::type;
        if constexpr (std::is_same_v<inner, no_view>)
            return std::type_identity<no_view>{};
        else if constexpr (map.type == map_type::array_of_maps)
            return std::type_identity<array_of_maps<inner>>{};
        else
            return std::type_identity<hash_of_maps<key, inner>>{};
    } else {
        using value = typename decltype(element_type<Bytes, map.value_type, map.value_size>())::type;
        return view_of<viewed(map), key, value>();
    }
}

/// The same with what the user says of it: a whole view, the value, or key and value.
template <auto const& Bytes, std::uint32_t Number, class... Given>
struct typed_map {
    using type = typename decltype(default_view<Bytes, Number, false>())::type;
    static_assert(!std::is_same_v<type, no_view>,
                  "what this map holds cannot be told from the object alone: name its view, as in "
                  "map<\"jumps\", program_array<program_kind::xdp>>()");
};

template <auto const& Bytes, std::uint32_t Number, class Value>
    requires(!named_view<Value>)
struct typed_map<Bytes, Number, Value> {
    static constexpr map_attributes map = attributes_of<Bytes, Number, false>;
    static_assert(require_element<Bytes, map.value_type, map.value_size, Value>());
    using key = typename decltype(key_type<Bytes, map.type, map.key_type, map.key_size>())::type;
    using type = typename decltype(view_of<viewed(map), key, Value>())::type;
};

template <auto const& Bytes, std::uint32_t Number, class Key, class Value>
struct typed_map<Bytes, Number, Key, Value> {
    static constexpr map_attributes map = attributes_of<Bytes, Number, false>;
    static_assert(is_of_values(map.type),
                  "the keys of such a map are not of your choice: name the type of its values alone, or nothing");
    static constexpr btf::type_id key_id = map.type == map_type::lpm_trie ? btf::void_id : map.key_type;
    static_assert(require_element<Bytes, key_id, map.key_size, Key>());
    static_assert(require_element<Bytes, map.value_type, map.value_size, Value>());
    using type = typename decltype(view_of<viewed(map), Key, Value>())::type;
};

template <auto const& Bytes, std::uint32_t Number, class View>
    requires named_view<View>
struct typed_map<Bytes, Number, View> {
    static_assert(View::kind_type::facts.type == attributes_of<Bytes, Number, false>.type,
                  "this view is for another type of map than the object defines under this name");
    using type = View;
};

} // namespace bpfxx::object::detail
