#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/id.hpp>
#include <bpfxx/btf/resolve.hpp>
#include <bpfxx/btf/type.hpp>
#include <bpfxx/btf/view.hpp>
#include <bpfxx/ill_formed.hpp>
#include <bpfxx/map/special.hpp>
#include <bpfxx/object/embed.hpp>
#include <bpfxx/object/malformed.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace bpfxx::object {

template <auto const& Bytes, std::uint32_t Id>
class record;

namespace detail {

/// The answer about a type in an object that the compiler reads.
template <class T>
[[nodiscard]] constexpr T require_type(btf::parsed<T> const& answer) noexcept {
    if (answer) return *answer;
    return require(parsed<T>{malformed{answer.error()}});
}

template <auto const& Bytes>
[[nodiscard]] constexpr btf::type type_behind(std::uint32_t id) noexcept {
    return require_type(btf::resolve(embedded<Bytes>::types, btf::type_id{id}));
}

template <auto const& Bytes>
[[nodiscard]] constexpr std::size_t size_of_type(std::uint32_t id) noexcept {
    return static_cast<std::size_t>(require_type(btf::size_of(embedded<Bytes>::types, btf::type_id{id})));
}

/// Where values of a type start in memory: as C has it, so that what lies in a map's memory can be referred to. A struct
/// that is packed starts anywhere.
[[nodiscard]] constexpr std::size_t alignment_in_memory(btf::indexed_view const& in, btf::type_id id,
                                                        unsigned depth = 0) noexcept {
    auto const type = btf::resolve(in, id);
    if (!type || depth == btf::chain_limit) return 1;
    if (type->kind() == btf::kind::array) return alignment_in_memory(in, type->array()->element, depth + 1);
    if (type->kind() == btf::kind::ptr) return btf::pointer_size;
    if (!type->is_composite()) return type->size() == 0 ? 1 : type->size();
    std::size_t most = 1;
    for (btf::member const member : type->members()) {
        std::size_t const needed = alignment_in_memory(in, member.type(), depth + 1);
        bool const is_placed = member.bitfield_width() != 0 || member.bit_offset() % (needed * 8) == 0;
        if (!is_placed || type->size() % needed != 0) return 1;
        if (needed > most) most = needed;
    }
    return most;
}

template <std::size_t Size, bool Signed>
struct fixed_integer;
template <>
struct fixed_integer<1, false> : std::type_identity<std::uint8_t> {};
template <>
struct fixed_integer<2, false> : std::type_identity<std::uint16_t> {};
template <>
struct fixed_integer<4, false> : std::type_identity<std::uint32_t> {};
template <>
struct fixed_integer<8, false> : std::type_identity<std::uint64_t> {};
template <>
struct fixed_integer<1, true> : std::type_identity<std::int8_t> {};
template <>
struct fixed_integer<2, true> : std::type_identity<std::int16_t> {};
template <>
struct fixed_integer<4, true> : std::type_identity<std::int32_t> {};
template <>
struct fixed_integer<8, true> : std::type_identity<std::int64_t> {};

template <std::size_t Size>
struct float_of : std::type_identity<std::array<std::byte, Size>> {};
template <>
struct float_of<4> : std::type_identity<float> {};
template <>
struct float_of<8> : std::type_identity<double> {};

enum class value_form : std::uint8_t { integer, boolean, character, floating, array, record, lock, timer, work, bytes };

/// What a type is in C++, and what has to be known for that.
struct value_facts {
    value_form form{};
    bool is_signed = false;
    std::size_t size = 0;
    std::uint32_t id = 0;
    /// Of an array.
    std::uint32_t element = 0;
    std::uint32_t count = 0;
};

[[nodiscard]] constexpr value_form form_of_struct(btf::type type) noexcept {
    if (type.has_name("bpf_spin_lock")) return value_form::lock;
    if (type.has_name("bpf_timer")) return value_form::timer;
    if (type.has_name("bpf_wq")) return value_form::work;
    return value_form::record;
}

[[nodiscard]] constexpr value_form form_of_integer(btf::type type) noexcept {
    if (type.integer()->has(btf::int_encoding::is_bool) && type.size() == 1) return value_form::boolean;
    if (type.size() > 8) return value_form::bytes;
    return type.has_name("char") ? value_form::character : value_form::integer;
}

template <auto const& Bytes>
[[nodiscard]] constexpr value_facts facts_of(std::uint32_t id) noexcept {
    btf::type const type = type_behind<Bytes>(id);
    value_facts made{.is_signed = type.is_signed(), .size = size_of_type<Bytes>(id), .id = btf::number(type.id())};
    switch (type.kind()) {
    case btf::kind::int_: made.form = form_of_integer(type); break;
    case btf::kind::enum_:
    case btf::kind::enum64:
    case btf::kind::ptr: made.form = value_form::integer; break;
    case btf::kind::float_: made.form = value_form::floating; break;
    case btf::kind::struct_:
    case btf::kind::union_: made.form = form_of_struct(type); break;
    case btf::kind::array:
        made.form = value_form::array;
        made.element = btf::number(type.array()->element);
        made.count = type.array()->count;
        break;
    default: made.form = value_form::bytes;
    }
    if (made.size == 0) ill_formed("this has no size in BPF, so that it has no value: it is the open end of a struct");
    return made;
}

template <auto const& Bytes, std::uint32_t Id>
constexpr auto value_identity() noexcept {
    constexpr value_facts facts = facts_of<Bytes>(Id);
    if constexpr (facts.form == value_form::boolean)
        return std::type_identity<bool>{};
    else if constexpr (facts.form == value_form::character)
        return std::type_identity<char>{};
    else if constexpr (facts.form == value_form::integer)
        return std::type_identity<typename fixed_integer<facts.size, facts.is_signed>::type>{};
    else if constexpr (facts.form == value_form::floating)
        return std::type_identity<typename float_of<facts.size>::type>{};
    else if constexpr (facts.form == value_form::array)
        return std::type_identity<
            std::array<typename decltype(value_identity<Bytes, facts.element>())::type, facts.count>>{};
    else if constexpr (facts.form == value_form::lock)
        return std::type_identity<spin_lock>{};
    else if constexpr (facts.form == value_form::timer)
        return std::type_identity<bpfxx::timer>{};
    else if constexpr (facts.form == value_form::work)
        return std::type_identity<workqueue>{};
    else if constexpr (facts.form == value_form::bytes)
        return std::type_identity<std::array<std::byte, facts.size>>{};
    else
        return std::type_identity<record<Bytes, facts.id>>{};
}

} // namespace detail

/// What values of a type of an object are in C++: an integer of its size and sign, also for enums and pointers; bool,
/// char, float, double; an array of what its elements are; a `record` for structs and unions; bytes for the rest.
template <auto const& Bytes, std::uint32_t Id>
using value_type = typename decltype(detail::value_identity<Bytes, Id>())::type;

} // namespace bpfxx::object
