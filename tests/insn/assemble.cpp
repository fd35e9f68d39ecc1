// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/insn/listing.hpp>
#include <bpfxx/insn/statement.hpp>

#include <doctest/doctest.h>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <type_traits>
#include <unistd.h>

#include "row.hpp"

namespace {

using namespace bpfxx::insn;
using tests::insn::fields;

struct borrowed {
    int number;
    constexpr int raw() const { return number; }
};

template <class Code, class... Map>
concept fillable = requires(Code code, Map... maps) { code.with(maps...); };

constexpr map_slot<0> counts{};
constexpr map_slot<1> settings{};
using one_map = slots<map_slot<0>>;
using two_maps = slots<map_slot<0>, map_slot<1>>;

// What the first users of the assembler write; exit() and div() stand beside those of <cstdlib>.
// clang-format off: one step per line
constexpr auto count_calls = assemble(
    mov(r6, r1),
    load<std::uint64_t>(r7, r6 + 8),
    call(helper::get_current_pid_tgid),
    shr(r0, 32),
    store<std::uint32_t>(r10 - 8, r0),
    store<std::uint32_t>(r10 - 4, 7),
    load_map(r1, counts),
    mov(r2, r10), add(r2, -8),
    call(helper::map_lookup_elem),
    jump_if(r0 == 0, "miss"),
    mov(r1, 1), atomic_add<std::uint64_t>(r0, r1),
    label("miss"), mov(r0, 0), exit());
// clang-format on

static_assert(std::same_as<decltype(count_calls), program_code<16, one_map> const>);

TEST_CASE("a program with one map, slot by slot") {
    constexpr fields want[] = {
        {0xbf, 6, 1, 0, 0},   {0x79, 7, 6, 8, 0},   {0x85, 0, 0, 0, 14}, {0x77, 0, 0, 0, 32},
        {0x63, 10, 0, -8, 0}, {0x62, 10, 0, -4, 7}, {0x18, 1, 1, 0, 42}, {0x00, 0, 0, 0, 0},
        {0xbf, 2, 10, 0, 0},  {0x07, 2, 0, 0, -8},  {0x85, 0, 0, 0, 1},  {0x15, 0, 0, 2, 0},
        {0xb7, 1, 0, 0, 1},   {0xdb, 0, 1, 0, 0},   {0xb7, 0, 0, 0, 0},  {0x95, 0, 0, 0, 0},
    };
    auto const filled = count_calls.with(borrowed{42});
    tests::insn::check(filled.instructions(), want);
}

TEST_CASE("each slot gets its own map, wherever it is named") {
    constexpr auto code = assemble(load_map(r1, settings), load_map(r2, counts), load_map_value(r3, settings, 16),
                                   load_imm64(r4, 1), mov(r0, 0), exit());
    static_assert(std::same_as<decltype(code), program_code<10, two_maps> const>);
    constexpr fields want[] = {
        {0x18, 1, 1, 0, 9}, {0, 0, 0, 0, 0},    {0x18, 2, 1, 0, 5}, {0, 0, 0, 0, 0},    {0x18, 3, 2, 0, 9},
        {0, 0, 0, 0, 16},   {0x18, 4, 0, 0, 1}, {0, 0, 0, 0, 0},    {0xb7, 0, 0, 0, 0}, {0x95, 0, 0, 0, 0},
    };
    static_assert(std::same_as<decltype(code.with(borrowed{5}, borrowed{9})), program_code<10>>);
    tests::insn::check(code.with(borrowed{5}, borrowed{9}).instructions(), want);
    // Filling makes a copy: the same program takes other maps afterwards.
    tests::insn::check(code.with(borrowed{5}, borrowed{9}).instructions(), want);
    CHECK(code.with(borrowed{7}, borrowed{8}).instructions()[0].imm == 8);
    // While compiling as well.
    static_assert(code.with(borrowed{5}, borrowed{9}).instructions()[2].imm == 5);
}

struct key {
    std::uint32_t number;
};
struct stats {
    std::uint64_t packets, bytes;
};
template <class Value>
struct typed_map_of {
    using key_type = key;
    using value_type = Value;
    borrowed fd() const { return {77}; }
};

TEST_CASE("slots of every kind are filled in the order of their numbers") {
    constexpr map_slot<0, typed_map_of<stats>> flows{};
    constexpr kfunc_slot<1> lock{};
    constexpr kernel_variable_slot<2> runqueues{};
    constexpr auto code = assemble(load_map(r1, flows), load_kernel_variable(r2, runqueues), call(lock),
                                   load_map(r1, flows), load_imm64(r2, 1), call(lock), mov(r0, 0), exit());
    using named = slots<map_slot<0, typed_map_of<stats>>, kfunc_slot<1>, kernel_variable_slot<2>>;
    static_assert(std::same_as<decltype(code), program_code<12, named> const>);
    auto const filled =
        code.with(typed_map_of<stats>{}, kfunc{bpfxx::btf::type_id{1}, 2},
                  kernel_variable{bpfxx::btf::type_id{0}, bpfxx::fd_ref<bpfxx::kind::btf>::from_raw(9)});
    constexpr fields want[] = {
        {0x18, 1, 1, 0, 77}, {0, 0, 0, 0, 0},     {0x18, 2, 3, 0, 0}, {0, 0, 0, 0, 9},
        {0x85, 0, 2, 2, 1},  {0x18, 1, 1, 0, 77}, {0, 0, 0, 0, 0},    {0x18, 2, 0, 0, 1},
        {0, 0, 0, 0, 0},     {0x85, 0, 2, 2, 1},  {0xb7, 0, 0, 0, 0}, {0x95, 0, 0, 0, 0},
    };
    tests::insn::check(filled.instructions(), want);

    using typed = program_code<12, slots<map_slot<0, typed_map_of<stats>>>>;
    static_assert(fillable<typed, typed_map_of<stats>> && !fillable<typed, typed_map_of<key>> &&
                  !fillable<typed, borrowed>);
    using function = program_code<12, slots<kfunc_slot<0>>>;
    static_assert(fillable<function, kfunc> && !fillable<function, kernel_variable> && !fillable<function, borrowed>);
    using variable = program_code<12, slots<kernel_variable_slot<0>>>;
    static_assert(fillable<variable, kernel_variable> && !fillable<variable, kfunc>);
}

TEST_CASE("blocks and long jumps are put where labels are") {
    constexpr auto code = assemble(mov(r0, 0), loop(), add(r0, 1), break_if(r0 == 7), if_(r0 == 3), add(r0, 1), else_(),
                                   gotol("on"), end_if(), label("on"), again_if(r0 != 9), exit());
    constexpr fields want[] = {
        {0xb7, 0, 0, 0, 0}, {0x07, 0, 0, 0, 1}, {0x15, 0, 0, 5, 7},  {0x55, 0, 0, 2, 3}, {0x07, 0, 0, 0, 1},
        {0x05, 0, 0, 1, 0}, {0x06, 0, 0, 0, 0}, {0x55, 0, 0, -7, 9}, {0x95, 0, 0, 0, 0},
    };
    tests::insn::check(code.instructions(), want);
}

TEST_CASE("slots may leave numbers out, so that programs can share one order of maps") {
    constexpr auto code = assemble(load_map(r1, map_slot<2>{}), mov(r0, 0), exit());
    static_assert(std::same_as<decltype(code), program_code<4, slots<unused_slot, unused_slot, map_slot<2>>> const>);
    CHECK(code.with(borrowed{5}, borrowed{6}, borrowed{7}).instructions()[0].imm == 7);
}

TEST_CASE("labels take no slot, wide loads count twice, jumps go both ways") {
    constexpr auto code = assemble(label("top"), label("also top"),            // 0
                                   load_imm64(r1, 5),                          // 0, 1
                                   jump_if(w1 == 3, "out"),                    // 2
                                   jump_if(r1 > r2, "also top"),               // 3
                                   jump("next"), label("next"),                // 4
                                   load_imm64(r3, 6), jump_if(r3 != 0, "top"), // 5, 6, 7
                                   label("out"), exit());                      // 8
    static_assert(std::same_as<decltype(code), program_code<9> const>);
    constexpr fields want[] = {
        {0x18, 1, 0, 0, 5}, {0, 0, 0, 0, 0}, {0x16, 1, 0, 5, 3},  {0x2d, 1, 2, -4, 0}, {0x05, 0, 0, 0, 0},
        {0x18, 3, 0, 0, 6}, {0, 0, 0, 0, 0}, {0x55, 3, 0, -8, 0}, {0x95, 0, 0, 0, 0},
    };
    tests::insn::check(code.instructions(), want);
}

constexpr auto powers_of_two() {
    std::array<instruction, 4> several{};
    for (int i = 0; i != 4; ++i) several[static_cast<std::size_t>(i)] = add(r0, 1 << i);
    return several;
}

TEST_CASE("an array of instructions is a statement") {
    constexpr auto code = assemble(mov(r0, 0), jump_if(r1 == 0, "out"), powers_of_two(), label("out"), exit());
    static_assert(std::same_as<decltype(code), program_code<7> const>);
    constexpr fields want[] = {
        {0xb7, 0, 0, 0, 0}, {0x15, 1, 0, 4, 0}, {0x07, 0, 0, 0, 1}, {0x07, 0, 0, 0, 2},
        {0x07, 0, 0, 0, 4}, {0x07, 0, 0, 0, 8}, {0x95, 0, 0, 0, 0},
    };
    tests::insn::check(code.instructions(), want);
}

TEST_CASE("an array of what the functions give is one, too") {
    constexpr auto code = assemble(std::array{mov(r0, 0), add(r0, 1)}, exit());
    static_assert(std::same_as<decltype(code), program_code<3> const>);
    CHECK(code.instructions()[1] == add(r0, 1));
}

TEST_CASE("a program may end with a jump") {
    constexpr auto code = assemble(jump("work"), label("out"), exit(), label("work"), mov(r0, 0), jump("out"));
    CHECK(code.instructions().back() == instruction{0x05, 0, -3, 0});
}

// A program is a value: nothing is allocated, nothing refers outwards.
static_assert(std::is_trivially_copyable_v<decltype(count_calls)> && sizeof(count_calls) == 16 * 8);
static_assert(!std::is_default_constructible_v<program_code<2>> &&
              !std::is_default_constructible_v<program_code<2, one_map>>);

// What takes instructions takes a program, once no map is missing.
using instructions = std::span<instruction const>;
static_assert(std::convertible_to<program_code<2>, instructions>);
static_assert(!std::convertible_to<program_code<2, one_map>, instructions>);

template <class Code>
concept has_instructions = requires(Code code) { code.instructions(); };
static_assert(has_instructions<program_code<2>> && !has_instructions<program_code<2, one_map>>);

static_assert(fillable<program_code<2, two_maps>, borrowed, borrowed> &&
              !fillable<program_code<2, two_maps>, borrowed>);
static_assert(!fillable<program_code<2, two_maps>, borrowed, borrowed, borrowed> &&
              !fillable<program_code<2, one_map>, int>);
static_assert(fillable<program_code<2>> && !fillable<program_code<2>, borrowed>);

template <class... Statement>
concept assembled = detail::all_statements<Statement...>;
static_assert(assembled<instruction, wide_instruction, label_definition, label_reference, map_load<3>>);
static_assert(assembled<std::array<instruction, 3>> && assembled<>);
static_assert(!assembled<instruction, int> && !assembled<condition> && !assembled<map_slot<0>>);

// clang ends a fold expression at 256 operands; programs must be able to be longer.
#define FOUR(statement) statement, statement, statement, statement
#define SIXTEEN(statement) FOUR(FOUR(statement))
constexpr auto longer_than_a_fold =
    assemble(jump_if(r1 == 0, "out"), FOUR(FOUR(FOUR(SIXTEEN(add(r0, 1))))), label("out"), mov(r0, 0), exit());

// A block of four instructions, among them a comparison that the checks follow both ways.
#define BLOCK load_packet<std::uint16_t>(12), if_(r0 > 3), mov(r7, r0), end_if(), add(r7, 1)
constexpr auto long_and_branching =
    assemble(mov(r6, r1), mov(r7, 0), FOUR(FOUR(FOUR(FOUR(BLOCK)))), mov(r0, 0), exit());
static_assert(long_and_branching.instructions().size() == 4 + 4 * 256);

TEST_CASE("a thousand statements assemble within the compilers' default limits") {
    static_assert(std::same_as<decltype(longer_than_a_fold), program_code<1027> const>);
    CHECK(longer_than_a_fold.instructions()[0].off == 1024);
    CHECK(longer_than_a_fold.instructions()[1024] == add(r0, 1));
}

} // namespace
