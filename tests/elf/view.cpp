// Headers of ELF files, while compiling and at run time.
// SPDX-License-Identifier: BSL-1.0
#include <bpfxx/elf/malformed.hpp>
#include <bpfxx/elf/section.hpp>
#include <bpfxx/elf/segment.hpp>
#include <bpfxx/elf/view.hpp>

#include "image.hpp"
#include "small_object.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace elf_test;
using elf::reason;

// ---- while compiling ----

constexpr auto small = elf::require(elf::view::parse(small_object));
static_assert(small.type() == elf::file_type::relocatable && small.machine() == elf::machine::bpf);
static_assert(small.section_count() == 10 && small.segment_count() == 0);
static_assert(small.find("license")->contents() == std::string_view{"GPL", 4});
static_assert(small.find("socket")->is_code() && small.find("socket")->size() == 0x58);
static_assert(small.find(".bss")->contents().empty() && small.find(".bss")->size() == 4);
static_assert(!small.find("sock") && !small.find("socket2") && !small.find(std::string_view{"license\0.rodata", 15}));
static_assert(small.is_swapped() == (std::endian::native == std::endian::big));

constexpr auto small_big = elf::require(elf::view::parse(small_big_endian_object));
static_assert(small_big.machine() == elf::machine::bpf && small_big.section_count() == 10);
static_assert(small_big.find("license")->contents() == std::string_view{"GPL", 4});
static_assert(small_big.find(".rodata")->contents() == std::string_view{"\0\0\0\7", 4});
static_assert(small_big.is_swapped() != small.is_swapped());

consteval std::uint64_t sum_of_sizes(elf::view const& file) {
    std::uint64_t sum = 0;
    for (auto const section : file.sections()) sum += section.contents().size();
    return sum;
}
static_assert(sum_of_sizes(small) == 0x77 + 0x18 + 0x58 + 0x30 + 4 + 4 + 3 + 0xc0);
static_assert(sum_of_sizes(small_big) == sum_of_sizes(small));

constexpr bool refused(std::string_view file, reason why) { return elf::view::parse(file).error().why == why; }
static_assert(refused("", reason::header_truncated));
static_assert(refused("\x7f"
                      "EL",
                      reason::header_truncated));
static_assert(refused("!<arch>\n", reason::not_elf));
static_assert(refused({small_object, 63}, reason::header_truncated));
static_assert(refused({small_object, sizeof small_object - 2}, reason::sections_outside));

// ---- at run time ----

image sample(std::endian order) {
    image made{.order = order};
    made.add({".text", elf::section_type::progbits, std::string(32, 'c'), 0, 0, 0, 0x1000, 16,
              elf::section_flags::alloc | elf::section_flags::execinstr});
    made.add({".bss", elf::section_type::nobits, std::string(64, 'b'), 0, 0, 0, 0x3000});
    made.add({".debug_info", elf::section_type::progbits, "zip", 0, 0, 0, 0, 1, elf::section_flags::compressed});
    made.segments = {{0x100, 0x1000, 0x20, 0x20}, {0x180, 0x2000, 0x8, 0x1000, 6}};
    return made;
}

elf::malformed problem_of(bytes const& file) {
    auto const parsed = elf::view::parse(file.data());
    CHECK_FALSE(parsed);
    return parsed.error();
}

TEST_CASE("elf view: sections and segments in both byte orders") {
    for (std::endian const order : {std::endian::little, std::endian::big}) {
        image made = sample(order);
        auto const file = made.finish();
        auto const parsed = elf::view::parse(std::as_bytes(std::span{file.data()}));
        REQUIRE(parsed);
        CHECK(parsed->is_swapped() == (order != std::endian::native));
        CHECK(parsed->type() == elf::file_type::shared);
        CHECK(parsed->machine() == elf::machine::x86_64);
        CHECK(parsed->bytes().data() == file.data().data());
        REQUIRE(parsed->section_count() == 5);

        auto const text = parsed->section(1);
        CHECK(text.index() == 1);
        CHECK(text.name() == ".text");
        CHECK(text.contents() == std::string(32, 'c'));
        CHECK(text.file_offset() == made.contents_at[1]);
        CHECK(text.address() == 0x1000);
        CHECK(text.alignment() == 16);
        CHECK(text.is_code());
        CHECK_FALSE(text.is_compressed());
        CHECK(parsed->section(2).size() == 64);
        CHECK(parsed->section(2).contents().empty());
        CHECK(parsed->section(3).is_compressed());
        CHECK(parsed->section(3).contents() == "zip");
        CHECK(parsed->section(4).name() == ".shstrtab");
        CHECK(parsed->section(0).type() == elf::section_type::null);
        CHECK(parsed->section(5).name().empty());
        CHECK(parsed->find(elf::section_type::nobits)->index() == 2);
        CHECK_FALSE(parsed->find(elf::section_type::symtab));

        std::uint32_t walked = 0;
        for (auto const section : parsed->sections()) CHECK(section.index() == walked++);
        CHECK(walked == 5);
    }
}

