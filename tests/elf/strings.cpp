// String tables, and walks over tables.
// SPDX-License-Identifier: BSL-1.0
#include <bpfxx/elf/strings.hpp>
#include <bpfxx/elf/table.hpp>
#include <bpfxx/elf/wire.hpp>
#include <bpfxx/iterator_tags.hpp>

#include <doctest/doctest.h>

#include <bit>
#include <cstdint>
#include <iterator>
#include <string_view>

namespace {

using namespace bpfxx;

constexpr std::string_view bytes{"\0one\0twenty\0", 12};
constexpr elf::string_table table{bytes};

constexpr bool answers_right(elf::string_table const& strings) {
    return strings.at(0).empty() && strings.at(1) == "one" && strings.at(2) == "ne" && strings.at(5) == "twenty" &&
           strings.at(11).empty() && strings.at(12).empty() && strings.at(0xffff'ffff).empty() &&
           strings.contains(11) && !strings.contains(12) && strings.equals(1, "one") && !strings.equals(1, "on") &&
           !strings.equals(1, "ones") && !strings.equals(1, std::string_view{"one\0twenty", 10}) &&
           strings.equals(3, "e") && strings.equals(0, "") && !strings.equals(5, "") && strings.equals(5, "twenty") &&
           !strings.equals(5, "twenty and more than there is") && !strings.equals(99, "one") && strings.equals(99, "");
}
static_assert(answers_right(table));
static_assert(elf::string_table{}.contains(0) && !elf::string_table{}.contains(1) && elf::string_table{}.at(0).empty());
static_assert(elf::string_table{}.equals(0, "") && !elf::string_table{}.equals(0, "x"));
static_assert(elf::string_table::terminated("") && elf::string_table::terminated({"a", 2}) &&
              !elf::string_table::terminated("a"));
static_assert(elf::string_table::first_string("whole") == "whole");

TEST_CASE("elf strings: the same at run time") {
    CHECK(answers_right(table));
    CHECK(elf::string_table::first_string("whole") == "whole");
}

struct squares {
    [[nodiscard]] constexpr std::uint32_t operator[](std::uint32_t index) const noexcept { return index * index; }
    [[nodiscard]] constexpr auto begin() const noexcept { return elf::table_iterator{*this, 0}; }
    [[nodiscard]] constexpr auto end() const noexcept { return elf::table_iterator{*this, 4}; }
};
static_assert(std::forward_iterator<elf::table_iterator<squares>>);

static_assert(std::forward_iterator<decltype(squares{}.begin())>);

TEST_CASE("elf tables: walks") {
    squares const all;
    std::uint32_t sum = 0;
    for (auto const one : all) sum += one;
    CHECK(sum == 14);
    auto at = all.begin();
    CHECK(*at++ == 0);
    CHECK(*at == 1);
    CHECK(std::distance(at, all.end()) == 3);
}

// ---- numbers in either byte order ----

constexpr char numbers[] = "\x01\x02\x03\x04\x05\x06\x07\x08";
constexpr bool native_is_little = std::endian::native == std::endian::little;

constexpr bool loads_right() {
    using elf::wire::load;
    return load<std::uint8_t>(numbers, true) == 1 && load<std::uint16_t>(numbers, native_is_little) == 0x0102 &&
           load<std::uint16_t>(numbers, !native_is_little) == 0x0201 &&
           load<std::uint32_t>(numbers + 1, native_is_little) == 0x0203'0405 &&
           load<std::uint32_t>(numbers + 1, !native_is_little) == 0x0504'0302 &&
           load<std::uint64_t>(numbers, native_is_little) == 0x0102'0304'0506'0708 &&
           load<std::uint64_t>(numbers, !native_is_little) == 0x0807'0605'0403'0201;
}
static_assert(loads_right());
static_assert(elf::wire::inside(0, 0, 0) && elf::wire::inside(4, 4, 8) && !elf::wire::inside(4, 5, 8));
static_assert(!elf::wire::inside(9, 0, 8) && !elf::wire::inside(1, ~std::uint64_t{0}, 8));

TEST_CASE("elf numbers: the same at run time") { CHECK(loads_right()); }

} // namespace
