// SPDX-License-Identifier: BSL-1.0
#include <bpfxx/btf/ext.hpp>
#include <bpfxx/parsed.hpp>

#include "../elf/image.hpp"

#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace btf = bpfxx::btf;
using btf::reason;
using elf_test::bytes;

static_assert(std::forward_iterator<btf::ext_table<bpfxx::sys::info::core_relo>::iterator>);

/// One type and the strings "xdp" at 1 and "line" at 5.
std::string types_of(std::endian order) {
    bytes made{order};
    made.put(std::uint16_t{0xeb9f}).put(std::uint8_t{1}).put(std::uint8_t{0}).put(24u).put(0u).put(16u).put(16u);
    made.put(10u).put(1u).put(1u << 24).put(4u).put(0x20u).text({"\0xdp\0line\0", 10});
    return made.data();
}

struct table {
    std::uint32_t record_size = 0;
    std::vector<std::uint32_t> words{};
};

std::string ext_of(std::endian order, std::array<table, 3> const& tables, std::uint32_t header = 32) {
    bytes made{order};
    made.put(std::uint16_t{0xeb9f}).put(std::uint8_t{1}).put(std::uint8_t{0}).put(header);
    std::uint32_t at = 0;
    for (std::size_t i = 0; i != (header < 32 ? 2u : 3u); ++i) {
        auto const size = tables[i].record_size == 0 ? 0 : static_cast<std::uint32_t>(4 + 4 * tables[i].words.size());
        made.put(at).put(size);
        at += size;
    }
    made.zeroes(header < 32 ? 0 : header - 32);
    for (std::size_t i = 0; i != (header < 32 ? 2u : 3u); ++i) {
        if (tables[i].record_size == 0) continue;
        made.put(tables[i].record_size);
        for (auto const word : tables[i].words) made.put(word);
    }
    return made.data();
}

std::array<table, 3> const right{
    {{8, {1, 1, 0, 1}}, {16, {1, 2, 0, 1, 5, 1024, 16, 1, 0, 2048, 5, 1, 8, 1, 5, 7}}, {20, {1, 1, 24, 1, 5, 2, 99}}}};

TEST_CASE("btf ext: tables, sections and records in both byte orders") {
    for (std::endian const order : {std::endian::little, std::endian::big}) {
        auto const blob = types_of(order);
        auto const types = btf::view::parse(blob);
        REQUIRE(types);
        auto const text = ext_of(order, right);
        auto const ext = btf::ext_view::parse(text, *types);
        REQUIRE(ext);
        CHECK(ext->functions().size() == 1);
        CHECK(ext->lines().size() == 3);
        CHECK(ext->core().size() == 1);

        std::vector<std::string_view> names;
        std::vector<std::uint32_t> places;
        for (auto const section : ext->lines()) {
            names.push_back(section.name);
            for (std::uint32_t i = 0; i != section.records.size(); ++i) places.push_back(section.records[i].insn_off);
        }
        CHECK(names == std::vector<std::string_view>{"xdp", "line"});
        CHECK(places == std::vector<std::uint32_t>{0, 2, 1});
        CHECK(ext->lines().is_sorted());

        auto const lines = (*ext->lines().begin()).records;
        CHECK(lines[1].line_col == 2048);
        CHECK(lines[0].line_off == 5);
        CHECK(lines[2].line_col == 0);
        CHECK(lines.first_from(0) == 0);
        CHECK(lines.first_from(1) == 1);
        CHECK(lines.first_from(2) == 1);
        CHECK(lines.first_from(3) == 2);
        CHECK(lines.instruction(1) == 2);

        auto const relocation = (*ext->core().begin()).records[0];
        CHECK(relocation.insn_off == 3);
        CHECK(relocation.access_str_off == 5);
        CHECK(relocation.kind == bpfxx::sys::info::core_relo_kind::field_exists);
        CHECK(ext->functions().begin() != ext->functions().end());

        // Before CO-RE the header ended in front of it; later ones may be longer.
        auto const before = ext_of(order, right, 24);
        auto const shorter = btf::ext_view::parse(before, *types);
        REQUIRE(shorter);
        CHECK(shorter->core().empty());
        CHECK(shorter->lines().size() == 3);
        auto const later = ext_of(order, right, 40);
        auto const longer = btf::ext_view::parse(later, *types);
        REQUIRE(longer);
        CHECK(longer->core().size() == 1);
    }
}

