// Texts of tables, packed: the same as the table, whatever is between, before and behind them.
#include <bpfxx/packed_texts.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <string_view>

namespace {

using namespace bpfxx;

struct row {
    std::uint16_t number;
    std::string_view name;
    std::string_view text;
};

constexpr row rows[]{{7, "seven", "a prime"}, {8, "", "a power\0of two"}, {300, "three hundred", ""}};
constexpr std::array<std::string_view, 3> names{"first", "", "last"};
constexpr std::string_view one[]{"only"};

constexpr auto const& texts = detail::packed_texts<rows, &row::text>;
static_assert(texts.at(0, "none") == "a prime" && texts.at(1, "none") == "a power" && texts.at(2, "none").empty());
static_assert(texts.at(3, "none") == "none" && texts.at(~std::size_t{}, "none") == "none");
static_assert(detail::packed_texts<rows, &row::name>.at(2, {}) == "three hundred");
static_assert(detail::packed_texts<names>.at(2, {}) == "last" && detail::packed_texts<one>.at(1, "none") == "none");
static_assert(detail::packed_row<rows, &row::number>(std::uint16_t{300}) == 2);
static_assert(detail::packed_row<rows, &row::number>(std::uint16_t{9}) == std::size(rows));

// Nothing but numbers and characters: nothing that is filled in when a program starts.
static_assert(sizeof(detail::packed_texts<names>) == 4 * sizeof(std::uint16_t) + 9 + 3);
static_assert(sizeof(detail::packed_column<rows, &row::number>) == sizeof(std::uint16_t[3]));

// Each can be given to whoever wants a zero at its end.
static_assert(texts.at(0, {}).data()[7] == '\0' && texts.at(2, {}).data()[0] == '\0');

} // namespace

TEST_CASE("texts of a table, by a number that is known only at run time") {
    for (std::size_t number = 0; number != std::size(rows); ++number) {
        CHECK(detail::packed_texts<rows, &row::name>.at(number, "none") == rows[number].name);
        CHECK(texts.at(number, "none") == rows[number].text);
    }
    CHECK(texts.at(std::size(rows), "none") == "none");
}
