// Symbol tables of ELF files, and the versions of what libraries export.
// SPDX-License-Identifier: BSL-1.0
#include <bpfxx/elf/symbol.hpp>
#include <bpfxx/elf/version.hpp>

#include "image.hpp"
#include "small_object.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace elf_test;
using elf::reason;
using elf::symbol_binding;
using elf::symbol_type;

// ---- while compiling ----

template <auto const& Bytes>
constexpr auto symbols_of =
    elf::require(elf::symbols(elf::require(elf::view::parse(Bytes)), elf::section_type::symtab));

consteval elf::symbol named(elf::symbol_table const& table, std::string_view name) {
    for (auto const symbol : table)
        if (symbol.has_name(name)) return symbol;
    return {};
}

template <auto const& Bytes>
consteval bool is_right() {
    constexpr auto& table = symbols_of<Bytes>;
    constexpr auto count = named(table, "count"), twice = named(table, "twice"), counter = named(table, "counter");
    static_assert(table.size() == 8 && table.section() == 9);
    static_assert(count.type() == symbol_type::func && count.binding() == symbol_binding::global);
    static_assert(count.section() == 3u && count.size() == 0x58 && count.value() == 0 && count.index() == 4);
    static_assert(twice.binding() == symbol_binding::local && twice.section() == 2u && twice.size() == 24);
    static_assert(counter.type() == symbol_type::object && counter.name() == "counter");
    static_assert(table[1].type() == symbol_type::file && table[1].is_absolute() && !table[1].section());
    static_assert(!table[0].is_defined() && !table[0].section() && table[0].name().empty());
    static_assert(count.visibility() == elf::symbol_visibility::default_ && count.is_defined() && !count.is_common());
    static_assert(table[8].name().empty() && !table[8].is_defined());
    return true;
}
static_assert(is_right<small_object>() && is_right<small_big_endian_object>());

// ---- at run time ----

elf::malformed problem_of(bytes const& file, std::uint32_t section) {
    auto const parsed = elf::view::parse(file.data());
    REQUIRE(parsed);
    auto const table = elf::symbols(*parsed, parsed->section(section));
    CHECK_FALSE(table);
    CHECK(table->size() == 0);
    return table.error();
}

TEST_CASE("elf symbols: what is wrong with a table, and where") {
    for (std::endian const order : {std::endian::little, std::endian::big}) {
        image made{.order = order};
        made.add({".text", elf::section_type::progbits, "code"});
        auto const table = add_symbols(made, {{"one"}, {"two"}});
        auto const right = made.finish();
        auto const at = made.contents_at[table];
        auto const broken = [&](std::size_t where, auto value) {
            auto file = right;
            file.overwrite(where, value);
            return problem_of(file, table);
        };
        REQUIRE((*elf::symbols(*elf::view::parse(right.data()), elf::section_type::symtab)).size() == 3);
        CHECK((*elf::symbols(*elf::view::parse(right.data()), elf::section_type::dynsym)).size() == 0);
        CHECK(problem_of(right, 1) == elf::malformed{reason::not_a_symbol_table, 1, made.contents_at[1]});
        auto const header = made.header_at(table);
        CHECK(broken(header + 56, std::uint64_t{16}) == elf::malformed{reason::entry_size, table, at});
        CHECK(broken(header + 32, std::uint64_t{71}) == elf::malformed{reason::entry_truncated, table, at + 71});
        CHECK(broken(header + 40, std::uint32_t{1}) == elf::malformed{reason::strings_missing, table, at});
        CHECK(broken(header + 40, std::uint32_t{77}) == elf::malformed{reason::strings_missing, table, at});
        auto const strings_end = made.contents_at[table - 1] + 8;
        CHECK(broken(strings_end, std::uint8_t{'x'}) ==
              elf::malformed{reason::strings_unterminated, table - 1, strings_end});
        CHECK(broken(at + 48, std::uint32_t{9}) == elf::malformed{reason::name_outside, table, at + 48});
        CHECK(broken(at + 24 + 6, std::uint16_t{5}) == elf::malformed{reason::section_index_outside, table, at + 24});
        CHECK(broken(at + 24 + 6, std::uint16_t{0xffff}) ==
              elf::malformed{reason::long_section_indices, table, at + 24});
    }
}

TEST_CASE("elf symbols: what lies in no section") {
    image made{};
    made.add({".text", elf::section_type::progbits, "code"});
    symbol absolute{"absolute"}, common{"common"};
    absolute.section = 0xfff1;
    common.section = 0xfff2;
    add_symbols(made, {absolute, common});
    auto const file = made.finish();
    auto const parsed = elf::view::parse(file.data());
    REQUIRE(parsed);
    auto const table = elf::symbols(*parsed, elf::section_type::symtab);
    REQUIRE(table);
    CHECK((*table)[1].is_absolute());
    CHECK((*table)[2].is_common());
    for (std::uint32_t i : {1u, 2u}) {
        CHECK((*table)[i].is_defined());
        CHECK_FALSE((*table)[i].section());
    }
}