TEST_CASE("elf view: headers that were read ahead") {
    for (std::endian const order : {std::endian::little, std::endian::big}) {
        image made = sample(order);
        auto const file = made.finish();
        auto const parsed = elf::view::parse(file.data());
        REQUIRE(parsed);
        std::vector<elf::wire::section_header> headers;
        for (std::uint32_t index = 0; index != parsed->section_count(); ++index)
            headers.push_back(parsed->header(index));
        CHECK(parsed->header(5).size == 0);
        headers[1].info = 17; // told apart by that
        auto const ahead = parsed->with_headers(headers);
        CHECK(ahead.section(1).info() == 17);
        CHECK(ahead.section(1).contents() == std::string(32, 'c'));
        CHECK(ahead.section(3).name() == ".debug_info");
        CHECK(ahead.find(".bss")->index() == 2);
        CHECK_FALSE(ahead.find(".nothing"));
        CHECK(ahead.section(5).name().empty());
        // Those of another file are not looked at.
        headers.pop_back();
        CHECK(parsed->with_headers(headers).section(1).info() == 0);
    }
}

TEST_CASE("elf view: where an address lies in the file") {
    image made = sample(std::endian::little);
    auto const file = made.finish();
    auto const parsed = elf::view::parse(file.data());
    REQUIRE(parsed);
    REQUIRE(parsed->segment_count() == 2);
    CHECK(parsed->segment(0).is_executable());
    CHECK_FALSE(parsed->segment(0).is_writable());
    CHECK(parsed->segment(1).is_writable());
    CHECK(parsed->segment(2).type() == elf::segment_type::null);
    CHECK_FALSE(parsed->file_offset(0xfff));
    CHECK(parsed->file_offset(0x1000) == 0x100);
    CHECK(parsed->file_offset(0x101f) == 0x11f);
    CHECK_FALSE(parsed->file_offset(0x1020));
    CHECK(parsed->file_offset(0x2007) == 0x187);
    CHECK_FALSE(parsed->file_offset(0x2008)); // zeroes that are in memory only
    std::uint32_t walked = 0;
    for (auto const segment : parsed->segments()) walked += segment.type() == elf::segment_type::load;
    CHECK(walked == 2);
}

TEST_CASE("elf view: an address that a segment maps from beyond the file, or that overflows, is nowhere") {
    image made = sample(std::endian::little);
    made.segments = {{0x1'0000'0000, 0x1000, 0x20, 0x20},
                     {~std::uint64_t{0} - 1, 0x2000, 0x20, 0x20},
                     {0x40, 0x3000, 4, 4, 4, elf::segment_type::note}};
    auto const file = made.finish();
    auto const parsed = elf::view::parse(file.data());
    REQUIRE(parsed);
    CHECK_FALSE(parsed->file_offset(0x1000));
    CHECK_FALSE(parsed->file_offset(0x2008));
    CHECK_FALSE(parsed->file_offset(0x3000));
}

TEST_CASE("elf view: more sections and segments than 16 bits count") {
    for (std::endian const order : {std::endian::little, std::endian::big}) {
        image made = sample(order);
        constexpr std::uint32_t many = 0x10123;
        while (made.sections.size() != many) made.add({"extra", elf::section_type::progbits, "x"});
        made.segments.resize(0x10007, made.segments[0]);
        auto file = made.finish();
        auto const parsed = elf::view::parse(file.data());
        REQUIRE(parsed);
        CHECK(parsed->section_count() == many + 2);
        CHECK(parsed->section(many).name() == "extra");
        CHECK(parsed->section(many + 1).name() == ".shstrtab");
        CHECK(parsed->segment_count() == 0x10007);

        file.overwrite(made.header_at(0) + 32, std::uint64_t{many + 3});
        CHECK(problem_of(file) == elf::malformed{reason::sections_outside, elf::no_section, 40});
        file.overwrite(made.header_at(0) + 32, ~std::uint64_t{0});
        CHECK(problem_of(file) == elf::malformed{reason::sections_outside, elf::no_section, 40});
    }
}

TEST_CASE("elf view: section 0 is empty, whatever its header says") {
    for (std::endian const order : {std::endian::little, std::endian::big}) {
        image made = sample(order);
        auto file = made.finish();
        file.overwrite(made.header_at(0) + 4, elf::section_type::strtab);
        file.overwrite(made.header_at(0) + 24, std::uint64_t{1} << 40);
        file.overwrite(made.header_at(0) + 32, std::uint64_t{64});
        auto const parsed = elf::view::parse(file.data());
        REQUIRE(parsed);
        CHECK(parsed->section(0).type() == elf::section_type::null);
        CHECK(parsed->section(0).contents().empty());
        CHECK(parsed->section(0).size() == 0);
    }
}

