// What maps start with: maps in maps of maps, programs in program arrays and in struct_ops.
// SPDX-License-Identifier: BSL-1.0

#include "made_object.hpp"

#include <bpfxx/object/initial_values.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace object_test;
using object::initial_value;
using object::reason;

/// Maps in one section: `inner` at 0, `outer` (an array of maps) at 16, `hash` (a hash of maps) at 72, `tails` at 128,
/// `plain` at 184, `hidden_inner` (static) at 200; two programs in a section of their own.
struct sample {
    object_maker made{};
    std::uint16_t maps = 0;
    std::uint16_t code = 0;
    std::uint32_t inner = 0, maps_section = 0, first = 0, second = 0, data = 0, outside = 0;

    explicit sample(std::uint32_t hash_key = 4) {
        definition_builder<> to;
        using btf::linkage;
        auto const key = definition_builder<>::part{"key_size", to.uint(4)};
        auto const of_inner = to.definition("", {{"type", to.uint(2)}, {"max_entries", to.uint(1)}});
        auto const of_outer = to.definition("", {{"type", to.uint(12)}, key, {"values", to.values(of_inner)}});
        auto const of_hash = to.definition(
            "", {{"type", to.uint(13)}, {"key_size", to.uint(hash_key)}, {"values", to.values(of_inner)}});
        auto const of_tails =
            to.definition("", {{"type", to.uint(3)}, key, {"values", to.values(to.func_proto(to.integer, {}))}});
        to.datasec(".maps", 0,
                   {{to.var("inner", of_inner, linkage::static_), 0, 16},
                    {to.var("outer", of_outer, linkage::static_), 16, 56},
                    {to.var("hash", of_hash, linkage::static_), 72, 56},
                    {to.var("tails", of_tails, linkage::static_), 128, 56},
                    {to.var("plain", of_inner, linkage::static_), 184, 16},
                    {to.var("hidden_inner", of_inner, linkage::static_), 200, 16}});
        made.types(to);
        bytes contents(216);
        contents[40] = static_cast<char>(200); // an addend: the symbol is the section's
        maps = made.section({.name = ".maps", .contents = contents});
        code = made.code("xdp", 10);
        auto const data_section = made.data(".data", 216);
        inner = made.symbol({.name = "inner", .section = maps, .value = 0});
        maps_section = made.symbol({.name = "", .section = maps, .type = elf::symbol_type::section});
        first = made.symbol({.name = "first", .section = code, .type = elf::symbol_type::func});
        second = made.symbol({.name = "second", .section = code, .value = 24, .type = elf::symbol_type::func});
        data = made.symbol({.name = "data", .section = data_section});
        outside = made.symbol({.name = "outside"});
    }
};

struct answer {
    object::malformed problem{};
    std::vector<initial_value> values{};
    bytes file{}; // which names point into
    bool operator==(reason why) const { return problem.why == why; }
};
std::ostream& operator<<(std::ostream& to, answer const& one) { return to << object::sentence(one.problem); }

answer read(bytes file) {
    answer made{.file = std::move(file)};
    opened const from{made.file};
    REQUIRE(from.valid());
    auto const count = object::count_maps(from.file());
    INFO(object::sentence(count.error()));
    REQUIRE(count);
    std::vector<object::map_definition> maps(*count);
    REQUIRE(object::read_maps(from.file(), maps));
    auto const values = object::count_initial_values(from.file(), maps);
    made.problem = values.error();
    if (!values) return made;
    made.values.resize(*values);
    auto const read = object::read_initial_values(from.file(), maps, made.values);
    REQUIRE(read);
    CHECK(*read == *values);
    if (*read != 0) {
        std::vector<initial_value> fewer(*read - 1);
        CHECK(object::read_initial_values(from.file(), maps, fewer).error().why == reason::storage_too_small);
    }
    return made;
}

answer with(std::function<made_relocation(sample&)> one, std::uint32_t hash_key = 4) {
    sample from{hash_key};
    made_relocation const relocation = one(from);
    from.made.relocations(from.maps, {relocation});
    return read(from.made.finish());
}

TEST_CASE("initial values: maps by their symbol or by their place, programs by their first instruction") {
    sample from;
    from.made.relocations(
        from.maps,
        {{32, from.inner}, {40, from.maps_section}, {88, from.inner}, {152, from.second}, {144, from.first}});
    auto const found = read(from.made.finish());
    INFO(object::sentence(found.problem));
    REQUIRE(found.values.size() == 5);
    CHECK(found.values[0] == initial_value{.map = 1, .slot = 0, .target = 0});
    CHECK(found.values[1] == initial_value{.map = 1, .slot = 1, .target = 5});
    CHECK(found.values[2] == initial_value{.map = 2, .slot = 0, .target = 0});
    CHECK(found.values[3] ==
          initial_value{.map = 3, .slot = 1, .is_program = true, .target = from.code, .instruction = 3});
    CHECK(found.values[4] ==
          initial_value{.map = 3, .slot = 0, .is_program = true, .target = from.code, .instruction = 0});
}

TEST_CASE("initial values: none without relocations, nor from those of other sections") {
    sample from;
    from.made.relocations(from.code, {{0, from.inner}});
    CHECK(read(from.made.finish()).values.empty());
}