TEST_CASE("elf symbols: section numbers that 16 bits do not hold") {
    for (std::endian const order : {std::endian::little, std::endian::big}) {
        image made{.order = order};
        while (made.sections.size() != 0x10000) made.add({"extra"});
        symbol far{"far"}, near{"near"};
        far.section = 0xffff;
        near.section = 5;
        auto const table = add_symbols(made, {near, far});
        bytes indices{order};
        indices.put(std::uint32_t{0}).put(std::uint32_t{77}).put(std::uint32_t{0x10001});
        made.add({".symtab_shndx", elf::section_type::symtab_shndx, indices.data(), table, 0, 4});
        auto const shndx = static_cast<std::uint32_t>(made.sections.size());
        auto file = made.finish();
        auto const parsed = elf::view::parse(file.data());
        REQUIRE(parsed);
        auto const all = elf::symbols(*parsed, parsed->section(table));
        REQUIRE(all);
        CHECK((*all)[1].section() == 5u);
        CHECK((*all)[2].section() == 0x10001u);

        file.overwrite(made.contents_at[shndx] + 8, std::uint32_t{0x10005});
        CHECK(problem_of(file, table).why == reason::section_index_outside);
        file.overwrite(made.header_at(shndx) + 32, std::uint64_t{11});
        CHECK(problem_of(file, table).why == reason::long_section_indices);
        file.overwrite(made.header_at(shndx) + 32, std::uint64_t{12});
        CHECK(problem_of(file, table).why == reason::section_index_outside);
        file.overwrite(made.header_at(shndx) + 40, table + 1);
        CHECK(problem_of(file, table).why == reason::long_section_indices);
    }
}

// ---- versions ----

struct versioned {
    image made;
    std::uint32_t table, strings, indices, definitions;
    bytes file;
};

/// Symbols 1 and 2 have the versions V1, not default, and V2, default; 3 has none.
versioned make_versions(std::endian order) {
    image made{.order = order};
    made.add({".text", elf::section_type::progbits, "code"});
    auto const table = add_symbols(made, {{"same"}, {"same"}, {"plain"}}, true);
    bytes names{order}, indices{order}, definitions{order};
    names.zeroes(1).text("lib.so").zeroes(1).text("V1").zeroes(1).text("V2").zeroes(1);
    auto const strings = made.add({".verstr", elf::section_type::strtab, names.data()});
    for (unsigned const index : {0u, 0x8002u, 3u, 1u}) indices.put(static_cast<std::uint16_t>(index));
    auto const define = [&](unsigned flags, unsigned index, std::uint32_t name, std::uint32_t next) {
        for (unsigned const half : {1u, flags, index, 1u}) definitions.put(static_cast<std::uint16_t>(half));
        definitions.put(std::uint32_t{0}).put(std::uint32_t{20}).put(next).put(name).put(std::uint32_t{0});
    };
    define(1, 1, 1, 28);
    define(0, 2, 8, 28);
    define(0, 3, 11, 0);
    auto const versym = made.add({".gnu.version", elf::section_type::gnu_versym, indices.data(), table, 0, 2});
    auto const verdef = made.add({".gnu.version_d", elf::section_type::gnu_verdef, definitions.data(), strings, 3});
    auto const file = made.finish();
    return {made, table, strings, versym, verdef, file};
}

TEST_CASE("elf versions: a symbol's version, default or not") {
    for (std::endian const order : {std::endian::little, std::endian::big}) {
        auto const sample = make_versions(order);
        auto const file = elf::view::parse(sample.file.data());
        auto const table = elf::symbols(*file, elf::section_type::dynsym);
        auto const versions = elf::versions(*file, *table);
        REQUIRE(versions);
        CHECK(versions->of(1) == elf::symbol_version{"V1", false});
        CHECK(versions->of(2) == elf::symbol_version{"V2", true});
        CHECK(versions->of(3) == elf::symbol_version{"", true});
        CHECK(versions->of(0) == elf::symbol_version{"", true});
        CHECK(versions->of(4) == elf::symbol_version{"", true});
        CHECK(elf::symbol_versions{}.of(1) == elf::symbol_version{"", true});
    }
}

TEST_CASE("elf versions: what is wrong with them, and where") {
    auto const sample = make_versions(std::endian::little);
    auto const read = [](bytes const& bytes) {
        auto const file = elf::view::parse(bytes.data());
        auto const table = elf::symbols(*file, elf::section_type::dynsym);
        return elf::versions(*file, *table);
    };
    auto const broken = [&](std::size_t where, auto value) {
        auto file = sample.file;
        file.overwrite(where, value);
        return read(file).error();
    };
    auto const at = sample.made.contents_at[sample.definitions];
    CHECK(broken(sample.made.header_at(sample.indices) + 32, std::uint64_t{7}) ==
          elf::malformed{reason::versions_truncated, sample.indices, sample.made.contents_at[sample.indices]});
    CHECK(broken(at + 12, std::uint32_t{77}) == elf::malformed{reason::versions_truncated, sample.definitions, at});
    CHECK(broken(at + 16, std::uint32_t{84}) == elf::malformed{reason::versions_truncated, sample.definitions, at});
    CHECK(broken(at + 28 + 16, std::uint32_t{50}) ==
          elf::malformed{reason::versions_truncated, sample.definitions, at + 28 + 50});
    CHECK(broken(at + 28 + 16, std::uint32_t{56}) ==
          elf::malformed{reason::versions_truncated, sample.definitions, at + 28});
    CHECK(broken(at + 20, std::uint32_t{14}) == elf::malformed{reason::name_outside, sample.definitions, at});
    CHECK(broken(sample.made.header_at(sample.definitions) + 40, std::uint32_t{1}).why == reason::strings_missing);

    // Versions of another table say nothing of this one.
    auto file = sample.file;
    file.overwrite(sample.made.header_at(sample.indices) + 40, std::uint32_t{1});
    auto const none = read(file);
    REQUIRE(none);
    CHECK(none->of(1).name.empty());
    // A definition that is marked as the library's own name is no version.
    file = sample.file;
    file.overwrite(at + 28 + 2, std::uint16_t{1});
    CHECK((*read(file)).of(1).name.empty());
}

} // namespace
