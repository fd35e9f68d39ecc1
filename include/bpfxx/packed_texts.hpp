#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/bytes_in_constants.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace bpfxx::detail {

/// Texts one behind another, each with a zero behind it, found by where it begins: a table of pointers would be filled in by the dynamic linker
/// whenever a program starts, and takes 40 bytes of the program for each of them.
template <std::size_t Count, std::size_t Size>
struct text_pack {
    static_assert(Size <= 0xffff, "places in the text are 16 bits wide");

    // Not std::array: its accesses are calls, which to evaluate takes several times as long.
    std::uint16_t starts[Count + 1]{};
    char characters[Size]{};

    /// A text by its number; `otherwise` where there are not that many.
    [[nodiscard]] constexpr std::string_view at(std::size_t number, std::string_view otherwise) const noexcept {
        if (number >= Count) return otherwise;
        return {characters + starts[number], static_cast<std::size_t>(starts[number + 1] - starts[number] - 1)};
    }
};

/// A member of each row of a table.
template <std::size_t Count, class T>
struct packed_values {
    T values[Count]{};
};

/// The member of a row that is meant, or the row itself.
template <auto Member, class Row>
[[nodiscard]] constexpr auto const& column_of(Row const& row) noexcept {
    if constexpr (std::is_member_object_pointer_v<decltype(Member)>)
        return row.*Member;
    else
        return row;
}

template <auto const& Rows, auto Member>
[[nodiscard]] consteval std::size_t text_size() noexcept {
    std::size_t sum = 0;
    for (auto const& row : Rows) sum += column_of<Member>(row).size() + 1;
    return sum;
}

template <auto const& Rows, auto Member>
[[nodiscard]] consteval auto pack_texts() noexcept {
    text_pack<std::size(Rows), text_size<Rows, Member>()> made;
    std::size_t number = 0, next = 0;
    for (auto const& row : Rows) {
        made.starts[number++] = static_cast<std::uint16_t>(next);
        char const* const from = column_of<Member>(row).data();
        std::size_t const length = column_of<Member>(row).size();
        copy_bytes(made.characters + next, from, length);
        next += length + 1;
    }
    made.starts[number] = static_cast<std::uint16_t>(next);
    return made;
}

template <auto const& Rows, auto Member>
[[nodiscard]] consteval auto pack_values() noexcept {
    using value = std::remove_cvref_t<decltype(column_of<Member>(Rows[0]))>;
    packed_values<std::size(Rows), value> made;
    std::size_t number = 0;
    for (auto const& row : Rows) made.values[number++] = column_of<Member>(row);
    return made;
}

/// The texts of a table that only the compiler sees, or of one member of its rows:
/// `packed_texts<rows, &row::name>.at(7, {})`.
template <auto const& Rows, auto Member = nullptr>
inline constexpr auto packed_texts = pack_texts<Rows, Member>();

/// Another member of such rows, alone.
template <auto const& Rows, auto Member>
inline constexpr auto packed_column = pack_values<Rows, Member>();

/// The number of the row with a member of this value; behind the last one where there is none.
template <auto const& Rows, auto Member, class Value>
[[nodiscard]] constexpr std::size_t packed_row(Value const& value) noexcept {
    std::size_t row = 0;
    for (auto const& each : packed_column<Rows, Member>.values) {
        if (each == value) break;
        ++row;
    }
    return row;
}

} // namespace bpfxx::detail
