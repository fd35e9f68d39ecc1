// SPDX-License-Identifier: BSL-1.0
#include <bpfxx/object/code_section.hpp>
#include <bpfxx/object/function.hpp>
#include <bpfxx/object/image.hpp>
#include <bpfxx/object/malformed.hpp>
#include <bpfxx/object/read.hpp>
#include <bpfxx/object/read_relocations.hpp>
#include <bpfxx/object/read_symbols.hpp>
#include <bpfxx/object/read_types.hpp>
#include <bpfxx/object/relocation.hpp>
#include <bpfxx/object/sorted.hpp>
#include <bpfxx/object/source.hpp>
#include <bpfxx/object/variable.hpp>

#include "../elf/image.hpp"
#include "embedded.hpp"
#include "known_image.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace object_test;
using elf_test::bytes;
using object::reason;
using object::section_role;
using object::target_kind;

// ---- while compiling ----

using subprograms = known<subprograms_object>;
using callbacks = known<callbacks_object>;
using kfuncs = known<kfuncs_object>;
using big_endian = known<big_endian_object>;

static_assert(subprograms::image.license() == "GPL" && subprograms::image.version() == 0);
static_assert(subprograms::image.programs.size() == 3 && subprograms::image.functions.size() == 10);
static_assert(subprograms::image.programs[0].name == "first" &&
              subprograms::image.programs[0].section == "raw_tp/sys_enter");
static_assert(subprograms::image.find_program("third") == 2 && !subprograms::image.find_program("global_one"));
static_assert(subprograms::sizes.relocations >= subprograms::image.relocations.size());

consteval object::function const& function_named(object::image const& in, std::string_view name) {
    for (auto const& one : in.functions)
        if (one.name == name) return one;
    bpfxx::ill_formed("no such function");
}
static_assert(function_named(subprograms::image, "leaf").is_static() &&
              function_named(subprograms::image, "leaf").is_used);
static_assert(!function_named(subprograms::image, "global_one").is_static());
static_assert(function_named(subprograms::image, "hidden_one").visibility == bpfxx::elf::symbol_visibility::hidden);
static_assert(!function_named(subprograms::image, "never_called").is_used);

// Every function knows its type, and is found by each of its instructions.
consteval bool functions_are_known(object::image const& in) {
    auto const types = in.from.types.adopt(in.type_index);
    for (std::uint32_t i = 0; i != in.functions.size(); ++i) {
        auto const& one = in.functions[i];
        auto const type = types->type(one.type);
        if (type.kind() != bpfxx::btf::kind::func || type.name() != one.name) return false;
        if (in.code[one.code].section != one.section) return false;
        if (in.find_function(one.section, one.first) != i) return false;
        if (in.find_function(one.section, one.first + one.count - 1) != i) return false;
        if (in.find_function(one.section, one.first + one.count) == i) return false;
    }
    return true;
}
static_assert(functions_are_known(subprograms::image) && functions_are_known(callbacks::image) &&
              functions_are_known(kfuncs::image) && functions_are_known(big_endian::image));

static_assert(callbacks::image.variables.size() == 2 && callbacks::image.find_variable("rounds")->size == 4 &&
              callbacks::image.find_variable("round") == nullptr && callbacks::image.find_variable("z") == nullptr);
static_assert([] {
    auto const types = callbacks::image.from.types.adopt(callbacks::image.type_index);
    for (auto const& one : callbacks::image.variables)
        if (types->type(one.type).name() != one.name || callbacks::image.role(one.section) != section_role::data)
            return false;
    return true;
}());

static_assert(kfuncs::sizes.externs == 7 && kfuncs::image.externs.size() == 7 &&
              kfuncs::image.find_extern("bpf_iter_num_new") == 1);
static_assert([] {
    for (auto const& one : kfuncs::image.externs) {
        bool const weak = one.name == "bpf_task_from_pid" || one.name == "bpf_no_such_function";
        if (one.from != object::extern_source::kfunc || one.weak != weak) return false;
        if (one.type == bpfxx::btf::void_id) return false;
    }
    return !kfuncs::image.find_extern("bpf_task") && !kfuncs::image.find_extern("zzz");
}());

