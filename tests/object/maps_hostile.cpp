// Objects that lie about their maps and types: whatever their bytes say, they are refused, or read within their bounds
// and to an end. Each lies in a heap block of exactly its size, so that AddressSanitizer sees a read past either side.
// SPDX-License-Identifier: BSL-1.0

#include "kernel_sample.hpp"
#include "made_object.hpp"

#include <bpfxx/object/initial_values.hpp>
#include <bpfxx/object/kernel_types.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <random>
#include <string_view>
#include <vector>

namespace {

using namespace object_test;
using object::reason;

/// Maps of every origin, each with initial values where it can have some.
bytes maps_sample() {
    definition_builder<> to;
    using btf::linkage;
    auto const inner =
        to.definition("inner", {{"type", to.uint(2)}, {"value", to.ptr(to.u64)}, {"max_entries", to.uint(1)}});
    auto const outer =
        to.definition("", {{"type", to.uint(12)}, {"key_size", to.uint(4)}, {"values", to.values(inner)}});
    auto const callback = to.func_proto(to.integer, {{"", to.u64}});
    auto const tails =
        to.definition("", {{"type", to.uint(3)}, {"key", to.ptr(to.integer)}, {"values", to.values(callback)}});
    auto const arena =
        to.struct_("", 16, {{"type", to.uint(33), 0}, {"map_extra", to.enum_("", 8, {{"at", 0x1'0000'0000}}), 64}});
    to.datasec(".maps", 0,
               {{to.var("inner", inner, linkage::global), 0, 24},
                {to.var("outer", outer, linkage::global), 0, 32},
                {to.var("tails", tails, linkage::static_), 56, 32},
                {to.var("arena", arena, linkage::global), 0, 16}});
    to.datasec(".data", 0, {{to.var("datum", to.integer, linkage::global), 0, 4}});
    auto const ops = to.struct_("ops", 16, {{"call", to.ptr(callback), 0}, {"flags", to.u64, 64}});
    to.datasec("?.struct_ops.link", 0, {{to.var("ops", ops, linkage::global), 0, 16}});
    to.datasec(".kconfig", 0,
               {{to.var("CONFIG_A", to.integer, linkage::extern_), 0, 4},
                {to.var("CONFIG_B", to.u64, linkage::extern_), 0, 8}});
    object_maker made;
    made.types(to);
    auto const maps = made.data(".maps", 104);
    auto const code = made.code("xdp", 4);
    auto const data = made.data(".data", 4);
    made.data(".rodata.str1.1", 3);
    made.zeroes(".bss", elf::section_type::nobits, 64);
    auto const struct_ops = made.data("?.struct_ops.link", 16);
    made.data(".addr_space.1", 8);
    auto const first = made.symbol({.name = "inner", .section = maps});
    made.symbol({.name = "outer", .section = maps, .value = 24});
    made.symbol({.name = "arena", .section = maps, .value = 88});
    made.symbol({.name = "datum", .section = data});
    made.symbol({.name = "ops", .section = struct_ops});
    auto const program = made.symbol({.name = "program", .section = code, .value = 8, .type = elf::symbol_type::func});
    made.relocations(maps, {{40, first}, {48, first}, {72, program}});
    made.relocations(struct_ops, {{0, program}}, ".rel?.struct_ops.link");
    return made.finish();
}

class exact_copy {
  public:
    explicit exact_copy(std::string_view text) : bytes_{new char[text.size()]}, size_{text.size()} {
        std::copy(text.begin(), text.end(), bytes_.get());
    }
    [[nodiscard]] std::string_view text() const { return {bytes_.get(), size_}; }
    char& operator[](std::size_t position) { return bytes_[position]; }