TEST_CASE("btf ext: what is wrong") {
    auto const blob = types_of(std::endian::native);
    auto const types = btf::view::parse(blob);
    REQUIRE(types);
    auto const why = [&](std::string_view text) { return btf::ext_view::parse(text, *types).error().why; };
    auto const changed = [&](std::size_t which, table const& by) {
        auto tables = right;
        tables[which] = by;
        return why(ext_of(std::endian::native, tables));
    };
    auto const whole = ext_of(std::endian::native, right);
    CHECK(why(whole) == reason::none);
    CHECK(why({}) == reason::header_truncated);
    CHECK(why(whole.substr(0, 23)) == reason::header_truncated);
    CHECK(why(whole.substr(0, 31)) == reason::ext_header);
    CHECK(why(whole.substr(0, whole.size() - 1)) == reason::ext_table_outside);
    auto const other = std::endian::native == std::endian::little ? std::endian::big : std::endian::little;
    CHECK(why(ext_of(other, right)) == reason::ext_header);
    auto broken = whole;
    broken[2] = 2;
    CHECK(why(broken) == reason::unknown_version);
    broken = whole;
    broken[0] = 0;
    CHECK(why(broken) == reason::ext_header);

    CHECK(changed(0, {4, {1, 1, 0}}) == reason::ext_record_size);
    CHECK(changed(0, {10, {1, 1, 0, 1, 0}}) == reason::ext_record_size);
    CHECK(changed(1, {12, {1, 1, 0, 1, 5}}) == reason::ext_record_size);
    CHECK(changed(0, {8, {1}}) == reason::ext_section_truncated);
    CHECK(changed(0, {8, {1, 2, 0, 1}}) == reason::ext_section_truncated);
    CHECK(changed(0, {8, {1, 0xffff'ffff, 0, 1}}) == reason::ext_section_truncated);
    CHECK(changed(0, {8, {1, 0}}) == reason::ext_section_empty);
    CHECK(changed(0, {8, {10, 1, 0, 1}}) == reason::name_outside);
    CHECK(changed(0, {8, {1, 1, 4, 1}}) == reason::ext_instruction);
    CHECK(changed(0, {8, {1, 1, 0, 2}}) == reason::type_outside);
    CHECK(changed(0, {8, {}}) == reason::none);
    CHECK(changed(1, {16, {1, 1, 4, 1, 5, 0}}) == reason::ext_instruction);
    CHECK(changed(1, {16, {1, 2, 12, 1, 5, 0, 16, 1, 5, 0}}) == reason::ext_instruction);
    CHECK(changed(1, {16, {1, 1, 0, 10, 5, 0}}) == reason::name_outside);
    CHECK(changed(1, {16, {1, 1, 0, 1, 10, 0}}) == reason::name_outside);
    CHECK(changed(2, {16, {1, 1, 0, 2, 5, 0}}) == reason::type_outside);
    CHECK(changed(2, {16, {1, 1, 0, 1, 10, 0}}) == reason::name_outside);
    auto const error = btf::ext_view::parse(whole.substr(0, whole.size() - 1), *types).error();
    CHECK(error.offset == 24);
}

TEST_CASE("btf ext: records that are in no order") {
    auto const blob = types_of(std::endian::native);
    auto const types = btf::view::parse(blob);
    REQUIRE(types);
    auto tables = right;
    tables[1] = {16, {1, 2, 16, 1, 5, 0, 8, 1, 5, 0}};
    auto const text = ext_of(std::endian::native, tables);
    auto const ext = btf::ext_view::parse(text, *types);
    REQUIRE(ext);
    CHECK_FALSE(ext->lines().is_sorted());
    CHECK(ext->core().is_sorted());

    // Not even where the next section's are.
    tables[1] = {16, {1, 2, 16, 1, 5, 0, 8, 1, 5, 0, 1, 1, 0, 1, 5, 0}};
    auto const longer = ext_of(std::endian::native, tables);
    auto const first_only = btf::ext_view::parse(longer, *types);
    REQUIRE(first_only);
    CHECK_FALSE(first_only->lines().is_sorted());
    CHECK(btf::ext_records<bpfxx::sys::info::line_info>{}.first_from(3) == 0);
}

} // namespace