TEST_CASE("elf view: a file without section headers has its segments") {
    image made = sample(std::endian::little);
    auto file = made.finish();
    file.overwrite(40, std::uint64_t{0});
    CHECK(problem_of(file).why == reason::sections_outside);
    file.overwrite(60, std::uint16_t{0});
    CHECK(problem_of(file) == elf::malformed{reason::section_names, elf::no_section, 62});
    file.overwrite(62, std::uint16_t{0});
    auto const parsed = elf::view::parse(file.data());
    REQUIRE(parsed);
    CHECK(parsed->section_count() == 0);
    CHECK(parsed->section(0).contents().empty());
    CHECK_FALSE(parsed->find(".text"));
    CHECK(parsed->file_offset(0x1000) == 0x100);
}

TEST_CASE("elf view: what is wrong with a header, and where") {
    image made = sample(std::endian::big);
    auto const right = made.finish();
    auto const broken = [&](std::size_t at, auto value) {
        auto file = right;
        file.overwrite(at, value);
        return problem_of(file);
    };
    using u8 = std::uint8_t;
    using u16 = std::uint16_t;
    using u32 = std::uint32_t;
    using u64 = std::uint64_t;
    constexpr u32 none = elf::no_section;
    CHECK(broken(1, u8{'e'}) == elf::malformed{reason::not_elf, none, 0});
    CHECK(broken(4, u8{1}) == elf::malformed{reason::not_64_bit, none, 4});
    CHECK(broken(4, u8{3}) == elf::malformed{reason::not_elf, none, 4});
    CHECK(broken(5, u8{0}) == elf::malformed{reason::unknown_byte_order, none, 5});
    CHECK(broken(5, u8{3}) == elf::malformed{reason::unknown_byte_order, none, 5});
    CHECK(broken(6, u8{2}) == elf::malformed{reason::unknown_version, none, 6});
    CHECK(broken(20, u32{2}) == elf::malformed{reason::unknown_version, none, 20});
    CHECK(broken(32, u64{right.data().size() - 111}) == elf::malformed{reason::segments_outside, none, 32});
    CHECK(broken(32, ~u64{0}) == elf::malformed{reason::segments_outside, none, 32});
    CHECK(broken(40, u64{right.data().size() - 63}) == elf::malformed{reason::sections_outside, none, 40});
    CHECK(broken(40, ~u64{0}) == elf::malformed{reason::sections_outside, none, 40});
    CHECK(broken(54, u16{32}) == elf::malformed{reason::segment_header_size, none, 54});
    CHECK(broken(58, u16{40}) == elf::malformed{reason::section_header_size, none, 58});
    CHECK(broken(60, u16{6}) == elf::malformed{reason::sections_outside, none, 40});
    CHECK(broken(62, u16{5}) == elf::malformed{reason::section_names, none, 62});
    CHECK(broken(62, u16{1}) == elf::malformed{reason::section_names, 1, 62});
    CHECK(broken(made.header_at(1), u32{1000}) == elf::malformed{reason::section_name_outside, 1, made.header_at(1)});
    CHECK(broken(made.header_at(3) + 24, ~u64{0}) == elf::malformed{reason::section_outside, 3, made.header_at(3)});
    CHECK(broken(made.header_at(3) + 32, ~u64{0}) == elf::malformed{reason::section_outside, 3, made.header_at(3)});
    CHECK(broken(made.header_at(4) + 32, u64{1 << 20}) ==
          elf::malformed{reason::section_outside, 4, made.header_at(4)});
    auto const end = made.contents_at[4] + std::string_view{"\0.text\0.bss\0.debug_info\0.shstrtab\0", 34}.size();
    CHECK(broken(end - 1, u8{'x'}) == elf::malformed{reason::strings_unterminated, 4, end - 1});
}

TEST_CASE("elf view: the size of what has no bytes in the file may be anything") {
    image made = sample(std::endian::little);
    auto file = made.finish();
    file.overwrite(made.header_at(2) + 24, ~std::uint64_t{0});
    file.overwrite(made.header_at(2) + 32, ~std::uint64_t{0});
    auto const parsed = elf::view::parse(file.data());
    REQUIRE(parsed);
    CHECK(parsed->section(2).size() == ~std::uint64_t{0});
    CHECK(parsed->section(2).contents().empty());
    CHECK(parsed->section(2).file_offset() == 0);
}

TEST_CASE("elf view: every reason has a sentence of its own") {
    for (int i = 0; i <= static_cast<int>(reason::probe_note); ++i) {
        CHECK(elf::sentence(reason(i)) != "unknown reason");
        for (int j = 0; j != i; ++j) CHECK(elf::sentence(reason(i)) != elf::sentence(reason(j)));
    }
    CHECK(elf::sentence(reason(200)) == "unknown reason");
}

} // namespace
