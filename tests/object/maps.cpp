// The maps of an object: definitions in .maps, data sections, .kconfig, struct_ops, arenas; and what is refused of them.
// SPDX-License-Identifier: BSL-1.0

#include "made_object.hpp"

#include <bpfxx/object/heap_sort.hpp>
#include <bpfxx/object/kconfig_layout.hpp>
#include <bpfxx/object/map_definition.hpp>
#include <bpfxx/object/map_members.hpp>
#include <bpfxx/object/maps.hpp>
#include <bpfxx/object/typed_sections.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace object_test;
using bpfxx::map_flags;
using bpfxx::map_type;
using object::map_definition;
using object::map_origin;
using object::map_pinning;
using object::reason;

/// One definition, in a section of its own, built by `make`, which gives the type of the variable.
struct one_map {
    std::uint32_t size = 64;
    std::uint32_t section_size = 64;
    btf::linkage linkage = btf::linkage::global;
    elf::symbol_visibility visibility = elf::symbol_visibility::default_;
    bool has_symbol = true;
    std::uint64_t value = 0;
};

template <class Make>
constexpr bytes object_with(Make make, one_map shape = {}) {
    definition_builder<> to;
    auto const type = make(to);
    to.datasec(".maps", 0, {{to.var("m", type, shape.linkage), 0, shape.size}});
    object_maker made;
    made.types(to);
    auto const maps = made.data(".maps", shape.section_size);
    if (shape.has_symbol)
        made.symbol({.name = "m", .section = maps, .value = shape.value, .visibility = shape.visibility});
    return made.finish();
}

struct answer {
    object::malformed problem{};
    std::vector<map_definition> maps{};
    bytes file{};
};

answer read(bytes file) {
    answer made{.file = std::move(file)};
    opened const from{made.file};
    REQUIRE(from.valid());
    auto const count = object::count_maps(from.file());
    if (!count) {
        made.problem = count.error();
        std::array<map_definition, 1> none;
        CHECK(object::read_maps(from.file(), none).error() == count.error());
        return made;
    }
    made.maps.resize(*count);
    auto const read = object::read_maps(from.file(), made.maps);
    made.problem = read.error();
    if (read) CHECK(*read == *count);
    if (!read) made.maps.clear();
    if (*count != 0) {
        std::vector<map_definition> fewer(*count - 1);
        CHECK(object::read_maps(from.file(), fewer).error().why == reason::storage_too_small);
    }
    return made;
}

using definitions = definition_builder<>;

/// What is wrong with one definition, and with which of its members.
struct complaint {
    reason why;
    std::string name;
    friend bool operator==(complaint const&, complaint const&) = default;
};
std::ostream& operator<<(std::ostream& to, complaint const& one) {
    return to << object::sentence({one.why}) << " [" << one.name << "]";
}
template <class Make>
complaint complaint_of(Make make, one_map shape = {}) {
    auto const found = read(object_with(make, shape));
    return {found.problem.why, std::string{found.problem.name}};
}
template <class Make>
map_definition one(Make make, one_map shape = {}) {
    auto const found = read(object_with(make, shape));
    INFO(object::sentence(found.problem));
    REQUIRE(found.maps.size() == 1);
    return found.maps[0];
}

TEST_CASE("maps: every member of a definition") {
    auto const found = one([](definitions& to) {
        return to.definition("", {{"type", to.uint(1)},
                                  {"max_entries", to.uint(7)},
                                  {"map_flags", to.uint(0x5)},
                                  {"numa_node", to.uint(3)},
                                  {"key", to.ptr(to.typedef_("number", to.integer))},
                                  {"value", to.ptr(to.array(to.u64, to.integer, 3))},
                                  {"pinning", to.uint(1)},
                                  {"map_extra", to.uint(9)}});
    });
    CHECK(found.type == map_type::hash);
    CHECK(found.max_entries == 7);
    CHECK(found.flags == (map_flags::no_prealloc | map_flags::numa_node));
    CHECK(found.numa_node == 3);
    CHECK(found.key_size == 4);
    CHECK(found.value_size == 24);
    CHECK(number(found.key_type) != 0);
    CHECK(number(found.value_type) != 0);
    CHECK(found.key_type != found.value_type);
    CHECK(found.pinning == map_pinning::by_name);
    CHECK(found.map_extra == 9);
    CHECK(found.origin == map_origin::definition);
    CHECK(found.created);
    CHECK(found.size == 64);
    CHECK(!found.inner);
    CHECK(!found.is_data());
    CHECK(!found.is_frozen());
}

