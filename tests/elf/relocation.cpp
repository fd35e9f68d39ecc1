// Relocations and notes of ELF files.
// SPDX-License-Identifier: BSL-1.0
#include <bpfxx/elf/note.hpp>
#include <bpfxx/elf/relocation.hpp>

#include "image.hpp"
#include "small_object.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace elf_test;
using elf::reason;
using elf::relocation;

// ---- while compiling ----

template <auto const& Bytes>
consteval bool is_right() {
    constexpr auto file = elf::require(elf::view::parse(Bytes));
    constexpr auto table = elf::require(elf::relocations(file, *file.find(".relsocket")));
    static_assert(table.size() == 3 && table.target() == 3 && table.symbols() == 9);
    static_assert(table[0] == relocation{0, 1, 5} && table[1] == relocation{0x18, 10, 2});
    static_assert(table[2] == relocation{0x20, 1, 6} && table[3] == relocation{});
    constexpr auto symbols = elf::require(elf::symbols(file, file.section(table.symbols())));
    static_assert(symbols[table[0].symbol].has_name("step"));
    return true;
}
static_assert(is_right<small_object>() && is_right<small_big_endian_object>());

// ---- relocations at run time ----

struct relocated {
    image made;
    std::uint32_t symbols = 0, table = 0;

