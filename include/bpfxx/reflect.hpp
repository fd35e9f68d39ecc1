#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/ill_formed.hpp>
#include <bpfxx/reflect/table.hpp>

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

// A small reflection of aggregates: how many members, of which types, where they lie, what they are called. Boost.PFR
// does as much, but came with Boost 1.75 and learned names in 1.84, while bpfxx works from Boost 1.74 on; offsets it
// does not tell. Whatever is asked here is answered while compiling.
namespace bpfxx::reflect {

namespace detail {

/// Initialises whatever it is asked for; in questions only.
struct anything {
    template <class U>
    operator U() const noexcept;
};

/// Initialises a direct base class and nothing else.
template <class T>
struct base_only {
    template <class U>
        requires(std::is_base_of_v<U, T> && !std::is_same_v<U, T>)
    operator U() const noexcept;
};

template <class M>
struct exactly {
    operator M() const noexcept;
};

template <class M>
struct all_but {
    template <class U>
        requires(!std::is_same_v<U, M>)
    operator U() const noexcept;
};

/// The number of members, or a number above most_members. Fewer than Low are taken, more than High are not.
template <class T, std::size_t Low = 0, std::size_t High = most_members + 1>
consteval std::size_t count_members() {
    if constexpr (Low == High) {
        return Low;
    } else {
        constexpr std::size_t middle = (Low + High) / 2;
        if constexpr (takes<T, anything, middle>())
            return count_members<T, middle + 1, High>();
        else
            return count_members<T, Low, middle>();
    }
}

template <std::size_t Position, class M>
struct located {
    M const* at;
};

template <class Positions, class... M>
struct pointers;

template <std::size_t... Position, class... M>
struct pointers<std::index_sequence<Position...>, M...> : located<Position, M>... {};

template <std::size_t Position, class M>
constexpr M const* pick(located<Position, M> const& from) noexcept {
    return from.at;
}

template <std::size_t Position, class M>
std::type_identity<M> type_of(located<Position, M> const&);

/// A pointer to each member. A bit-field has none: it binds to a temporary, which no constant can point to.
template <class T>
constexpr auto pointers_to(T const& object) noexcept {
    return with_members<count_members<T>()>(object, []<class... M>(M const&... members) {
        return pointers<std::index_sequence_for<M...>, M...>{{&members}...};
    });
}

/// An object to point into, which is never made, over bytes to measure it by.
template <class T>
union shell {
    constexpr shell() noexcept : bytes{} {}
    constexpr ~shell() {} // NOLINT(modernize-use-equals-default): T may have one of its own

