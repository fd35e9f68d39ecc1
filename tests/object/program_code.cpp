// SPDX-License-Identifier: BSL-1.0
#include <bpfxx/object/placement.hpp>
#include <bpfxx/object/plan_of.hpp>
#include <bpfxx/object/program_code.hpp>

#include "embedded.hpp"
#include "known_image.hpp"

#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace object_test;
using object::target_kind;

using subprograms = known<subprograms_object>;
using callbacks = known<callbacks_object>;
using kfuncs = known<kfuncs_object>;
using exceptions = known<exceptions_object>;
using big_endian = known<big_endian_object>;

template <class Known, std::size_t Program>
constexpr bool consists_of(std::initializer_list<std::string_view> names) {
    auto const& made = Known::template linked<Program>;
    if (made.functions.size() != names.size()) return false;
    std::uint32_t start = 0;
    std::size_t at = 0;
    for (auto const name : names) {
        auto const& of = Known::image.functions[made.functions[at].function];
        if (of.name != name || made.functions[at].first != start) return false;
        // A function begins with its type and with a line.
        if (made.func_infos[at].insn_off != start || bpfxx::btf::type_id{made.func_infos[at].type_id} != of.type)
            return false;
        start += of.count;
        ++at;
    }
    return made.instructions.size() == start && made.func_infos.size() == at;
}

// In the order of the reference loader: what is called first comes first, and what it calls before what comes later.
static_assert(consists_of<subprograms, 0>({"first", "unused_by_second", "global_one", "middle", "leaf", "hidden_one"}));
static_assert(consists_of<subprograms, 1>({"second", "global_two", "leaf", "global_one", "middle"}));
static_assert(consists_of<subprograms, 2>({"third"}));
static_assert(consists_of<callbacks, 0>({"walk", "for_entry", "add", "for_round"}));
static_assert(consists_of<callbacks, 1>({"again", "for_round"}));
static_assert(consists_of<big_endian, 0>({"count", "add"}));
// What a program throws to comes last, with what it needs.
static_assert(consists_of<exceptions, 0>({"first", "check", "caught_by_first", "twice"}));
static_assert(consists_of<exceptions, 1>({"second", "caught_by_second"}));
static_assert(consists_of<exceptions, 2>({"third"}));

/// Every call and address of a function leads to the start of one, every patch to an instruction that it is for.
template <class Code>
constexpr bool leads_to_starts(Code const& code) {
    auto const is_patched = [&](std::uint32_t at) {
        for (auto const& one : code.patches)
            if (one.instruction == at) return true;
        return false;
    };
    for (std::uint32_t at = 0; at != code.instructions.size(); ++at) {
        auto const& one = code.instructions[at];
        bool const call = one.code == 0x85 && one.src() == 1;
        bool const address = one.code == 0x18 && one.src() == 4;
        if ((!call && !address) || is_patched(at)) continue;
        bool found = false;
        for (auto const& to : code.functions) found = found || std::int64_t{to.first} == std::int64_t{at} + one.imm + 1;
        if (!found) return false;
    }
    return true;
}
static_assert(leads_to_starts(subprograms::linked<0>) && leads_to_starts(subprograms::linked<1>));
static_assert(leads_to_starts(callbacks::linked<0>) && leads_to_starts(callbacks::linked<1>));
static_assert(leads_to_starts(big_endian::linked<0>));

template <class Code>
constexpr std::size_t addresses_in(Code const& code) {
    std::size_t count = 0;
    for (auto const& one : code.instructions) count += one.code == 0x18 && one.src() == 4;
    return count;
}
static_assert(addresses_in(callbacks::linked<0>) == 3 && addresses_in(callbacks::linked<1>) == 1);

// walk names a map; add and for_round name variables, wherever they were moved to.
static_assert([] {
    auto const& code = callbacks::linked<0>;
    auto const section = [](std::string_view name) { return callbacks::source.file.find(name)->index(); };
    if (code.patches.size() != 3) return false;
    auto const& image = callbacks::image;
    for (auto const& one : code.patches)
        if (code.instructions[one.instruction].code != 0x18) return false;
    auto const& map = code.patches[0];
    auto const& sum = code.patches[1];
    auto const& rounds = code.patches[2];
    return map.kind == target_kind::map && map.index == section(".maps") && map.addend == 0 && map.instruction < 21 &&
           sum.kind == target_kind::map_value && sum.index == section(".bss") &&
           sum.addend == std::int32_t(image.find_variable("sum")->offset) &&
           sum.instruction >= code.functions[2].first &&
           rounds.addend == std::int32_t(image.find_variable("rounds")->offset) &&
           rounds.instruction >= code.functions[3].first;
}());