  private:
    std::unique_ptr<char[]> bytes_;
    std::size_t size_;
};

/// How many of the questions had an answer.
struct taken {
    int maps = 0, values = 0, types = 0;
};

bool lies_in(std::string_view part, std::string_view file) {
    return part.empty() || (part.data() >= file.data() && part.data() + part.size() <= file.data() + file.size());
}

void check_problem(object::malformed const& problem, std::string_view file) {
    REQUIRE(problem.why != reason::none);
    REQUIRE(lies_in(problem.name, file));
    REQUIRE(object::sentence(problem) != "unknown reason");
}

std::vector<object::map_definition> read_maps(opened const& from, std::string_view file, taken& count) {
    auto const wanted = object::count_maps(from.file());
    if (!wanted) return check_problem(wanted.error(), file), std::vector<object::map_definition>{};
    std::vector<object::map_definition> maps(*wanted);
    auto const read = object::read_maps(from.file(), maps);
    if (!read) return check_problem(read.error(), file), std::vector<object::map_definition>{};
    REQUIRE(*read == maps.size());
    for (auto const& map : maps) {
        REQUIRE(lies_in(map.name, file));
        REQUIRE(lies_in(map.contents, file));
        REQUIRE(object::kernel_name(map, "hostile").view().size() <= 15);
        REQUIRE(map.section < from.file().file.section_count());
    }
    ++count.maps;
    return maps;
}

void read_values(opened const& from, std::string_view file, std::vector<object::map_definition> const& maps,
                 taken& count) {
    auto const wanted = object::count_initial_values(from.file(), maps);
    if (!wanted) return check_problem(wanted.error(), file);
    std::vector<object::initial_value> values(*wanted);
    REQUIRE(object::read_initial_values(from.file(), maps, values));
    for (auto const& value : values) {
        REQUIRE(value.map < maps.size());
        if (value.is_program) REQUIRE(from.file().file.section(value.target).size() >= (value.instruction + 1ULL) * 8);
        if (!value.is_program) REQUIRE(value.target < maps.size());
    }
    count.values += !values.empty();
}

void write_types(opened const& from, std::string_view file, btf::kernel_features const& features, taken& count) {
    if (from.file().types == nullptr) return;
    std::size_t const size = object::kernel_types_size(from.types());
    auto const storage = std::make_unique<char[]>(size); // exactly so much
    auto const written = object::write_kernel_types(from.file(), features, {storage.get(), size});
    if (!written) return check_problem(written.error(), file);
    auto const again = btf::view::parse(std::string_view{storage.get(), *written});
    REQUIRE(again);
    REQUIRE(again->type_count() >= from.types().type_count());
    ++count.types;
}

void read_whole(std::string_view file, taken& count) {
    opened const from{file};
    if (!from.valid()) return;
    read_values(from, file, read_maps(from, file, count), count);
    write_types(from, file, {}, count);
    write_types(from, file, {false, false, false, false, false, false, false, false, false}, count);
    write_types(from, file, {.data_sections = true, .wide_enums = false, .optional_sections = false}, count);
}

TEST_CASE("object hostile: the samples are read whole") {
    taken count;
    auto const maps = maps_sample();
    read_whole(exact_copy{{maps.data(), maps.size()}}.text(), count);
    CHECK(count.maps == 1);
    CHECK(count.values == 1);
    CHECK(count.types == 3);
    auto const types = kernel_sample();
    read_whole(exact_copy{{types.data(), types.size()}}.text(), count);
    CHECK(count.types == 6);
}

TEST_CASE("object hostile: cut off anywhere") {
    for (auto const& whole : {maps_sample(), kernel_sample()}) {
        taken count;
        for (std::size_t size = 0; size < whole.size(); ++size)
            read_whole(exact_copy{{whole.data(), size}}.text(), count);
        CHECK(count.maps == 0);
    }
}

TEST_CASE("object hostile: every bit changed") {
    for (auto const& whole : {maps_sample(), kernel_sample()}) {
        taken count;
        for (std::size_t position = 0; position < whole.size(); ++position) {
            for (int bit = 0; bit != 8; ++bit) {
                exact_copy copy{{whole.data(), whole.size()}};
                copy[position] = static_cast<char>(copy[position] ^ (1 << bit));
                read_whole(copy.text(), count);
            }
        }
        CHECK(count.maps > static_cast<int>(whole.size()));
        CHECK(count.maps < 8 * static_cast<int>(whole.size()));
        CHECK(count.types > static_cast<int>(whole.size()));
    }
}

TEST_CASE("object hostile: random changes, always the same ones") {
    std::mt19937 random{20'261'121};
    for (auto const& whole : {maps_sample(), kernel_sample()}) {
        taken count;
        for (int round = 0; round != 10'000; ++round) {
            exact_copy copy{{whole.data(), whole.size()}};
            for (auto left = 1 + random() % 6; left > 0; --left) {
                std::size_t const position = random() % whole.size();
                if (random() % 2 == 0) {
                    copy[position] = static_cast<char>(random());
                    continue;
                }
                // A word becomes a small number, such as an id, an offset or a section.
                std::size_t const word = std::min(position / 4 * 4, whole.size() - 4);
                std::uint32_t const value = static_cast<std::uint32_t>(random() % 64);
                for (std::size_t i = 0; i != 4; ++i) copy[word + i] = static_cast<char>(value >> (8 * i) & 0xff);
            }
            read_whole(copy.text(), count);
        }
        CHECK(count.maps > 500);
        CHECK(count.types > 500);
    }
}

} // namespace