using kconfig = known<kconfig_object>;
static_assert(kconfig::image.externs.size() >= 2);
static_assert([] {
    auto const types = kconfig::image.from.types.adopt(kconfig::image.type_index);
    for (auto const& one : kconfig::image.externs)
        if (one.from != object::extern_source::kconfig || one.size == 0 || types->type(one.type).name() != one.name)
            return false;
    return true;
}());

static_assert(subprograms::source.loadable().why == reason::none);
static_assert(big_endian::source.loadable().why ==
              (std::endian::native == std::endian::little ? reason::other_byte_order : reason::none));
static_assert(object::open("").error().file == bpfxx::elf::reason::header_truncated);
static_assert(object::sentence(object::open("!<arch>").error()) ==
              "this is no ELF file: it does not begin with 0x7f, ELF");

// ---- made by hand ----

constexpr std::uint32_t text = 1;
constexpr std::uint32_t entry = 2;
constexpr std::uint32_t data = 3;
constexpr std::uint32_t maps = 4;

std::string instruction(unsigned code, unsigned registers, std::int32_t imm) {
    bytes made;
    made.put(static_cast<std::uint8_t>(code)).put(static_cast<std::uint8_t>(registers)).put(std::int16_t{0}).put(imm);
    return made.data();
}
std::string call(std::int32_t imm, unsigned source = 1) { return instruction(0x85, source << 4, imm); }
std::string load(std::int32_t imm) { return instruction(0x18, 0x01, imm) + instruction(0, 0, 0); }
std::string stop() { return instruction(0x95, 0, 0); }

struct relocation {
    std::uint64_t offset;
    std::uint32_t symbol, type;
};

/// .text has two functions of two instructions; `xdp` is what a test says.
struct made_object {
    elf_test::image file{.type = bpfxx::elf::file_type::relocatable, .machine = bpfxx::elf::machine::bpf};
    std::vector<elf_test::symbol> symbols{};

    explicit made_object(std::string const& code) {
        using bpfxx::elf::section_flags;
        using bpfxx::elf::section_type;
        auto const executable = section_flags::alloc | section_flags::execinstr;
        auto const writable = section_flags::alloc | section_flags::write;
        file.add({".text", section_type::progbits, stop() + stop() + stop() + stop(), 0, 0, 0, 0, 8, executable});
        file.add({"xdp", section_type::progbits, code, 0, 0, 0, 0, 8, executable});
        file.add({".data", section_type::progbits, std::string(16, 'd'), 0, 0, 0, 0, 8, writable});
        file.add({".maps", section_type::progbits, std::string(64, '\0'), 0, 0, 0, 0, 8, writable});
        symbols = {{"one", 0, 16},
                   {"two", 16, 16, bpfxx::elf::symbol_type::func, bpfxx::elf::symbol_binding::local},
                   {"main", 0, code.size(), bpfxx::elf::symbol_type::func, bpfxx::elf::symbol_binding::global, entry},
                   {"text", 0, 0, bpfxx::elf::symbol_type::section, bpfxx::elf::symbol_binding::local, text},
                   {"value", 8, 4, bpfxx::elf::symbol_type::object, bpfxx::elf::symbol_binding::global, data},
                   {"map", 32, 32, bpfxx::elf::symbol_type::object, bpfxx::elf::symbol_binding::global, maps},
                   {"outside", 0, 0, bpfxx::elf::symbol_type::notype, bpfxx::elf::symbol_binding::global, 0}};
    }
    std::string finish(std::vector<relocation> const& relocations) {
        auto const table = elf_test::add_symbols(file, symbols);
        bytes records;
        for (auto const& one : relocations) records.put(one.offset).put(std::uint64_t{one.symbol} << 32 | one.type);
        if (!relocations.empty())
            file.add({".relxdp", bpfxx::elf::section_type::rel, records.data(), table, entry, 16});
        return file.finish().data();
    }
};