    explicit relocated(std::endian order, elf::file_type type, bool with_addends) {
        made.order = order;
        made.type = type;
        made.add({".text", elf::section_type::progbits, std::string(16, 'c')});
        symbols = add_symbols(made, {{"one"}, {"two"}});
        bytes all{order};
        for (std::uint64_t i : {1u, 2u}) {
            all.put(i * 8 - 1).put(i << 32 | 0x7700'0000u | i);
            if (with_addends) all.put(std::int64_t{-5});
        }
        auto const kind = with_addends ? elf::section_type::rela : elf::section_type::rel;
        table = made.add({".relocations", kind, all.data(), symbols, 1, with_addends ? 24u : 16u});
    }
};

auto read(bytes const& file, std::uint32_t section) {
    auto const parsed = elf::view::parse(file.data());
    REQUIRE(parsed);
    return elf::relocations(*parsed, parsed->section(section));
}

TEST_CASE("elf relocations: with and without addends, in both byte orders") {
    for (std::endian const order : {std::endian::little, std::endian::big}) {
        relocated without{order, elf::file_type::relocatable, false}, with{order, elf::file_type::relocatable, true};
        auto const plain_file = without.made.finish(), file = with.made.finish();
        auto const plain = read(plain_file, without.table), table = read(file, with.table);
        REQUIRE(plain);
        REQUIRE(table);
        std::uint32_t i = 0;
        for (auto const one : *plain) {
            ++i;
            CHECK(one == relocation{i * 8 - 1, 0x7700'0000 | i, i, std::nullopt});
            CHECK((*table)[i - 1] == relocation{i * 8 - 1, 0x7700'0000 | i, i, -5});
        }
        CHECK(i == 2);
        CHECK(table->size() == 2);
    }
}

TEST_CASE("elf relocations: what is wrong with them, and where") {
    relocated sample{std::endian::little, elf::file_type::relocatable, true};
    auto const right = sample.made.finish();
    auto const header = sample.made.header_at(sample.table), at = sample.made.contents_at[sample.table];
    auto const broken = [&](std::size_t where, auto value) {
        auto file = right;
        file.overwrite(where, value);
        return read(file, sample.table).error();
    };
    auto const table = sample.table;
    CHECK(read(right, 1).error() == elf::malformed{reason::not_relocations, 1, sample.made.contents_at[1]});
    CHECK(broken(header + 56, std::uint64_t{16}) == elf::malformed{reason::entry_size, table, at});
    CHECK(broken(header + 32, std::uint64_t{47}) == elf::malformed{reason::entry_truncated, table, at + 47});
    CHECK(broken(header + 40, std::uint32_t{1}) == elf::malformed{reason::not_a_symbol_table, table, at});
    CHECK(broken(header + 40, std::uint32_t{99}) == elf::malformed{reason::not_a_symbol_table, table, at});
    CHECK(broken(header + 40, std::uint32_t{0}) == elf::malformed{reason::symbol_index_outside, table, at});
    CHECK(broken(header + 44, std::uint32_t{99}) == elf::malformed{reason::section_index_outside, table, at});
    CHECK(broken(header + 44, std::uint32_t{0}) == elf::malformed{reason::section_index_outside, table, at});
    CHECK(broken(at + 24 + 12, std::uint32_t{3}) == elf::malformed{reason::symbol_index_outside, table, at + 24});
    CHECK(broken(at + 24, std::uint64_t{16}) == elf::malformed{reason::relocation_outside, table, at + 24});
}

TEST_CASE("elf relocations: in a file that is linked they are addresses and need no section") {
    relocated sample{std::endian::little, elf::file_type::shared, true};
    auto file = sample.made.finish();
    auto const header = sample.made.header_at(sample.table), at = sample.made.contents_at[sample.table];
    file.overwrite(at, std::uint64_t{0x7fff'0000});
    file.overwrite(header + 44, std::uint32_t{0});
    auto const table = read(file, sample.table);
    REQUIRE(table);
    CHECK((*table)[0].offset == 0x7fff'0000);
    CHECK(table->target() == 0);
    // Without a symbol table there may be relocations that name no symbol.
    for (std::size_t entry : {0u, 24u}) file.overwrite(at + entry + 12, std::uint32_t{0});
    file.overwrite(header + 40, std::uint32_t{0});
    CHECK(read(file, sample.table));
}

// ---- notes ----

auto notes_of(bytes const& file) {
    auto const parsed = elf::view::parse(file.data());
    REQUIRE(parsed);
    return elf::notes(*parsed, parsed->section(1));
}

struct expected_note {
    std::string_view owner;
    std::uint32_t type;
    std::string_view descriptor;
};

void check_notes(bytes const& file, std::vector<expected_note> const& expected) {
    auto const notes = notes_of(file);
    REQUIRE(notes);
    std::size_t i = 0;
    for (auto const note : *notes) {
        REQUIRE(i != expected.size());
        CHECK(note.owner == expected[i].owner);
        CHECK(note.type == expected[i].type);
        CHECK(note.descriptor == expected[i++].descriptor);
    }
    CHECK(i == expected.size());
}

bytes note_file(bytes const& contents, std::uint64_t alignment = 4, elf::section_type type = elf::section_type::note) {
    image made{.order = contents.order()};
    made.add({".note", type, contents.data(), 0, 0, 0, 0, alignment});
    return made.finish();
}

bytes two_notes(std::endian order) {
    bytes made{order};
    made.put(std::uint32_t{4}).put(std::uint32_t{5}).put(std::uint32_t{3}).text("GNU").zeroes(1).text("build").align(4);
    made.put(std::uint32_t{6}).put(std::uint32_t{2}).put(std::uint32_t{7}).text("Linux").zeroes(1).align(4).text("ok");
    return made;
}

TEST_CASE("elf notes: with padding to 4 bytes, which the last may lack") {
    for (std::endian const order : {std::endian::little, std::endian::big})
        check_notes(note_file(two_notes(order)), {{"GNU", 3, "build"}, {"Linux", 7, "ok"}});
    check_notes(note_file(bytes{}), {});
    bytes none;
    none.zeroes(12);
    check_notes(note_file(none), {{"", 0, ""}});
}

TEST_CASE("elf notes: with padding to 8 bytes") {
    bytes made;
    made.put(std::uint32_t{4}).put(std::uint32_t{12}).put(std::uint32_t{5}).text("GNU").zeroes(1);
    made.text("twelve bytes").align(8);
    made.put(std::uint32_t{5}).put(std::uint32_t{1}).put(std::uint32_t{6}).text("five").zeroes(1).align(8).text("1");
    check_notes(note_file(made, 8), {{"GNU", 5, "twelve bytes"}, {"five", 6, "1"}});
}

TEST_CASE("elf notes: that reach too far are refused where they start") {
    auto const right = two_notes(std::endian::little);
    auto const start = 64u;
    auto const broken = [&](std::size_t where, std::uint32_t value) {
        auto contents = right;
        contents.overwrite(where, value);
        return notes_of(note_file(contents)).error();
    };
    CHECK(broken(0, 0xffff'ffff) == elf::malformed{reason::note_truncated, 1, start});
    CHECK(broken(4, 0xffff'ffff) == elf::malformed{reason::note_truncated, 1, start});
    CHECK(broken(28, 3 + 8) == elf::malformed{reason::note_truncated, 1, start + 24});
    bytes rest;
    rest.zeroes(12).zeroes(11);
    CHECK(notes_of(note_file(rest)).error() == elf::malformed{reason::note_truncated, 1, start + 12});
    CHECK(notes_of(note_file(right, 4, elf::section_type::progbits)).error() ==
          elf::malformed{reason::not_notes, 1, start});
}

} // namespace
