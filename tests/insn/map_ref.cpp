// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/insn/map_ref.hpp>

#include <doctest/doctest.h>

#include <cstdint>

#include "row.hpp"

namespace {

using namespace bpfxx::insn;
using tests::insn::row;

constexpr map_slot<0> counts{};
constexpr map_slot<3> settings{};

constexpr row rows[] = {
    {load_map(r1, counts).code.first, {0x18, 1, 1, 0, 0}},
    {load_map(r1, counts).code.second, {0x00, 0, 0, 0, 0}},
    {load_map(r9, settings).code.first, {0x18, 9, 1, 0, 3}},
    {load_map(r9, settings).code.second, {0x00, 0, 0, 0, 0}},
    {load_map_value(r2, settings, 0).code.first, {0x18, 2, 2, 0, 3}},
    {load_map_value(r2, settings, 40).code.second, {0x00, 0, 0, 0, 40}},
    {load_map_value(r2, settings, (1u << 29) - 1).code.second, {0x00, 0, 0, 0, 536870911}},
};

static_assert(tests::insn::all_equal(rows));

TEST_CASE("map loads are encoded as the table says, with the slot's number for the descriptor") {
    tests::insn::check(rows);
}

struct borrowed {
    int raw() const { return 3; }
};
struct wider {
    long raw() const { return 3; }
};
struct changing {
    int raw() { return 3; }
};
static_assert(map_descriptor<borrowed> && !map_descriptor<wider> && !map_descriptor<changing> && !map_descriptor<int>);

static_assert(detail::names_map(load_map(r1, counts).code.first));
static_assert(detail::names_map(load_map_value(r1, counts, 0).code.first));
static_assert(!detail::names_map(load_map(r1, counts).code.second));
static_assert(!detail::names_map(detail::wide(pseudo_load::constant, r1, 0, 0).first));
static_assert(!detail::names_map({0xbf, instruction::pack(1, 1), 0, 0}));

} // namespace