TEST_CASE("initial values: what is no value is refused") {
    CHECK(with([](sample& s) { return made_relocation{32, s.first}; }) == reason::map_values_target);
    CHECK(with([](sample& s) { return made_relocation{32, s.data}; }) == reason::map_values_target);
    CHECK(with([](sample& s) { return made_relocation{32, s.outside}; }) == reason::map_values_target);
    CHECK(with([](sample&) { return made_relocation{32, 0}; }) == reason::map_values_target);
    CHECK(with([](sample& s) { return made_relocation{144, s.inner}; }) == reason::map_values_target);
    CHECK(with([](sample& s) { return made_relocation{89, s.inner}; }) == reason::map_values_target); // between places
    CHECK(with([](sample& s) { return made_relocation{24, s.inner}; }) == reason::map_values_misplaced);
    CHECK(with([](sample& s) { return made_relocation{8, s.inner}; }) == reason::map_values_misplaced);
    CHECK(with([](sample& s) { return made_relocation{65, s.inner}; }) == reason::no_such_map); // crosses the end
    CHECK(with([](sample& s) { return made_relocation{212, s.inner}; }) == reason::no_such_map);
    CHECK(with([](sample& s) { return made_relocation{4000, s.inner}; }).problem.file ==
          elf::reason::relocation_outside);
    CHECK(with([](sample& s) { return made_relocation{88, s.inner}; }, 8) == reason::map_values_key);
    CHECK(with([](sample& s) {
              return made_relocation{
                  144,
                  s.made.symbol({.name = "middle", .section = s.code, .value = 4, .type = elf::symbol_type::func})};
          }) == reason::map_values_target);
    CHECK(with([](sample& s) {
              return made_relocation{
                  144, s.made.symbol({.name = "end", .section = s.code, .value = 80, .type = elf::symbol_type::func})};
          }) == reason::map_values_target);
    // A section that ends in the middle of an instruction.
    CHECK(with([](sample& s) {
              auto const cut = s.made.section({.name = "cut", .contents = bytes(12), .code = true});
              return made_relocation{
                  144, s.made.symbol({.name = "half", .section = cut, .value = 8, .type = elf::symbol_type::func})};
          }) == reason::map_values_target);
    CHECK(with([](sample& s) {
              return made_relocation{32, s.made.symbol({.name = "inside", .section = s.maps, .value = 8})};
          }) == reason::map_values_target);
    auto const refused = with([](sample& s) { return made_relocation{32, s.first}; });
    auto const& where = refused.problem;
    CHECK(where.offset == 32);
    CHECK(where.section == 2);
    CHECK(where.name == "outer");
}

/// A struct_ops at 24 of its section, after another.
struct ops_sample {
    object_maker made{};
    std::uint16_t ops = 0, code = 0;
    std::uint32_t first = 0, second = 0, data = 0;

    ops_sample() {
        definition_builder<> to;
        auto const prototype = to.func_proto(to.integer, {{"", to.u64}});
        auto const function = to.ptr(to.const_(to.typedef_("callback", prototype)));
        auto const type = to.struct_("tcp_ops", 32,
                                     {{"init", function, 0},
                                      {"release", to.const_(function), 64},
                                      {"owner", to.ptr(to.integer), 128},
                                      {"flags", to.u64, 192}});
        to.datasec(".struct_ops", 0, {{to.var("one", type), 0, 32}, {to.var("two", type), 32, 32}});
        made.types(to);
        ops = made.data(".struct_ops", 64);
        code = made.code("struct_ops", 4);
        auto const place = made.data(".data", 8);
        first = made.symbol({.name = "first", .section = code, .type = elf::symbol_type::func});
        second = made.symbol({.name = "second", .section = code, .value = 16, .type = elf::symbol_type::func});
        data = made.symbol({.name = "data", .section = place});
    }
    answer with(std::initializer_list<made_relocation> all) {
        made.relocations(ops, all, ".rel.struct_ops");
        return read(made.finish());
    }
};

TEST_CASE("initial values: programs in struct_ops, by the place of the member") {
    ops_sample from;
    auto const found = from.with({{0, from.first}, {32, from.first}, {40, from.second}});
    INFO(object::sentence(found.problem));
    REQUIRE(found.values.size() == 3);
    CHECK(found.values[0] == initial_value{.map = 1, .slot = 0, .is_program = true, .target = from.code});
    CHECK(found.values[1] == initial_value{.map = 2, .slot = 0, .is_program = true, .target = from.code});
    CHECK(found.values[2] ==
          initial_value{.map = 2, .slot = 8, .is_program = true, .target = from.code, .instruction = 2});

    ops_sample none;
    CHECK(none.with({{16, none.first}}) == reason::struct_ops_member); // a pointer to something else
    ops_sample number;
    CHECK(number.with({{24, number.first}}) == reason::struct_ops_member);
    ops_sample between;
    CHECK(between.with({{4, between.first}}) == reason::struct_ops_member);
    ops_sample filled;
    CHECK(filled.with({{0, filled.data}}) == reason::struct_ops_function);
}

} // namespace
