#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/build.hpp>
#include <bpfxx/btf/wire.hpp>
#include <bpfxx/fd_ref.hpp>
#include <bpfxx/ill_formed.hpp>
#include <bpfxx/map/special.hpp>
#include <bpfxx/reflect.hpp>
#include <bpfxx/reflect/enumerators.hpp>
#include <bpfxx/slice.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

namespace bpfxx::btf {

struct shape;

namespace detail {

template <class T>
consteval shape make_shape();

} // namespace detail

/// A member of a struct or union shape; `bitfield_width` is 0 for a plain member.
struct member_shape {
    std::string_view name;
    shape const* type = nullptr;
    std::uint32_t bit_offset = 0;
    std::uint32_t bitfield_width = 0;
};

/// What a C++ type is for BTF: an integer, a float, an enum, an array, a struct or a union (`form` says which), with
/// what each of them has.
struct shape {
    kind form = kind::unkn;
    std::string_view name{};
    std::uint64_t size = 0;
    int_encoding encoding = int_encoding::none;
    slice<member_shape const> members{};        // of a struct or a union, in the order of their offsets
    slice<enumerator_spec const> enumerators{}; // of an enum
    shape const* element = nullptr;             // of an array
    std::uint32_t count = 0;                    // of an array
    bool opaque = false;                        // bytes that mean nothing here: only the size counts
};

/// The shape of a type. Members of aggregates are found by reflection. A union and a class that is no aggregate are
/// opaque: an array of bytes. What has members and yet cannot be seen through does not compile: specialise this for it,
/// with `opaque_shape<T>` or with its members,
///
///     template <> inline constexpr btf::member_shape … [] = {{"low", &btf::shape_of<std::uint32_t>, 0}, …};
///     template <> inline constexpr btf::shape bpfxx::btf::shape_of<my> = {.form = btf::kind::struct_, .name = "my",
///                                                                        .size = sizeof(my), .members = …};
template <class T>
inline constexpr shape shape_of = detail::make_shape<T>();

namespace detail {

template <class T>
inline constexpr bool is_std_array = false;
template <class T, std::size_t Count>
inline constexpr bool is_std_array<std::array<T, Count>> = true;

template <class T>
inline constexpr bool is_descriptor = false;
template <class Kind>
inline constexpr bool is_descriptor<fd_ref<Kind>> = true;

/// The name that C gives an integer of this size; which of two equal types C++ named does not matter here.
consteval std::string_view integer_name(std::size_t size, bool is_signed) {
    switch (size) {
    case 1: return is_signed ? "signed char" : "unsigned char";
    case 2: return is_signed ? "short" : "unsigned short";
    case 4: return is_signed ? "int" : "unsigned int";
    case 8: return is_signed ? "long long" : "unsigned long long";
    default: return is_signed ? "__int128" : "unsigned __int128";
    }
}

template <class T>
consteval shape integer_shape() {
    if (std::is_same_v<T, bool>)
        return {.form = kind::int_, .name = "_Bool", .size = 1, .encoding = int_encoding::is_bool};
    bool const is_signed = std::is_signed_v<T>;
    bool const is_char = std::is_same_v<T, char>;
    return {.form = kind::int_,
            .name = is_char ? std::string_view{"char"} : integer_name(sizeof(T), is_signed),
            .size = sizeof(T),
            .encoding = is_signed ? int_encoding::is_signed : int_encoding::none};
}

template <class T>
consteval shape float_shape() {
    constexpr std::string_view name = std::is_same_v<T, float>    ? "float"
                                      : std::is_same_v<T, double> ? "double"
                                                                  : "long double";
    return {.form = kind::float_, .name = name, .size = sizeof(T)};
}

template <class E>
inline constexpr auto enumerators_of = [] {
    constexpr auto const& found = reflect::enumerators<E>;
    std::array<enumerator_spec, found.size()> values{};
    for (std::size_t at = 0; at != found.size(); ++at) values[at] = {found[at].name, found[at].value};
    return values;
}();

/// An enum without any known name would be a forward declaration: its integer says as much.
template <class E>
consteval shape enum_shape() {
    if constexpr (enumerators_of<E>.empty())
        return integer_shape<std::underlying_type_t<E>>();
    else
        return {
            .form = kind::enum_, .name = reflect::type_name<E>, .size = sizeof(E), .enumerators = enumerators_of<E>};
}

template <class Element>
consteval shape array_shape(std::size_t count) {
    return {.form = kind::array,
            .size = sizeof(Element) * count,
            .element = &shape_of<std::remove_cv_t<Element>>,
            .count = static_cast<std::uint32_t>(count)};
}

consteval std::uint32_t bits_before(std::size_t offset) {
    if (offset > 0x1fff'ffff) ill_formed("a member that BTF describes starts within the first 512 MiB of its struct");
    return static_cast<std::uint32_t>(offset * 8);
}

template <class T>
inline constexpr auto members_of = []<std::size_t... Position>(std::index_sequence<Position...>) {
    return std::array{member_shape{reflect::member_name<T, Position>,
                                   &shape_of<std::remove_cv_t<reflect::member_type<T, Position>>>,
                                   bits_before(reflect::member_offset<T, Position>)}...};
}(std::make_index_sequence<reflect::member_count<T>>{});

template <class T>
consteval shape class_shape() {
    if constexpr (reflect::reflectable<T>) {
        return {.form = kind::struct_, .name = reflect::type_name<T>, .size = sizeof(T), .members = members_of<T>};
    } else if constexpr (!std::is_aggregate_v<T> || std::is_union_v<T>) {
        shape made = array_shape<std::conditional_t<true, unsigned char, T>>(sizeof(T));
        made.opaque = true;
        return made;
    } else {
        constexpr bool standard = std::is_standard_layout_v<T>;
        static_assert(standard, "BTF describes structs of standard layout: this one has a reference, a member that is "
                                "not of standard layout itself, or members in more than one class");
        constexpr bool alone = !reflect::detail::has_base<T>();
        static_assert(!standard || alone, "a struct with a base class cannot be seen through: make the base its first "
                                          "member, or specialise bpfxx::btf::shape_of");
        constexpr bool counted = reflect::detail::has_right_count<T>();
        static_assert(!standard || counted, "a struct is seen through when it has 1 to 32 members: group some in a "
                                            "nested struct, or specialise bpfxx::btf::shape_of");
        constexpr bool begins = reflect::detail::has_plain_members<T>();
        static_assert(!standard || !alone || !counted || begins,
                      "a struct is seen through when each member can begin empty and none is an array without a size: "
                      "give that one's type a default constructor, or specialise bpfxx::btf::shape_of");
        static_assert(!standard || !alone || !counted || !begins,
                      "a struct with bit-fields or an anonymous union, or a packed one, cannot be seen through: use "
                      "whole integers, named unions and members for the padding, or specialise bpfxx::btf::shape_of");
        return {};
    }
}

template <class T>
consteval shape make_shape() {
    static_assert(!std::is_pointer_v<T> && !std::is_member_pointer_v<T> && !std::is_reference_v<T>,
                  "a pointer means nothing outside the process that stored it: keep an integer or an index instead");
    if constexpr (std::is_same_v<T, std::byte>)
        return integer_shape<unsigned char>();
    else if constexpr (is_descriptor<T>)
        return integer_shape<int>();
    else if constexpr (std::is_enum_v<T>)
        return enum_shape<T>();
    else if constexpr (std::is_integral_v<T>)
        return integer_shape<T>();
    else if constexpr (std::is_floating_point_v<T>)
        return float_shape<T>();
    else if constexpr (std::is_array_v<T>)
        return array_shape<std::remove_extent_t<T>>(std::extent_v<T>);
    else if constexpr (is_std_array<T>)
        return array_shape<typename T::value_type>(std::tuple_size_v<T>);
    else
        return class_shape<T>();
}

} // namespace detail

/// As many bytes as a T has, for types whose members are nobody's business:
/// `template <> inline constexpr btf::shape bpfxx::btf::shape_of<my> = btf::opaque_shape<my>;`
template <class T>
inline constexpr shape opaque_shape{.form = kind::array,
                                    .size = sizeof(T),
                                    .element = &shape_of<unsigned char>,
                                    .count = static_cast<std::uint32_t>(sizeof(T)),
                                    .opaque = true};

namespace detail {

inline constexpr shape two_words{.form = kind::array, .size = 16, .element = &shape_of<std::uint64_t>, .count = 2};
inline constexpr member_shape spin_lock_members[]{{"val", &shape_of<std::uint32_t>}};
inline constexpr member_shape opaque_members[]{{"__opaque", &two_words}};

} // namespace detail

// The kernel finds these by their names.
template <>
inline constexpr shape shape_of<spin_lock>{
    .form = kind::struct_, .name = "bpf_spin_lock", .size = 4, .members = detail::spin_lock_members};
template <>
inline constexpr shape shape_of<timer>{
    .form = kind::struct_, .name = "bpf_timer", .size = 16, .members = detail::opaque_members};
template <>
inline constexpr shape shape_of<workqueue>{
    .form = kind::struct_, .name = "bpf_wq", .size = 16, .members = detail::opaque_members};

} // namespace bpfxx::btf