// Lines are those of the file, moved with their functions, in order.
static_assert([] {
    auto const& code = subprograms::linked<1>;
    for (std::size_t i = 1; i < code.line_infos.size(); ++i)
        if (code.line_infos[i - 1].insn_off >= code.line_infos[i].insn_off) return false;
    std::size_t starts = 0;
    for (auto const& line : code.line_infos)
        for (auto const& one : code.functions) starts += one.first == line.insn_off;
    return starts == code.functions.size() && code.line_infos.back().insn_off < code.instructions.size();
}());

// What the kernel provides stays to be filled, the address of a function as well as calls.
static_assert([] {
    auto const& code = kfuncs::linked<0>;
    std::size_t calls = 0;
    std::size_t addresses = 0;
    for (auto const& one : code.patches) {
        if (one.kind != target_kind::extern_function) continue;
        auto const opcode = code.instructions[one.instruction].code;
        calls += opcode == 0x85;
        addresses += opcode == 0x18;
        if (kfuncs::image.externs[one.index].name.empty()) return false;
    }
    return calls == 5 && addresses == 2 && code.patches.size() == 8;
}());

// CO-RE relocations of both byte orders name the same places, where the instructions that they change stand.
static_assert(kfuncs::linked<0>.core_relocations.size() == 1 && big_endian::linked<0>.core_relocations.size() == 1);
static_assert([] {
    auto const& code = big_endian::linked<0>;
    auto const& one = code.core_relocations[0];
    auto const opcode = code.instructions[one.insn_off].code;
    return opcode == 0x61 && one.kind == bpfxx::sys::info::core_relo_kind::field_byte_offset &&
           code.instructions[0].code == 0x79 && code.instructions[0].src() == 1;
}());

std::vector<bpfxx::insn::instruction> at_run_time(object::image const& image, std::size_t program) {
    block<object::placement> placements{image.functions.size()};
    auto const& of = image.programs[program];
    auto const size = object::measure(image, of, placements.span());
    REQUIRE(size);
    code_room const room{*size};
    auto const code = object::link(image, of, placements.span(), room.room());
    REQUIRE(code);
    for (auto const& one : placements.span()) REQUIRE(one.start == object::placement::nothing);
    return {code->instructions.begin(), code->instructions.end()};
}

TEST_CASE("object program code: the same at run time as while compiling") {
    auto const same = [](auto const& compiled, auto const& run) {
        return std::vector(compiled.begin(), compiled.end()) == run;
    };
    CHECK(same(subprograms::linked<0>.instructions, at_run_time(subprograms::image, 0)));
    CHECK(same(subprograms::linked<1>.instructions, at_run_time(subprograms::image, 1)));
    CHECK(same(callbacks::linked<0>.instructions, at_run_time(callbacks::image, 0)));
    CHECK(same(big_endian::linked<0>.instructions, at_run_time(big_endian::image, 0)));
}

TEST_CASE("object program code: storage that is too small, programs that are not there") {
    auto const& image = subprograms::image;
    block<object::placement> placements{image.functions.size()};
    auto const size = object::measure(image, image.programs[0], placements.span());
    REQUIRE(size);
    for (auto const member :
         {&object::program_counts::functions, &object::program_counts::instructions, &object::program_counts::patches,
          &object::program_counts::func_infos, &object::program_counts::line_infos}) {
        auto less = *size;
        --(less.*member);
        code_room const room{less};
        auto const code = object::link(image, image.programs[0], placements.span(), room.room());
        CHECK(code.error().why == object::reason::storage_too_small);
    }
    block<object::placement> const few{image.functions.size() - 1};
    CHECK(object::measure(image, image.programs[0], few.span()).error().why == object::reason::placements_too_few);
    object::program const absent{.name = "absent", .function = 10};
    auto const problem = object::measure(image, absent, placements.span()).error();
    CHECK(problem.why == object::reason::no_such_program);
    CHECK(problem.name == "absent");
    CHECK(object::link(image, absent, placements.span(), {}).error().why == object::reason::no_such_program);
}

