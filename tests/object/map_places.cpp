// The loads that name maps, variables and options of the kernel, while there is no kernel yet.
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/build.hpp>
#include <bpfxx/object/map_places.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace {

namespace btf = bpfxx::btf;
namespace insn = bpfxx::insn;
namespace object = bpfxx::object;
using object::map_definition;
using object::map_origin;
using object::patch;
using object::reason;
using object::target_kind;
using enum object::target_kind;

/// Options of the kernel: two of four bytes behind one of eight, one in no section, and one behind an array of almost
/// 2 GiB.
struct options {
    btf::builder<1024> to{};
    btf::type_id integer = to.int_("int", 4);
    btf::type_id wide = to.int_("long", 8);
    btf::type_id second = to.var("SECOND", integer, btf::linkage::extern_);
    btf::type_id first = to.var("FIRST", wide, btf::linkage::extern_);
    btf::type_id third = to.var("THIRD", integer, btf::linkage::extern_);
    btf::type_id nowhere = to.var("NOWHERE", integer, btf::linkage::extern_);
    btf::type_id section = to.datasec(".kconfig", 0, {{second, 0, 4}, {first, 0, 8}, {third, 0, 4}});
    btf::type_id large = to.datasec(".large", 0, {{first, 0, 0x7fff'fff0}, {third, 0, 4}});
};

constexpr auto blob = options{}.to.finish();
constexpr options ids{};
constexpr auto view = *btf::view::parse(blob.text());
constexpr auto offsets = [] {
    std::array<std::uint32_t, view.index_size()> storage{};
    if (!view.index(storage)) storage = {};
    return storage;
}();
constexpr btf::indexed_view types = *view.adopt(offsets);

constexpr map_definition map_of(map_origin origin, std::uint32_t section, std::uint32_t offset = 0,
                                std::uint32_t arena_section = 0, btf::type_id declared = {}) {
    map_definition made;
    made.origin = origin;
    made.section = section;
    made.offset = offset;
    made.arena_section = arena_section;
    made.declared = declared;
    return made;
}

constexpr std::array maps{
    map_of(map_origin::definition, 3, 0),
    map_of(map_origin::definition, 3, 32),
    map_of(map_origin::definition, 3, 64, 9),
    map_of(map_origin::data, 5),
    map_of(map_origin::bss, 6),
    map_of(map_origin::kconfig, 0, 0, 0, ids.section),
    map_of(map_origin::struct_ops, 7, 0),
};

constexpr std::array externs{
    object::extern_symbol{.name = "FIRST", .from = object::extern_source::kconfig, .type = ids.first},
    object::extern_symbol{.name = "NOWHERE", .from = object::extern_source::kconfig, .type = ids.nowhere},
    object::extern_symbol{.name = "THIRD", .from = object::extern_source::kconfig, .type = ids.third},
    object::extern_symbol{.name = "jiffies", .from = object::extern_source::ksym},
    object::extern_symbol{.name = "function", .from = object::extern_source::kfunc},
};

constexpr insn::instruction low{insn::wide_opcode, 0x02, 0, 7};
constexpr insn::instruction high{0, 0, 0, 9};
constexpr insn::instruction other{0xb7, 0, 0, 1};

struct filled {
    std::array<insn::instruction, 4> code{other, low, high, other};
    reason why = reason::none;
    std::uint64_t offset = 0;
    std::uint32_t kept = 0;

    /// The second instruction names a map, or a place in its value.
    [[nodiscard]] constexpr bool loads(std::uint8_t kind, std::int32_t map, std::int32_t place) const {
        return why == reason::none && kept == 0 &&
               code ==
                   std::array{other,
                              insn::instruction{insn::wide_opcode, static_cast<std::uint8_t>(kind << 4 | 2), 0, map},
                              insn::instruction{0, 0, 0, place}, other};
    }
    [[nodiscard]] constexpr bool is_untouched() const { return code == std::array{other, low, high, other}; }
    [[nodiscard]] constexpr bool is_refused(reason expected) const { return is_untouched() && why == expected; }
    [[nodiscard]] constexpr bool is_kept() const { return is_untouched() && why == reason::none && kept == 1; }
};

constexpr filled fill(patch where, std::span<map_definition const> with = maps, bool has_types = true) {
    object::image of;
    of.externs = externs;
    object::typed_file const file{.types = has_types ? &types : nullptr};
    filled made;
    auto const kept = object::detail::map_places{of, file, with}.fill(made.code, std::span{&where, 1}, "it");
    if (kept) {
        made.kept = *kept;
        return made;
    }
    made.why = kept.error().name == "it" ? kept.error().why : reason::none;
    made.offset = kept.error().offset;
    return made;
}
constexpr filled fill(target_kind kind, std::uint32_t index, std::int32_t addend = 0) {
    return fill({.instruction = 1, .kind = kind, .index = index, .addend = addend});
}

// maps by the place of their definition
static_assert(fill(map, 3).loads(5, 0, 0) && fill(map, 3, 32).loads(5, 1, 0));
static_assert(fill(map, 3, 16).is_refused(reason::no_such_map) && fill(map, 4).is_refused(reason::no_such_map));
static_assert(fill(map, 5).is_refused(reason::no_such_map) && fill(map, 7).is_refused(reason::no_such_map),
              "of data there are only values");

// variables, in the section of a map or of an arena
static_assert(fill(map_value, 5, 12).loads(6, 3, 12) && fill(map_value, 6, -4).loads(6, 4, -4));
static_assert(fill(map_value, 9, 8).loads(6, 2, 8));
static_assert(fill(map_value, 0).is_refused(reason::no_such_map), "a definition without an arena has no variables");
static_assert(fill(map_value, 3).is_refused(reason::no_such_map) && fill(map_value, 8).is_refused(reason::no_such_map));

// options in the map of .kconfig
static_assert(fill(extern_variable, 0).loads(6, 5, 0) && fill(extern_variable, 2, 3).loads(6, 5, 15));
static_assert(fill(extern_variable, 1).is_refused(reason::no_such_map));
static_assert(fill(extern_variable, 0, -1).is_refused(reason::no_such_map));
static_assert(fill({.instruction = 1, .kind = extern_variable}, maps, false).is_refused(reason::no_such_map));
static_assert(
    fill({.instruction = 1, .kind = extern_variable}, std::span{maps}.first(5)).is_refused(reason::no_such_map));

constexpr std::array large{map_of(map_origin::kconfig, 0, 0, 0, ids.large)};
constexpr filled far(std::int32_t addend) {
    return fill({.instruction = 1, .kind = extern_variable, .index = 2, .addend = addend}, large);
}
static_assert(far(0).loads(6, 0, 0x7fff'fff0) && far(15).loads(6, 0, 0x7fff'ffff));
static_assert(far(16).is_refused(reason::no_such_map));

// what only a kernel knows
static_assert(fill(extern_variable, 3).is_kept() && fill(extern_function, 4).is_kept());

// jump tables: both halves, or the verifier would complain about the second one first
constexpr insn::instruction absent{0x85, 0, 0, 2'003'000'000};
static_assert(fill(jump_table, 5).code == std::array{other, absent, absent, other});

// loads that are cut by the end
static_assert(fill({.instruction = 2, .kind = map, .index = 3}).why == reason::none);
static_assert(fill({.instruction = 3, .kind = map, .index = 3}).is_refused(reason::relocation_place));
static_assert(fill({.instruction = 3, .kind = map, .index = 3}).offset == 24);
static_assert(fill({.instruction = ~0U, .kind = jump_table}).is_refused(reason::relocation_place));

TEST_CASE("object map places: what is left for the kernel comes first, in its order") {
    std::array patches{
        patch{.instruction = 1, .kind = map_value, .index = 5, .addend = 4},
        patch{.instruction = 0, .kind = extern_function, .index = 4},
        patch{.instruction = 3, .kind = map, .index = 3},
        patch{.instruction = 1, .kind = extern_variable, .index = 3},
    };
    std::array code{other, low, high, low, high};
    object::image of;
    of.externs = externs;
    object::typed_file const file{};
    auto const kept = object::detail::map_places{of, file, maps}.fill(code, patches, "it");
    REQUIRE(kept);
    CHECK(*kept == 2);
    CHECK(patches[0] == patch{.instruction = 0, .kind = extern_function, .index = 4});
    CHECK(patches[1] == patch{.instruction = 1, .kind = extern_variable, .index = 3});
    CHECK(code[1].imm == 3);
    CHECK(code[2].imm == 4);
    CHECK(code[3].src() == 5);
    CHECK(code[4].imm == 0);
}

} // namespace