object::malformed problem_of(std::string const& file) {
    auto const from = object::open(file);
    if (!from) return from.error();
    image_room const room{object::measure(*from)};
    return object::read(*from, room.tables()).error();
}

struct resolved {
    object::malformed problem{};
    std::vector<object::code_relocation> all{};
    std::string name{}; // of what is wrong, as the file is gone
};
resolved relocations_of(std::string const& code, std::vector<relocation> const& relocations) {
    auto const file = made_object{code}.finish(relocations);
    auto const from = object::open(file);
    REQUIRE(from);
    image_room const room{object::measure(*from)};
    auto const image = object::read(*from, room.tables());
    if (!image) return {.problem = image.error(), .name = std::string{image.error().name}};
    return {.all = {image->relocations.begin(), image->relocations.end()}};
}

TEST_CASE("object image: what instructions depend on") {
    auto const code = call(-1) + call(1) + load(16) + load(4) + load(0) + stop();
    auto const [problem, all, name] =
        relocations_of(code, {{0, 1, 10}, {8, 4, 10}, {16, 4, 1}, {32, 5, 1}, {48, 6, 1}});
    REQUIRE(problem.why == reason::none);
    REQUIRE(all.size() == 5);
    using one = object::code_relocation;
    CHECK(all[0] == one{entry, 0, target_kind::call, 0, 0});
    CHECK(all[1] == one{entry, 1, target_kind::call, 1, 0});
    CHECK(all[2] == one{entry, 2, target_kind::function_address, 1, 0});
    CHECK(all[3] == one{entry, 4, target_kind::map_value, data, 12});
    CHECK(all[4] == one{entry, 6, target_kind::map, maps, 32});
}

TEST_CASE("object image: relocations in any order, between calls that need none") {
    // The second call leads back to main itself; it has no relocation.
    auto const code = call(-1) + call(-2) + load(0) + call(-5) + stop();
    auto const [problem, all, name] = relocations_of(code, {{16, 5, 1}, {0, 1, 10}});
    REQUIRE(problem.why == reason::none);
    REQUIRE(all.size() == 4);
    for (std::uint32_t i = 0; i != 4; ++i) CHECK(all[i].instruction == std::vector{0u, 1u, 2u, 4u}[i]);
    CHECK(all[1].kind == target_kind::call);
    CHECK(all[1].target == 2);
    CHECK(all[2].kind == target_kind::map_value);
}