// ---- made by hand ----

/// An image of functions in one section, each of which calls others.
struct made_image {
    std::vector<object::function> functions{};
    std::vector<object::code_relocation> relocations{};
    std::vector<object::code_section> code = std::vector<object::code_section>(1);
    std::string bytes{};

    void add(std::uint32_t count, std::vector<std::uint32_t> const& calls) {
        auto const first = static_cast<std::uint32_t>(bytes.size() / 8);
        functions.push_back({.name = "f", .section = 1, .first = first, .count = count});
        for (std::uint32_t i = 0; i != calls.size(); ++i)
            relocations.push_back(
                {.section = 1, .instruction = first + i, .kind = target_kind::call, .target = calls[i]});
        bytes.resize(bytes.size() + 8 * std::size_t{count});
    }
    object::image image() {
        code[0].section = 1;
        code[0].function_count = static_cast<std::uint32_t>(functions.size());
        code[0].relocation_count = static_cast<std::uint32_t>(relocations.size());
        code[0].instructions = {bytes, false};
        object::image made;
        made.code = code;
        made.functions = functions;
        made.relocations = relocations;
        return made;
    }
};

TEST_CASE("object program code: functions that call themselves and each other, and long chains") {
    made_image circle;
    circle.add(3, {0, 1});
    circle.add(2, {0, 1});
    auto const both = circle.image();
    block<object::placement> two{2};
    code_room const room{{.functions = 2, .instructions = 5}};
    auto const code = object::link(both, {.function = 0}, two.span(), room.room());
    REQUIRE(code);
    CHECK(code->instructions[0].imm == -1);
    CHECK(code->instructions[1].imm == 1);
    CHECK(code->instructions[3].imm == -4);
    CHECK(code->instructions[4].imm == -2);
    // From the other one.
    auto const other = object::link(both, {.function = 1}, two.span(), room.room());
    REQUIRE(other);
    CHECK(other->functions[0].function == 1);
    CHECK(other->instructions[0].imm == 1);
    CHECK(other->instructions[2].imm == -1);

    made_image chain;
    constexpr std::uint32_t length = 100'000;
    for (std::uint32_t i = 0; i + 1 != length; ++i) chain.add(1, {i + 1});
    chain.add(1, {});
    block<object::placement> many{length};
    auto const size = object::measure(chain.image(), {.function = 0}, many.span());
    REQUIRE(size);
    CHECK(size->instructions == length);
}

TEST_CASE("object program code: lines of every function or of none") {
    made_image made;
    made.add(2, {1});
    made.add(2, {});
    std::string records(32, '\0');
    records[16] = 24;
    if (std::endian::native == std::endian::big) return;
    made.code[0].lines = {records.data(), 2, 16, false};
    block<object::placement> placements{2};
    auto const lines_of = [&](std::uint32_t function) {
        auto const size = object::measure(made.image(), {.function = function}, placements.span());
        REQUIRE(size);
        return size->line_infos;
    };
    CHECK(lines_of(0) == 2);
    made.code[0].lines = {records.data(), 1, 16, false};
    CHECK(lines_of(0) == 0);
    CHECK(lines_of(1) == 0);
    // Nor is there room for those of the first.
    code_room const room{{.functions = 2, .instructions = 4}};
    auto const code = object::link(made.image(), {.function = 0}, placements.span(), room.room());
    REQUIRE(code);
    CHECK(code->line_infos.empty());
    code_room const more{{.functions = 2, .instructions = 4, .line_infos = 1}};
    auto const other = object::link(made.image(), {.function = 0}, placements.span(), more.room());
    REQUIRE(other);
    CHECK(other->line_infos.empty());
}

