#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/build.hpp>
#include <bpfxx/btf/id.hpp>
#include <bpfxx/btf/shape.hpp>
#include <bpfxx/ill_formed.hpp>
#include <bpfxx/slice.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace bpfxx::btf {

/// The blob that describes some C++ types, and their ids in it, in the order in which they were asked for.
template <std::size_t Size, std::size_t Count>
struct described {
    btf::blob<Size> blob;
    std::array<type_id, Count> ids;
};

namespace detail {

/// The most room that a shape needs, as if nothing in it came twice.
struct room {
    std::size_t types = 0;
    std::size_t strings = 0;
    std::size_t shapes = 1;
    std::size_t most_members = 0;

    constexpr void add(room const& other) noexcept {
        types += other.types;
        strings += other.strings;
        shapes += other.shapes;
        if (other.most_members > most_members) most_members = other.most_members;
    }
};

constexpr room room_of(shape const& of) noexcept {
    room needed{.types = sizeof(wire::type_record) + sizeof(wire::array),
                .strings = of.name.size() + 1,
                .most_members = of.members.size()};
    for (enumerator_spec const& each : of.enumerators)
        needed.add({sizeof(wire::enum64_value), each.name.size() + 1, 0});
    for (member_shape const& each : of.members) {
        needed.add({sizeof(wire::member), each.name.size() + 1, 0});
        needed.add(room_of(*each.type));
    }
    if (of.form == kind::array) needed.add(room_of(*of.element));
    return needed;
}

/// Whether two shapes are one BTF type, as those of `long` and `long long` are. Their addresses do not tell, and g++ does
/// not compare them while compiling under -fsanitize=undefined.
constexpr bool are_alike(shape const& left, shape const& right) noexcept {
    if (left.form != right.form || left.size != right.size || left.encoding != right.encoding) return false;
    if (left.members.size() != right.members.size() || left.count != right.count || left.name != right.name)
        return false;
    if (left.enumerators.size() != right.enumerators.size()) return false;
    for (std::size_t at = 0; at != left.enumerators.size(); ++at) {
        enumerator_spec const& mine = left.enumerators[at];
        enumerator_spec const& other = right.enumerators[at];
        if (mine.value != other.value || mine.name != other.name) return false;
    }
    for (std::size_t at = 0; at != left.members.size(); ++at) {
        member_shape const& mine = left.members[at];
        member_shape const& other = right.members[at];
        if (mine.bit_offset != other.bit_offset || mine.bitfield_width != other.bitfield_width) return false;
        if (mine.name != other.name || !are_alike(*mine.type, *other.type)) return false;
    }
    return left.form != kind::array || are_alike(*left.element, *right.element);
}

/// Adds shapes to a builder, each once.
template <std::size_t Shapes, std::size_t MostMembers, class Builder>
class shape_writer {
  public:
    constexpr explicit shape_writer(Builder& into) noexcept : into_{into} {}

    constexpr type_id add(shape const& what) {
        for (std::size_t at = 0; at != count_; ++at)
            if (are_alike(*known_[at].what, what)) return known_[at].id;
        type_id const id = write(what);
        known_[count_++] = {&what, id};
        return id;
    }

  private:
    struct entry {
        shape const* what = nullptr;
        type_id id{};
    };

    constexpr type_id write(shape const& what) {
        auto const size = static_cast<std::uint32_t>(what.size);
        if (what.size != size) ill_formed("a type that BTF describes is smaller than 4 GiB");
        switch (what.form) {
        case kind::int_: return into_.int_(what.name, size, what.encoding);
        case kind::float_: return into_.float_(what.name, size);
        case kind::enum_: return into_.enum_(what.name, size, what.enumerators);
        case kind::array: return write_array(what);
        case kind::struct_:
        case kind::union_: return write_composite(what, size);
        default: ill_formed("a shape is an int_, a float_, an enum_, an array, a struct_ or a union_");
        }
    }

    constexpr type_id write_array(shape const& what) {
        type_id const element = add(*what.element);
        type_id const index = add(shape_of<int>);
        return into_.array(element, index, what.count);
    }

    constexpr type_id write_composite(shape const& what, std::uint32_t size) {
        std::array<member_spec, MostMembers> members{};
        for (std::size_t at = 0; at != what.members.size(); ++at) {
            member_shape const& from = what.members[at];
            members[at] = {from.name, add(*from.type), from.bit_offset, from.bitfield_width};
        }
        slice<member_spec const> const used{members.data(), what.members.size()};
        return what.form == kind::union_ ? into_.union_(what.name, size, used) : into_.struct_(what.name, size, used);
    }

    Builder& into_;
    std::array<entry, Shapes> known_{};
    std::size_t count_ = 0;
};

// Not a null pointer: g++ compares none with the address of a variable under -fsanitize=undefined while compiling.
inline constexpr shape no_shape{};

template <class T>
constexpr shape const& shape_or_none() noexcept {
    if constexpr (std::is_void_v<T>)
        return no_shape;
    else
        return shape_of<std::remove_cv_t<T>>;
}

template <class... T>
consteval room room_for() {
    room needed = room_of(shape_of<int>);
    (needed.add(room_of(shape_or_none<T>())), ...);
    return needed;
}

template <class... T>
consteval auto build() {
    constexpr room needed = room_for<T...>();
    using into = builder<needed.types, needed.strings>;
    into types;
    shape_writer<needed.shapes, needed.most_members, into> writer{types};
    auto const add = [&](shape const& each) { return each.form == kind::unkn ? void_id : writer.add(each); };
    std::array<type_id, sizeof...(T)> const ids{add(shape_or_none<T>())...};
    return described<into::capacity, sizeof...(T)>{types.finish(), ids};
}

template <class... T>
consteval auto fitted() {
    constexpr auto built = build<T...>();
    return described<built.blob.size(), sizeof...(T)>{built.blob.template fitted<built.blob.size()>(), built.ids};
}

template <class... T>
inline constexpr auto description = fitted<T...>();

} // namespace detail

/// The BTF of some C++ types, made while compiling: `btf::describe<flow, stats>().blob`. `shape_of` says what becomes
/// of a type; void is described by void, a borrowed descriptor by an int.
/// Costs: nothing at run time; the blob is constant data
template <class... T>
[[nodiscard]] constexpr auto const& describe() noexcept {
    return detail::description<T...>;
}

} // namespace bpfxx::btf