    unsigned char bytes[sizeof(T)];
    T value;
};

template <class T>
inline constexpr shell<T> sample{};

template <class T, std::size_t Position>
constexpr auto pointer() noexcept {
    return pick<Position>(pointers_to(sample<T>.value));
}

template <auto>
struct constant {};

template <class T, std::size_t... Position>
consteval bool can_point(std::index_sequence<Position...>) {
    return (requires { typename constant<pointer<T, Position>()>; } && ...);
}

template <class T>
concept tuple_like = requires { std::tuple_size<T>::value; };

template <class T>
concept aggregate_class =
    std::is_class_v<T> && std::is_aggregate_v<T> && std::is_standard_layout_v<T> && !tuple_like<T>;

template <class T>
consteval bool has_base() {
    return takes<T, base_only<T>, 0>();
}

template <class T>
consteval bool has_right_count() {
    return count_members<T>() >= 1 && count_members<T>() <= most_members;
}

/// Behind a member that cannot begin empty the count ends; an array without a size begins empty and is not counted.
template <class T>
consteval bool has_plain_members() {
    return begins_empty<T, count_members<T>()>() && !begins_empty<T, count_members<T>() + 1>();
}

template <class T>
consteval bool has_bit_field() {
    return !can_point<T>(std::make_index_sequence<count_members<T>()>{});
}

template <class T>
consteval bool is_reflectable() {
    // Each question can be asked only where the one before it was answered well.
    if constexpr (aggregate_class<T>)
        if constexpr (!has_base<T>() && has_right_count<T>())
            if constexpr (has_plain_members<T>()) return !has_bit_field<T>();
    return false;
}

} // namespace detail

/// An aggregate that can be seen through: a plain struct of 1 to 32 members, without base classes or bit-fields, each
/// member able to begin empty and none an array without a size; no std::array. g++ cannot see through packed structs,
/// clang can. An anonymous union, and in g++ a flexible array, cannot be told from a member: no question but
/// `has_member_of_type` compiles then, in the compiler's words.
template <class T>
concept reflectable = detail::is_reflectable<std::remove_cv_t<T>>();

/// True when a member of T is an M; false also for a T that cannot be asked. M must not be an aggregate.
template <class T, class M>
consteval bool has_member_of_type() {
    static_assert(std::is_class_v<M> && !std::is_aggregate_v<M>,
                  "only a class that is no aggregate can be told from the members of a nested struct");
    if constexpr (!detail::aggregate_class<T>) {
        return false;
    } else {
        return []<std::size_t... Position>(std::index_sequence<Position...>) {
            return ((detail::takes<T, detail::exactly<M>, Position>() &&
                     !detail::takes<T, detail::all_but<M>, Position>()) ||
                    ...);
        }(std::make_index_sequence<detail::count_members<T>()>{});
    }
}

template <reflectable T>
inline constexpr std::size_t member_count = detail::count_members<std::remove_cv_t<T>>();

/// The declared type of a member, arrays as arrays.
template <reflectable T, std::size_t Position>
using member_type =
    typename decltype(detail::type_of<Position>(detail::pointers_to(std::declval<std::remove_cv_t<T> const&>())))::type;

namespace detail {

/// Where in its object a member starts: at `from`, or behind as much padding as there is.
template <class T>
constexpr std::size_t offset_of(void const* member, std::size_t from) {
    while (from != sizeof(T) && member != &sample<T>.bytes[from]) ++from;
    if (from == sizeof(T)) ill_formed("the members of this struct do not lie one behind the other");
    return from;
}

template <class T>
consteval auto offsets() {
    return []<std::size_t... Position>(std::index_sequence<Position...>) {
        std::size_t end = 0;
        auto const next = [&](void const* member, std::size_t size) {
            std::size_t const start = offset_of<T>(member, end);
            end = start + size;
            return start;
        };
        return std::array{next(pointer<T, Position>(), sizeof(member_type<T, Position>))...};
    }(std::make_index_sequence<count_members<T>()>{});
}

template <class T>
inline constexpr auto offsets_of = offsets<T>();

constexpr bool in_identifier(char c) noexcept {
    bool const letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (c >= '0' && c <= '9') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

// Both compilers print a template argument at the end of the function's name; both end a pointer to a member with the
// member's name, as in `[with auto Pointer = (& sample<ns::flow>.…ns::flow::port)]` and `[Pointer =
// &sample.value.port]`.
template <auto Pointer>
consteval char const* printed_pointer() {
    return __PRETTY_FUNCTION__;
}
template <class T>
consteval char const* printed_type() {
    return __PRETTY_FUNCTION__;
}

/// The last identifier of a text.
constexpr std::string_view last_identifier(std::string_view text) noexcept {
    std::size_t end = text.size();
    while (end != 0 && !in_identifier(text[end - 1])) --end;
    std::size_t start = end;
    while (start != 0 && in_identifier(text[start - 1])) --start;
    return {text.data() + start, end - start};
}

/// `flow` out of `… T = ns::(anonymous namespace)::flow]`; `ring<ns::flow, 4>` out of `… T = ns::ring<ns::flow, 4>]`.
constexpr std::string_view unqualified(std::string_view text) noexcept {
    std::size_t start = 0;
    while (text[start] != '[') ++start;
    while (text[start] != '=') ++start;
    std::size_t const end = text.size() - 1;
    std::size_t last = start += 2;
    int depth = 0;
    for (std::size_t at = start; at != end; ++at) {
        if (text[at] == '<' || text[at] == '(' || text[at] == '{') ++depth;
        if (text[at] == '>' || text[at] == ')' || text[at] == '}') --depth;
        if (depth == 0 && text[at] == ':') last = at + 1;
    }
    return {text.data() + last, end - last};
}

/// A name that lives by itself, so that no program carries what it was cut from.
template <std::size_t Size>
struct name_text {
    std::array<char, Size + 1> characters{};
    std::size_t size = 0;

    [[nodiscard]] constexpr std::string_view view() const noexcept { return {characters.data(), size}; }
};

template <class T, std::size_t Position>
consteval auto cut_member_name() {
    constexpr std::string_view name = last_identifier(printed_pointer<pointer<T, Position>()>());
    name_text<name.size()> text;
    for (char const c : name) text.characters[text.size++] = c;
    return text;
}

template <class T>
consteval auto cut_type_name() {
    constexpr std::string_view name = unqualified(printed_type<T>());
    name_text<name.size()> text;
    if (!in_identifier(name[0])) return text;
    for (char const c : name) {
        bool const usable = in_identifier(c);
        if (!usable && text.characters[text.size - 1] == '_') continue;
        text.characters[text.size++] = usable ? c : '_';
    }
    if (!in_identifier(name[name.size() - 1])) text.characters[--text.size] = '\0';
    return text;
}

template <class T, std::size_t Position>
inline constexpr auto member_name_text = cut_member_name<T, Position>();

template <class T>
inline constexpr auto type_name_text = cut_type_name<T>();

} // namespace detail

/// Where a member starts, in bytes.
template <reflectable T, std::size_t Position>
inline constexpr std::size_t member_offset = detail::offsets_of<std::remove_cv_t<T>>[Position];

/// What a member is called in the source. Ends with a zero byte.
template <reflectable T, std::size_t Position>
inline constexpr std::string_view member_name = detail::member_name_text<std::remove_cv_t<T>, Position>.view();

/// A type's name without its namespaces, as a C identifier: `ring<ns::flow, 4>` is `ring_ns_flow_4`. Empty for a type
/// that has no name. Ends with a zero byte.
template <class T>
inline constexpr std::string_view type_name = detail::type_name_text<std::remove_cv_t<T>>.view();

} // namespace bpfxx::reflect