TEST_CASE("maps: sizes alone, sizes beside types, aliases of the struct and of the members") {
    auto const sizes = one([](definitions& to) {
        return to.definition("", {{"type", to.uint(1)}, {"key_size", to.uint(12)}, {"value_size", to.uint(20)}});
    });
    CHECK(sizes.key_size == 12);
    CHECK(sizes.value_size == 20);
    CHECK(sizes.key_type == btf::void_id);
    CHECK(sizes.value_type == btf::void_id);
    CHECK(!sizes.numa_node);
    CHECK(sizes.max_entries == 0);

    auto const both = one([](definitions& to) {
        auto const plain = to.definition("", {{"type", to.typedef_("u", to.uint(2))},
                                              {"key", to.ptr(to.integer)},
                                              {"key_size", to.uint(4)},
                                              {"value_size", to.uint(8)},
                                              {"value", to.ptr(to.u64)}});
        return to.volatile_(to.typedef_("definition", to.const_(plain)));
    });
    CHECK(both.type == map_type::array);
    CHECK(both.key_size == 4);
    CHECK(both.value_size == 8);
}

TEST_CASE("maps: __ulong, wide and narrow") {
    auto const with = [](std::int64_t value, bool twice = false) {
        return [=](definitions& to) {
            auto const type =
                twice ? to.enum_("", 8, {{"one", value}, {"two", value}}) : to.enum_("", 8, {{"one", value}});
            return to.struct_("", 64, {{"type", to.uint(33), 0}, {"map_extra", type, 64}});
        };
    };
    CHECK(one(with(0x1000'0000'0000)).map_extra == 0x1000'0000'0000);
    CHECK(one(with(5)).map_extra == 5);
    CHECK(complaint_of(with(5, true)) == complaint{reason::map_member_type, "map_extra"});
}

