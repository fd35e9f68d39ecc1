// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/classic/assemble.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>

namespace {

using namespace bpfxx::classic;

constexpr bool holds(std::span<instruction const> code, std::initializer_list<instruction> wanted) {
    return std::equal(code.begin(), code.end(), wanted.begin(), wanted.end());
}

template <std::size_t N>
constexpr std::array<instruction, N> filled_with(instruction one) {
    std::array<instruction, N> many{};
    for (instruction& slot : many) slot = one;
    return many;
}

// clang-format off: one step a line
constexpr auto tcp_only = assemble(
    load<std::uint16_t>(a, packet + 12), jump_if(a == 0x0800, "ip", "drop"),
    label("ip"), load<std::uint8_t>(a, packet + 23), jump_if(a == 6, "accept", "drop"),
    label("accept"), ret(whole_packet),
    label("drop"), ret(drop));
// clang-format on
static_assert(holds(tcp_only, {{0x28, 0, 0, 12},
                               {0x15, 0, 3, 0x0800},
                               {0x30, 0, 0, 23},
                               {0x15, 0, 1, 6},
                               {0x06, 0, 0, 0xffffffff},
                               {0x06, 0, 0, 0}}));

// one label is enough, and the comparison may be one that has no opcode
constexpr auto short_form = assemble(load<std::uint8_t>(a, packet), jump_if(a < 5, "drop"), jump_if(a == 9, "drop"),
                                     ret(a), label("drop"), ret(0));
static_assert(holds(short_form, {{0x30, 0, 0, 0}, {0x35, 0, 2, 5}, {0x15, 1, 0, 9}, {0x16, 0, 0, 0}, {0x06, 0, 0, 0}}));

constexpr auto two_ways_negated = assemble(jump_if(a != 5, "yes", "no"), label("no"), ret(0), label("yes"), ret(1));
static_assert(holds(two_ways_negated, {{0x15, 0, 1, 5}, {0x06, 0, 0, 0}, {0x06, 0, 0, 1}}));

constexpr auto skipping = assemble(jump("end"), ret(0), label("end"), label("same place"), ret(1));
static_assert(holds(skipping, {{0x05, 0, 0, 1}, {0x06, 0, 0, 0}, {0x06, 0, 0, 1}}));

// what tcpdump -dd prints
constexpr std::array<instruction, 4> printed{{
    {0x28, 0, 0, 0x0000000c},
    {0x15, 0, 1, 0x00000800},
    {0x6, 0, 0, 0x00040000},
    {0x6, 0, 0, 0x00000000},
}};
static_assert(holds(assemble(printed), {printed[0], printed[1], printed[2], printed[3]}));
// and arrays stand between other statements
static_assert(holds(assemble(jump("end"), filled_with<2>(add(a, 1)), label("end"), ret(a)),
                    {{0x05, 0, 0, 2}, {0x04, 0, 0, 1}, {0x04, 0, 0, 1}, {0x16, 0, 0, 0}}));

// The farthest that jumps reach, and the longest filter.
constexpr auto far_branches =
    assemble(jump_if(a == 0, "far", "far"), filled_with<255>(add(a, 1)), label("far"), ret(a));
static_assert(far_branches.instructions()[0] == instruction{0x15, 255, 255, 0});
constexpr auto longest = assemble(jump("far"), filled_with<4094>(load(a, ancillary::mark)), label("far"), ret(a));
static_assert(longest.instructions().size() == 4096 && longest.instructions()[0] == instruction{0x05, 0, 0, 4094});

// A label that no jump names is no mistake, not even at the end.
static_assert(holds(assemble(label("start"), ret(1), label("end")), {{0x06, 0, 0, 1}}));
// Nor is code that is never reached.
static_assert(holds(assemble(ret(1), add(a, 1), ret(a)), {{0x06, 0, 0, 1}, {0x04, 0, 0, 1}, {0x16, 0, 0, 0}}));

template <class... Statement>
concept assembles = requires(Statement... statements) { bpfxx::classic::assemble(statements...); };
static_assert(!assembles<int> && !assembles<instruction, condition>);

TEST_CASE("a filter is a span of its instructions") {
    std::span<instruction const> const code = tcp_only;
    CHECK(code.data() == tcp_only.instructions().data());
    CHECK(code.size() == 6);
    CHECK(sizeof tcp_only == 6 * sizeof(instruction));
}

} // namespace