TEST_CASE("object image: relocations that are wrong") {
    auto const why = [](std::string const& code, relocation one) { return relocations_of(code, {one}).problem.why; };
    auto const loads = load(0) + stop();
    CHECK(why(loads, {0, 5, 1}) == reason::none);
    CHECK(why(loads, {4, 5, 1}) == reason::relocation_place);
    CHECK(why(loads, {0, 5, 2}) == reason::relocation_type);
    CHECK(why(loads, {8, 5, 1}) == reason::relocated_load);
    CHECK(why(loads, {16, 5, 1}) == reason::relocated_load);
    CHECK(why(loads, {0, 7, 1}) == reason::extern_without_type);
    CHECK(why(loads, {0, 0, 1}) == reason::no_such_extern);
    CHECK(why(instruction(0x18, 1, 0), {0, 5, 1}) == reason::relocated_load);
    CHECK(why(load(8) + stop(), {0, 4, 1}) == reason::no_such_function);
    CHECK(why(load(4) + stop(), {0, 4, 1}) == reason::no_such_function);
    CHECK(why(load(-16) + stop(), {0, 2, 1}) == reason::none);
    CHECK(why(load(0x7fff'ffff) + stop(), {0, 5, 1}) == reason::addend_too_large);
    CHECK(why(call(0) + stop(), {0, 1, 10}) == reason::no_such_function);
    CHECK(why(call(-2) + stop(), {0, 1, 10}) == reason::no_such_function);
    CHECK(why(call(-1, 0) + stop(), {0, 1, 10}) == reason::relocated_call);
    CHECK(why(call(-1) + stop(), {0, 5, 10}) == reason::relocated_call);
    CHECK(why(call(-1) + stop(), {0, 7, 10}) == reason::extern_without_type);
    CHECK(relocations_of(call(0) + stop(), {}).problem.why == reason::no_such_function);
    CHECK(relocations_of(call(-5) + stop(), {}).problem.why == reason::no_such_function);

    auto const [problem, all, name] = relocations_of(stop() + load(4) + stop(), {{8, 2, 1}});
    CHECK(problem.section == entry);
    CHECK(problem.offset == 8);
    CHECK(name == "two");
}

TEST_CASE("object image: a variable that is called") {
    std::string file{kconfig_object, sizeof kconfig_object - 1};
    auto const& image = kconfig::image;
    for (auto const& one : image.relocations) {
        if (one.kind != target_kind::extern_variable) continue;
        auto const at = image.from.file.section(one.section).file_offset() + std::uint64_t{one.instruction} * 8;
        file[at] = char(0x85);
        file[at + 1] = 0x10;
        CHECK(problem_of(file).why == reason::extern_as_other);
        return;
    }
    FAIL("no extern variable is used");
}

TEST_CASE("object image: static variables of one name are told by their places") {
    made_object made{stop() + stop()};
    bytes types;
    types.put(std::uint16_t{0xeb9f}).put(std::uint8_t{1}).put(std::uint8_t{0}).put(24u);
    types.put(0u).put(16u + 16u + 16u + 12u + 24u).put(16u + 16u + 16u + 12u + 24u).put(13u);
    types.put(1u).put(1u << 24).put(4u).put(0x20u);
    for (int i = 0; i != 2; ++i) types.put(5u).put(14u << 24).put(1u).put(0u);
    types.put(7u).put(15u << 24 | 2).put(16u).put(2u).put(12u).put(4u).put(3u).put(0u).put(4u);
    types.text({"\0int\0v\0.data\0", 13});
    made.file.add({".BTF", bpfxx::elf::section_type::progbits, types.data()});
    constexpr auto object = bpfxx::elf::symbol_type::object;
    made.symbols.push_back({"v", 0, 4, object, bpfxx::elf::symbol_binding::local, data});
    made.symbols.push_back({"v", 12, 4, object, bpfxx::elf::symbol_binding::local, data});
    made.symbols.push_back({"v", 4, 4, object, bpfxx::elf::symbol_binding::global, data});
    auto const file = made.finish({});
    auto const from = bpfxx::object::open(file);
    REQUIRE(from);
    image_room const room{bpfxx::object::measure(*from)};
    auto const image = bpfxx::object::read(*from, room.tables());
    REQUIRE(image);
    REQUIRE(image->variables.size() == 4);
    CHECK(number(image->variables[0].type) == 3);
    CHECK(image->variables[1].type == bpfxx::btf::void_id);
    CHECK(number(image->variables[2].type) == 2);
    CHECK(image->find_variable("v")->offset == 0);
}

TEST_CASE("object image: a function of another section is not the one that is meant") {
    made_object made{stop() + stop() + stop() + load(24) + stop()};
    made.symbols[2].value = 24;
    made.symbols[2].size = 24;
    CHECK(problem_of(made.finish({{24, 4, 1}})).why == reason::no_such_function);
}

TEST_CASE("object image: what belongs to no function is of no matter") {
    made_object made{call(0) + load(4) + stop()};
    made.symbols[2].value = 24;
    made.symbols[2].size = 8;
    CHECK(problem_of(made.finish({{8, 4, 1}})).why == reason::none);
}

TEST_CASE("object image: functions, variables and sections that are wrong") {
    auto const why = [](auto change) {
        made_object made{stop() + stop()};
        change(made);
        return problem_of(made.finish({})).why;
    };
    using bpfxx::elf::section_type;
    CHECK(why([](made_object&) {}) == reason::none);
    CHECK(why([](made_object& in) { in.symbols[0].size = 0; }) == reason::function_size);
    CHECK(why([](made_object& in) { in.symbols[0].size = 12; }) == reason::function_size);
    CHECK(why([](made_object& in) { in.symbols[0].value = 4; }) == reason::function_size);
    CHECK(why([](made_object& in) { in.symbols[0].size = 40; }) == reason::function_outside);
    CHECK(why([](made_object& in) { in.symbols[0].value = ~std::uint64_t{7}; }) == reason::function_outside);
    CHECK(why([](made_object& in) { in.symbols[4].value = 13; }) == reason::variable_outside);
    CHECK(why([](made_object& in) { in.symbols[2].binding = bpfxx::elf::symbol_binding::local; }) ==
          reason::static_program);
    CHECK(why([](made_object& in) { in.file.type = bpfxx::elf::file_type::shared; }) == reason::not_relocatable);
    CHECK(why([](made_object& in) { in.file.machine = bpfxx::elf::machine::x86_64; }) == reason::not_bpf);
    CHECK(why([](made_object& in) { in.file.machine = bpfxx::elf::machine::none; }) == reason::none);
    CHECK(why([](made_object& in) { in.file.add({"maps", section_type::progbits, "old"}); }) == reason::legacy_maps);
    CHECK(why([](made_object& in) { in.file.add({"version", section_type::progbits, "123"}); }) ==
          reason::version_size);
    CHECK(why([](made_object& in) { in.file.add({".BTF", section_type::progbits, "no"}); }) == reason::types);
    made_object made{stop()};
    CHECK(problem_of(made.file.finish().data()).why == reason::no_symbols);
}

TEST_CASE("object image: license, version, and sections by what they are for") {
    made_object made{stop() + stop()};
    using bpfxx::elf::section_type;
    made.file.add({"license", section_type::progbits, std::string{"Dual BSD/GPL\0more", 17}});
    made.file.add({"version", section_type::progbits, bytes{}.put(std::uint32_t{0x050a00}).data()});
    made.file.add({".debug_str", section_type::progbits, "debug"});
    auto const file = made.finish({});
    auto const from = object::open(file);
    REQUIRE(from);
    image_room const room{object::measure(*from)};
    auto const image = object::read(*from, room.tables());
    REQUIRE(image);
    CHECK(image->license() == "Dual BSD/GPL");
    CHECK(image->version() == 0x050a00);
    CHECK_FALSE(image->from.has_types());
    std::vector<section_role> const roles(image->roles.begin(), image->roles.begin() + 8);
    using enum section_role;
    CHECK(roles == std::vector{other, code, code, data, object::section_role::maps, other, other, other});
    CHECK(image->role(99) == other);
    CHECK(image->variables.size() == 1);
    CHECK(image->variables[0].name == "value");
    CHECK(image->variables[0].offset == 8);
    CHECK(image->externs.size() == 1);
    CHECK(image->externs[0].from == object::extern_source::unknown);
    REQUIRE(image->programs.size() == 1);
    CHECK(image->programs[0] == object::program{"main", "xdp", 2});
}

TEST_CASE("object image: storage that is too small") {
    for (std::string_view const given : {std::string_view{kfuncs_object, sizeof kfuncs_object - 1},
                                         std::string_view{callbacks_object, sizeof callbacks_object - 1}}) {
        auto const from = object::open(given);
        REQUIRE(from);
        image_room const whole{object::measure(*from)};
        auto const found = object::fill(*from, whole.tables());
        REQUIRE(found);
        for (auto const member : {&object::counts::sections, &object::counts::code, &object::counts::functions,
                                  &object::counts::programs, &object::counts::variables, &object::counts::externs,
                                  &object::counts::relocations, &object::counts::types}) {
            auto less = object::measure(*from);
            if ((*found).*member == 0) continue;
            less.*member = (*found).*member - 1;
            image_room const room{less};
            auto const answer = object::read(*from, room.tables());
            CHECK(answer.error().why == reason::storage_too_small);
        }
    }
}

} // namespace