TEST_CASE("maps: what a definition says wrongly is refused by the member's name") {
    using part = definitions::part;
    auto const with = [](std::function<part(definitions&)> add, std::uint32_t type = 1) {
        return complaint_of([&](definitions& to) { return to.definition("", {{"type", to.uint(type)}, add(to)}); });
    };
    CHECK(with([](definitions& to) { return part{"colour", to.uint(1)}; }) ==
          complaint{reason::map_member_unknown, "colour"});
    CHECK(with([](definitions& to) { return part{"", to.uint(1)}; }) == complaint{reason::map_member_unknown, ""});
    // __uint: no pointer, a pointer to no array.
    for (char const* name : {"type", "max_entries", "map_flags", "numa_node", "key_size", "value_size", "pinning"}) {
        CHECK(with([&](definitions& to) { return part{name, to.u64}; }) == complaint{reason::map_member_type, name});
        CHECK(with([&](definitions& to) { return part{name, to.ptr(to.u64)}; }) ==
              complaint{reason::map_member_type, name});
    }
    CHECK(with([](definitions& to) { return part{"map_extra", to.ptr(to.u64)}; }) ==
          complaint{reason::map_member_type, "map_extra"});
    // __type: no pointer, a pointer to what has no size, one to what is too large.
    for (char const* name : {"key", "value"}) {
        CHECK(with([&](definitions& to) { return part{name, to.u64}; }) == complaint{reason::map_member_type, name});
        CHECK(with([&](definitions& to) { return part{name, to.ptr(btf::void_id)}; }) ==
              complaint{reason::map_type_size, name});
        CHECK(with([&](definitions& to) { return part{name, to.ptr(to.fwd("later"))}; }) ==
              complaint{reason::map_type_size, name});
        CHECK(with([&](definitions& to) { return part{name, to.ptr(to.array(to.u64, to.integer, 0x2000'0000))}; }) ==
              complaint{reason::map_type_size, name});
    }
    CHECK(with([](definitions& to) { return part{"pinning", to.uint(2)}; }) ==
          complaint{reason::map_pinning, "pinning"});
    CHECK(with([](definitions& to) { return part{"max_entries", to.uint(2)}; }, 0) ==
          complaint{reason::map_without_type, "m"});
}

TEST_CASE("maps: sizes that disagree") {
    auto const with = [](char const* name, char const* first, char const* second) {
        return complaint_of([&](definitions& to) {
                   auto const number = to.uint(5);
                   auto const type = to.ptr(to.u64);
                   bool const number_first = std::string_view{first}.ends_with("_size");
                   return to.definition("", {{"type", to.uint(1)},
                                             {first, number_first ? number : type},
                                             {second, number_first ? type : number}});
               }) == complaint{reason::map_member_disagrees, name};
    };
    CHECK(with("key", "key_size", "key"));
    CHECK(with("key_size", "key", "key_size"));
    CHECK(with("value", "value_size", "value"));
    CHECK(with("value_size", "value", "value_size"));
}

/// A map of `outer`'s type whose `values` are of the type that `make` gives.
template <class Make>
constexpr auto holding(std::uint32_t outer, Make make) {
    return [=](definitions& to) {
        return to.definition("", {{"type", to.uint(outer)}, {"key_size", to.uint(4)}, {"values", make(to)}});
    };
}
constexpr auto plain_inner = [](definitions& to) {
    return to.definition("inner", {{"type", to.uint(2)}, {"max_entries", to.uint(3)}, {"value", to.ptr(to.u64)}});
};

TEST_CASE("maps: inner maps and programs as values") {
    for (std::uint32_t const type : {12U, 13U}) {
        auto const found =
            one(holding(type, [](definitions& to) { return to.values(to.typedef_("t", plain_inner(to))); }));
        CHECK(found.value_size == 4);
        REQUIRE(found.inner);
        CHECK(found.inner->type == map_type::array);
        CHECK(found.inner->max_entries == 3);
        CHECK(found.inner->value_size == 8);
        CHECK(found.type == map_type{type});
    }
    auto const programs =
        one(holding(3, [](definitions& to) { return to.values(to.func_proto(to.integer, {{"", to.u64}})); }));
    CHECK(programs.type == map_type::prog_array);
    CHECK(programs.value_size == 4);
    CHECK(!programs.inner);
    // Given otherwise, the size of a value is 4 as well.
    auto const again = one([](definitions& to) {
        return to.definition(
            "", {{"type", to.uint(12)}, {"value_size", to.uint(4)}, {"values", to.values(plain_inner(to))}});
    });
    CHECK(again.inner);
}

TEST_CASE("maps: values that are none") {
    auto const of_struct = [](definitions& to) { return to.values(plain_inner(to)); };
    auto const of_function = [](definitions& to) { return to.values(to.func_proto(to.integer, {})); };
    complaint const wrong{reason::map_values_type, "values"};
    CHECK(complaint_of(holding(1, of_struct)) == complaint{reason::map_inner_unexpected, "values"});
    CHECK(complaint_of(holding(3, of_struct)) == wrong);
    CHECK(complaint_of(holding(12, of_function)) == wrong);
    CHECK(complaint_of(holding(12, [](definitions& to) { return to.ptr(plain_inner(to)); })) == wrong);
    CHECK(complaint_of(holding(12, [](definitions& to) { return to.array(to.ptr(plain_inner(to)), to.integer, 1); })) ==
          wrong);
    CHECK(complaint_of(holding(12, [](definitions& to) { return to.array(plain_inner(to), to.integer, 0); })) == wrong);
    CHECK(complaint_of(holding(12, [](definitions& to) { return to.values(to.u64); })) == wrong);

    CHECK(complaint_of([&](definitions& to) {
              return to.definition("", {{"type", to.uint(12)}, {"values", of_struct(to)}, {"key_size", to.uint(4)}});
          }) == complaint{reason::map_values_misplaced, "values"});
    CHECK(complaint_of([&](definitions& to) {
              return to.definition("", {{"type", to.uint(12)}, {"value_size", to.uint(8)}, {"values", of_struct(to)}});
          }) == complaint{reason::map_member_disagrees, "values"});
    CHECK(complaint_of(holding(12, [&](definitions& to) {
              return to.values(to.definition("", {{"type", to.uint(12)}, {"values", of_struct(to)}}));
          })) == complaint{reason::map_inner_nested, "values"});
    CHECK(complaint_of(holding(12, [&](definitions& to) {
              return to.values(to.definition("", {{"type", to.uint(2)}, {"pinning", to.uint(1)}}));
          })) == complaint{reason::map_pinning, "pinning"});
    CHECK(complaint_of(holding(12, [&](definitions& to) {
              return to.values(to.definition("", {{"type", to.uint(2)}, {"size", to.uint(1)}}));
          })) == complaint{reason::map_member_unknown, "size"});
    CHECK(complaint_of(holding(12, [&](definitions& to) {
              return to.values(to.definition("", {{"max_entries", to.uint(2)}}));
          })) == complaint{reason::map_without_type, "values"});
}

constexpr auto hash = [](definitions& to) {
    return to.definition("", {{"type", to.uint(1)}, {"key", to.ptr(to.integer)}, {"value", to.ptr(to.u64)}});
};

TEST_CASE("maps: where a definition lies") {
    CHECK(one(hash).offset == 0);
    CHECK(one(hash, {.size = 24, .value = 40}).offset == 40);
    CHECK(complaint_of(hash, {.size = 24, .value = 41}) == complaint{reason::map_outside, "m"});
    CHECK(complaint_of(hash, {.value = 0xffff'ffff'ffff}) == complaint{reason::map_outside, "m"});
    CHECK(complaint_of(hash, {.size = 65}) == complaint{reason::map_outside, "m"});
    CHECK(complaint_of(hash, {.size = 23}) == complaint{reason::map_outside, "m"}); // smaller than its struct
    CHECK(complaint_of(hash, {.has_symbol = false}) == complaint{reason::variable_without_symbol, "m"});
    CHECK(complaint_of(hash, {.linkage = btf::linkage::extern_}) == complaint{reason::map_extern, "m"});
    // A static one needs no symbol: its place is in BTF.
    CHECK(one(hash, {.linkage = btf::linkage::static_, .has_symbol = false}).offset == 0);
    CHECK(complaint_of([](definitions& to) { return to.u64; }) == complaint{reason::map_not_a_struct, "m"});
}

TEST_CASE("maps: many in one section come by their place, whatever BTF's order") {
    definition_builder<> to;
    auto const type = hash(to);
    auto const first = to.var("first", type, btf::linkage::global);
    auto const second = to.var("second", type, btf::linkage::global);
    auto const third = to.var("third", type, btf::linkage::static_);
    auto const fourth = to.var("fourth", type, btf::linkage::global);
    to.datasec(".maps", 0, {{fourth, 0, 24}, {second, 0, 24}, {third, 48, 24}, {first, 0, 24}});
    object_maker made;
    auto const maps = made.data(".maps", 96);
    made.types(to);
    made.symbol({.name = "second", .section = maps, .value = 24});
    made.symbol({.name = "first", .section = maps, .value = 72, .type = elf::symbol_type::func}); // no variable
    made.symbol({.name = "first", .section = maps, .value = 72, .binding = elf::symbol_binding::local});
    made.symbol({.name = "first", .section = maps, .value = 0, .binding = elf::symbol_binding::weak});
    made.symbol({.name = "fourth", .section = maps, .value = 72});
    auto const found = read(made.finish());
    INFO(object::sentence(found.problem));
    REQUIRE(found.maps.size() == 4);
    std::vector<std::string> names;
    std::vector<std::uint32_t> offsets;
    for (auto const& each : found.maps) {
        names.emplace_back(each.name);
        offsets.push_back(each.offset);
        CHECK(each.section == maps);
    }
    CHECK(names == std::vector<std::string>{"first", "second", "third", "fourth"});
    CHECK(offsets == std::vector<std::uint32_t>{0, 24, 48, 72});
    CHECK(found.maps[2].declared == third);
}

TEST_CASE("maps: a linked object has its places in BTF") {
    definition_builder<> to;
    auto const type = hash(to);
    auto const variable = to.var("m", type, btf::linkage::global);
    to.datasec(".maps", 64, {{variable, 8, 24}});
    object_maker made;
    auto const maps = made.data(".maps", 64);
    made.types(to);
    made.symbol({.name = "m", .section = maps, .value = 16});
    auto const found = read(made.finish());
    REQUIRE(found.maps.size() == 1);
    CHECK(found.maps[0].offset == 8);
}

TEST_CASE("maps: the old form, and no BTF") {
    object_maker legacy;
    auto const maps = legacy.data("maps", 20);
    auto const found = read(legacy.finish());
    CHECK(found.problem.why == reason::legacy_maps);
    CHECK(found.problem.section == maps);
    CHECK(object::sentence(found.problem).find("SEC(\".maps\")") != std::string_view::npos);

    object_maker without;
    without.data(".maps", 20);
    CHECK(read(without.finish()).problem.why == reason::maps_without_types);

    object_maker undescribed;
    undescribed.data(".maps", 20);
    definition_builder<> to;
    undescribed.types(to);
    CHECK(read(undescribed.finish()).problem.why == reason::maps_without_types);

    object_maker empty;
    empty.data(".maps", 0);
    empty.data(".data", 0);
    CHECK(read(empty.finish()).maps.empty());
}

/// Data sections of every kind around each other, with one variable each in `.data` and `.rodata`.
constexpr bytes data_object() {
    definition_builder<> to;
    auto const visible = to.var("visible", to.integer, btf::linkage::global);
    auto const own = to.var("own", to.integer, btf::linkage::static_);
    auto const hidden = to.var("hidden", to.integer, btf::linkage::global);
    auto const constant = to.var("constant", to.integer, btf::linkage::global);
    to.datasec(".data", 0, {{own, 0, 4}, {visible, 0, 4}});
    to.datasec(".bss", 0, {{own, 0, 4}});
    to.datasec(".data.hidden", 0, {{hidden, 0, 4}});
    to.datasec(".rodata", 0, {{constant, 0, 4}});
    object_maker made;
    made.code(".text", 2);
    made.types(to);
    auto const bss = made.zeroes(".bss", elf::section_type::nobits, 16);
    auto const data = made.section({.name = ".data", .contents = {'1', '2', '3', '4', '5', '6', '7', '8'}});
    auto const concealed = made.data(".data.hidden", 4);
    auto const rodata = made.section({.name = ".rodata", .contents = {'r', 'e', 'a', 'd'}});
    made.data(".rodata.str1.1", 5);
    made.zeroes(".bss.custom", elf::section_type::nobits, 32);
    made.data(".database", 4);
    made.zeroes(".data.zero", elf::section_type::nobits, 4);
    made.data(".bss.bytes", 4);
    made.code(".data.code", 1);
    made.data("license", 4);
    made.symbol({.name = "unrelated", .section = bss});
    made.symbol({.name = "own", .section = bss}); // what BTF calls static
    made.symbol({.name = "visible", .section = data, .value = 4});
    made.symbol({.name = "hidden", .section = concealed, .visibility = elf::symbol_visibility::hidden});
    made.symbol({.name = "constant", .section = rodata, .visibility = elf::symbol_visibility::protected_});
    return made.finish();
}

TEST_CASE("maps: data sections") {
    auto const found = read(data_object());
    INFO(object::sentence(found.problem));
    REQUIRE(found.maps.size() == 6);
    struct expected {
        std::string_view name, kernel_name;
        map_origin origin;
        map_flags flags;
        std::uint32_t size;
        std::string_view contents;
        bool typed, frozen;
    };
    using namespace std::string_view_literals;
    using enum map_flags;
    expected const rows[]{
        {".bss", "objectna.bss", map_origin::bss, none, 16, "", true, false},
        {".data", "objectna.data", map_origin::data, mmapable, 8, "12345678", true, false},
        {".data.hidden", ".data.hidden", map_origin::data, none, 4, "\0\0\0\0"sv, true, false},
        {".rodata", "objectna.rodata", map_origin::rodata, rdonly_prog | mmapable, 4, "read", true, true},
        {".rodata.str1.1", ".rodata.str1.1", map_origin::rodata, rdonly_prog, 5, "\0\0\0\0\0"sv, false, true},
        {".bss.custom", ".bss.custom", map_origin::bss, none, 32, "", false, false},
    };
    for (std::size_t at = 0; at != std::size(rows); ++at) {
        auto const& map = found.maps[at];
        auto const& row = rows[at];
        CAPTURE(row.name);
        CHECK(map.name == row.name);
        CHECK(object::kernel_name(map, "objectname").view() == row.kernel_name);
        CHECK(map.origin == row.origin);
        CHECK(map.type == map_type::array);
        CHECK(map.flags == row.flags);
        CHECK(map.key_size == 4);
        CHECK(map.value_size == row.size);
        CHECK(map.size == row.size);
        CHECK(map.max_entries == 1);
        CHECK(map.contents == row.contents);
        CHECK((map.value_type != btf::void_id) == row.typed);
        CHECK(map.is_frozen() == row.frozen);
        CHECK(map.is_data());
    }
}

TEST_CASE("maps: data sections without BTF are neither typed nor mapped") {
    object_maker made;
    auto const data = made.data(".data", 8);
    made.symbol({.name = "visible", .section = data});
    auto const found = read(made.finish());
    REQUIRE(found.maps.size() == 1);
    CHECK(found.maps[0].flags == map_flags::none);
    CHECK(found.maps[0].value_type == btf::void_id);

    object_maker large;
    large.zeroes(".bss", elf::section_type::nobits, 0x1'0000'0000);
    CHECK(read(large.finish()).problem.why == reason::data_too_large);
}

TEST_CASE("maps: names as tools know them") {
    auto const named = [](std::string_view section, std::string_view of, map_origin origin = map_origin::data) {
        map_definition map;
        map.name = section;
        map.origin = origin;
        return std::string{object::kernel_name(map, of).view()};
    };
    CHECK(named(".rodata", "my_object_name") == "my_objec.rodata");
    CHECK(named(".bss", "my_object_name") == "my_objec.bss");
    CHECK(named(".bss", "my") == "my.bss");
    CHECK(named(".kconfig", "my_object_name") == "my_obje.kconfig");
    CHECK(named(".data", "a-b c") == "a_b_c.data");
    CHECK(named(".rodata.abracadabra", "my_object_name") == ".rodata.abracad");
    CHECK(named(".data.x", "my_object_name") == ".data.x");
    CHECK(named("a_name_of_more_than_15", "my_object_name", map_origin::definition) == "a_name_of_more_");
    CHECK(named("short", "my_object_name", map_origin::struct_ops) == "short");
    map_definition outer;
    outer.name = "tenants_by_id";
    CHECK(object::inner_kernel_name(outer).view() == "tenants_by_id.i");
    outer.name = "outer";
    CHECK(object::inner_kernel_name(outer).view() == "outer.inner");

    CHECK(object::name_of_file("/usr/lib/my.probe.bpf.o") == "my");
    CHECK(object::name_of_file("a_name_of_more_than_15.bpf.o") == "a_name_of_more_");
    CHECK(object::name_of_file("plain") == "plain");
    CHECK(object::name_of_file("../x/") == "");
    CHECK(object::name_of_file("") == "");
}

TEST_CASE("maps: .kconfig, laid out by alignment, size and name") {
    definition_builder<> to;
    auto const byte = to.int_("char", 1, btf::int_encoding::is_signed);
    auto const ids = std::array{
        to.var("CONFIG_TEXT", to.array(byte, to.integer, 9), btf::linkage::extern_),
        to.var("CONFIG_B", to.integer, btf::linkage::extern_),
        to.var("CONFIG_WIDE", to.const_(to.u64), btf::linkage::extern_),
        to.var("CONFIG_FLAG", byte, btf::linkage::extern_),
        to.var("CONFIG_A", to.enum_("tristate", 4, {{"no", 0}}), btf::linkage::extern_),
    };
    auto const section =
        to.datasec(".kconfig", 0, {{ids[0], 0, 9}, {ids[1], 0, 4}, {ids[2], 0, 8}, {ids[3], 0, 1}, {ids[4], 0, 4}});
    object_maker made;
    made.types(to);
    made.data(".data", 4);
    auto const file = made.finish();
    auto const found = read(file);
    REQUIRE(found.maps.size() == 2);
    auto const& map = found.maps[1];
    CHECK(map.name == ".kconfig");
    CHECK(map.origin == map_origin::kconfig);
    CHECK(map.value_size == 26);
    CHECK(map.flags == (map_flags::rdonly_prog | map_flags::mmapable));
    CHECK(map.value_type == section);
    CHECK(map.is_frozen());
    CHECK(map.contents.empty());

    opened const from{file};
    auto const type = from.index().type(section);
    std::array<std::uint64_t, 5> const places{17, 12, 0, 16, 8};
    for (std::size_t at = 0; at != ids.size(); ++at)
        CHECK(object::kconfig_offset(from.index(), type, ids[at]) == places[at]);
    CHECK(!object::kconfig_offset(from.index(), type, byte));
}

/// A struct_ops of two functions and a number, in a section of the name.
constexpr bytes struct_ops_object(std::string_view section, bool named = true, std::uint32_t size = 24) {
    definition_builder<> to;
    auto const function = to.ptr(to.func_proto(to.integer, {{"", to.u64}}));
    auto const type = to.struct_(named ? "tcp_ops" : "", 24,
                                 {{"init", function, 0}, {"release", function, 64}, {"flags", to.u64, 128}});
    to.datasec(section, 0,
               {{to.var("second", type, btf::linkage::global), 0, size},
                {to.var("first", type, btf::linkage::global), 0, size}});
    object_maker made;
    made.types(to);
    auto const ops = made.section({.name = section, .contents = bytes(48, 'x')});
    made.symbol({.name = "first", .section = ops, .value = 0});
    made.symbol({.name = "second", .section = ops, .value = 24});
    made.data(".data", 4);
    return made.finish();
}

TEST_CASE("maps: struct_ops") {
    struct expected {
        std::string_view section;
        map_flags flags;
        bool created;
    };
    for (expected const& each : {expected{".struct_ops", map_flags::none, true},
                                 {".struct_ops.link", map_flags::link, true},
                                 {"?.struct_ops", map_flags::none, false},
                                 {"?.struct_ops.link", map_flags::link, false}}) {
        CAPTURE(each.section);
        auto const found = read(struct_ops_object(each.section));
        INFO(object::sentence(found.problem));
        REQUIRE(found.maps.size() == 3);
        CHECK(found.maps[0].name == ".data");
        for (std::size_t at : {1U, 2U}) {
            auto const& map = found.maps[at];
            CHECK(map.name == (at == 1 ? "first" : "second"));
            CHECK(map.origin == map_origin::struct_ops);
            CHECK(map.type == map_type::struct_ops);
            CHECK(map.key_size == 4);
            CHECK(map.value_size == 24);
            CHECK(map.max_entries == 1);
            CHECK(map.flags == each.flags);
            CHECK(map.created == each.created);
            CHECK(map.contents == std::string(24, 'x'));
            CHECK(map.offset == (at == 1 ? 0 : 24));
            CHECK(map.value_type != btf::void_id);
        }
    }
    CHECK(read(struct_ops_object(".struct_ops", false)).problem.why == reason::struct_ops_type);
    CHECK(read(struct_ops_object(".struct_ops", true, 23)).problem.why == reason::map_outside);
    CHECK(read(struct_ops_object(".struct_ops", true, 25)).problem.why == reason::map_outside);
    CHECK(read(struct_ops_object(".struct_ops.other")).maps.size() == 1); // no such section: it makes no map
}

constexpr bytes arena_object(std::uint32_t arenas, std::size_t variables) {
    definition_builder<> to;
    std::vector<btf::variable_spec> places;
    auto const type = to.definition("", {{"type", to.uint(33)}, {"max_entries", to.uint(4)}});
    constexpr std::array<std::string_view, 2> names{"first", "second"};
    for (std::uint32_t at = 0; at != arenas; ++at)
        places.push_back({to.var(names[at], type, btf::linkage::static_), at * 16, 16});
    to.datasec(".maps", 0, std::span<btf::variable_spec const>{places});
    object_maker made;
    made.types(to);
    if (arenas != 0) made.data(".maps", 16 * arenas);
    made.data(".addr_space.1", variables);
    return made.finish();
}

TEST_CASE("maps: an arena and its variables") {
    auto const found = read(arena_object(1, 12));
    REQUIRE(found.maps.size() == 1);
    CHECK(found.maps[0].contents.size() == 12);
    CHECK(found.maps[0].arena_section == 3);
    auto const plain = read(arena_object(1, 0));
    REQUIRE(plain.maps.size() == 1);
    CHECK(plain.maps[0].contents.empty());
    CHECK(plain.maps[0].arena_section == 0);
    CHECK(read(arena_object(2, 0)).problem.why == reason::arena_twice);
    CHECK(read(arena_object(0, 12)).problem.why == reason::arena_missing);
}

TEST_CASE("maps: sections that BTF describes beyond the room for them") {
    definition_builder<8192, 4096> to;
    auto const variable = to.var("v", to.integer);
    std::vector<std::string> names;
    for (int at = 0; at != 65; ++at) names.push_back(".s" + std::to_string(at));
    for (int at = 0; at != 64; ++at) to.datasec(names[static_cast<std::size_t>(at)], 0, {{variable, 0, 4}});
    object_maker made;
    auto most = to;
    made.types(most);
    CHECK(read(made.finish()).problem.why == reason::none);
    to.datasec(names[64], 0, {{variable, 0, 4}});
    object_maker more;
    more.types(to);
    auto const found = read(more.finish());
    CHECK(found.problem.why == reason::data_sections_too_many);
    CHECK(found.problem.name == ".s64");
}

TEST_CASE("maps: two sections of one name") {
    definition_builder<> to;
    auto const type = hash(to);
    to.datasec(".maps", 0, {{to.var("m", type, btf::linkage::global), 0, 24}});
    object_maker made;
    auto const first = made.data(".maps", 24);
    auto const second = made.data(".maps", 24);
    made.types(to);
    made.symbol({.name = "m", .section = second, .value = 1});
    made.symbol({.name = "m", .section = first, .value = 0});
    auto const found = read(made.finish());
    REQUIRE(found.maps.size() == 1);
    CHECK(found.maps[0].section == first);
}

TEST_CASE("maps: sorting by numbers of places") {
    std::mt19937 random{7};
    for (std::uint32_t count = 0; count != 40; ++count) {
        std::vector<unsigned> all;
        for (std::uint32_t at = 0; at != count; ++at) all.push_back(static_cast<unsigned>(random() % 20));
        auto expected = all;
        std::sort(expected.begin(), expected.end());
        for (int again = 0; again != 2; ++again) {
            std::uint32_t swaps = 0;
            object::detail::heap_sort(
                count, [&](auto left, auto right) { return all[left] < all[right]; },
                [&](auto left, auto right) {
                    ++swaps;
                    std::swap(all[left], all[right]);
                });
            CHECK(all == expected);
            if (again == 1) CHECK(swaps == 0); // in order already
        }
    }
}

// The same while compiling.
constexpr auto compiled_maps = [] {
    bytes const file = data_object();
    auto const view = elf::view::parse(std::string_view{file.data(), file.size()});
    auto const symbols = elf::symbols(*view, elf::section_type::symtab);
    auto const types = btf::view::parse(view->find(".BTF")->contents());
    auto storage = zeroes<std::uint32_t>(types->index_size());
    auto const index = types->index(storage);
    object::typed_file const from{*view, *symbols, &*index};
    std::array<map_definition, 6> maps;
    auto const count = object::read_maps(from, maps);
    bool const same = count && *count == 6 && maps[1].name == ".data" && maps[3].contents == "read";
    return std::array{same, maps[3].flags == (map_flags::rdonly_prog | map_flags::mmapable),
                      object::kernel_name(maps[0], "objectname").view() == "objectna.bss"};
}();
static_assert(compiled_maps[0] && compiled_maps[1] && compiled_maps[2]);

} // namespace