TEST_CASE("object program code: types of every function or of none, and room for what CO-RE relocates") {
    made_image made;
    made.add(2, {1});
    made.add(2, {});
    std::string types(16, '\0');
    types[8] = 16;
    std::string const relocations(16, '\0');
    if (std::endian::native == std::endian::big) return;
    block<object::placement> placements{2};
    for (std::uint32_t const count : {2u, 1u}) {
        made.code[0].functions = {types.data(), count, 8, false};
        auto const size = object::measure(made.image(), {.function = 0}, placements.span());
        REQUIRE(size);
        CHECK(size->func_infos == (count == 2 ? 2 : 0));
        for (std::uint32_t const room : {size->func_infos, size->func_infos + 1}) {
            code_room const into{{.functions = 2, .instructions = 4, .func_infos = room}};
            auto const code = object::link(made.image(), {.function = 0}, placements.span(), into.room());
            REQUIRE(code);
            CHECK(code->func_infos.size() == size->func_infos);
        }
    }
    made.code[0].core = {relocations.data(), 1, 16, false};
    code_room const without{{.functions = 2, .instructions = 4, .func_infos = 2}};
    auto const code = object::link(made.image(), {.function = 0}, placements.span(), without.room());
    CHECK(code.error().why == object::reason::storage_too_small);
}

TEST_CASE("object program code: records that are in no order are looked for one by one") {
    if (std::endian::native == std::endian::big) return;
    std::string places(4 * 16, '\0');
    for (std::size_t at = 0; at != 4; ++at) places[16 * at] = static_cast<char>(8 * std::array{5, 1, 4, 0}[at]);
    bpfxx::btf::ext_records<bpfxx::sys::info::line_info> const records{places.data(), 4, 16, false};
    object::function const of{.section = 1, .first = 4, .count = 2};
    CHECK(object::detail::count_records(records, false, of) == 2);
    std::array<bpfxx::sys::info::line_info, 3> room{};
    object::detail::records_written done{.count = 1};
    object::detail::move_records(records, false, of, 7, bpfxx::slice{room.data(), room.size()}, done);
    CHECK(done.count == 3);
    CHECK(done.of_all);
    CHECK(done.fits);
    CHECK(room[1].insn_off == 8);
    CHECK(room[2].insn_off == 7);
    object::detail::move_records(records, false, of, 7, bpfxx::slice{room.data(), room.size()}, done);
    CHECK(!done.fits);
}

TEST_CASE("object program code: programs that have code in common") {
    made_image made;
    made.add(2, {});
    made.add(2, {});
    CHECK_FALSE(object::detail::shares_code(made.image()));
    made.functions[1].first = 1; // two names for an instruction
    CHECK(object::detail::shares_code(made.image()));
    made.functions[1].section = 2;
    CHECK_FALSE(object::detail::shares_code(made.image()));
    made.functions[1].exception_callback = 0;
    CHECK(object::detail::shares_code(made.image()));
    made.functions[1].exception_callback = 2; // none
    made.relocations = {{.section = 1, .instruction = 0, .kind = target_kind::function_address, .target = 1}};
    CHECK(object::detail::shares_code(made.image()));
}

TEST_CASE("object program code: programs that are too large, loads that are cut") {
    made_image aliases;
    for (int i = 0; i != 20; ++i) aliases.add(1, {});
    aliases.bytes.resize(8);
    aliases.relocations.clear();
    for (auto& one : aliases.functions) one = {.section = 1, .first = 0, .count = 1 << 20};
    for (std::uint32_t i = 0; i != 20; ++i)
        aliases.relocations.push_back({.section = 1, .instruction = 0, .kind = target_kind::call, .target = i});
    block<object::placement> placements{20};
    auto const large = object::measure(aliases.image(), {.function = 0}, placements.span());
    CHECK(large.error().why == object::reason::program_too_large);

    made_image cut;
    cut.add(2, {});
    cut.add(1, {});
    cut.bytes[8] = 0x18;
    cut.relocations = {{.section = 1, .instruction = 1, .kind = target_kind::map, .target = 3}};
    auto const problem = object::measure(cut.image(), {.function = 0}, placements.span()).error();
    CHECK(problem.why == object::reason::relocation_place);
    CHECK(problem.offset == 8);
    cut.bytes[8] = char(0x85);
    CHECK(object::measure(cut.image(), {.function = 0}, placements.span()));
    for (auto const& one : placements.span()) CHECK(one.start == object::placement::nothing);
}

} // namespace
