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

struct borrowed {
    int raw() const { return 3; }
};
/// What a view of a map looks like from here: type 2 is an array.
template <int Type>
struct kind {
    struct facts_type {
        int type = Type;
    };
    static constexpr facts_type facts{};
};
template <class Kind, class Key, class Value>
struct view {
    using kind_type = Kind;
    using key_type = Key;
    using value_type = Value;
    borrowed fd() const { return {}; }
};
constexpr map_slot<1, view<kind<2>, std::uint32_t, std::uint64_t>> typed{};
constexpr map_slot<1, view<kind<40>, std::uint32_t, std::uint64_t>> differently_typed{};
constexpr auto module = bpfxx::fd_ref<bpfxx::kind::btf>::from_raw(9);
constexpr kernel_variable_slot<2> jiffies{};

constexpr row rows[] = {
    {load_map(r1, counts).code.first, {0x18, 1, 1, 0, 0}},
    {load_map(r1, counts).code.second, {0x00, 0, 0, 0, 0}},
    {load_map(r9, settings).code.first, {0x18, 9, 1, 0, 3}},
    {load_map(r9, settings).code.second, {0x00, 0, 0, 0, 0}},
    {load_map_value(r2, settings, 0).code.first, {0x18, 2, 2, 0, 3}},
    {load_map_value(r2, settings, 40).code.second, {0x00, 0, 0, 0, 40}},
    {load_map_value(r2, settings, (1u << 29) - 1).code.second, {0x00, 0, 0, 0, 536870911}},
    {load_map(r1, typed).code.first, {0x18, 1, 1, 0, 1}},
    {load_map(r1, typed).code.second, {0x00, 0, 0, 0, 0}},
    {load_map_value(r1, typed, 7).code.first, {0x18, 1, 2, 0, 1}},
    {load_map_value(r1, typed, 7).code.second, {0x00, 0, 0, 0, 7}},
    {load_map_value(r1, differently_typed, 8).code.second, {0x00, 0, 0, 0, 8}},
    {load_map_by_index(r4, 0).first, {0x18, 4, 5, 0, 0}},
    {load_map_by_index(r4, 0x7fffffff).first, {0x18, 4, 5, 0, 0x7fffffff}},
    {load_map_by_index(r4, 6).second, {0x00, 0, 0, 0, 0}},
    {load_map_value_by_index(r5, 6, 40).first, {0x18, 5, 6, 0, 6}},
    {load_map_value_by_index(r5, 6, 40).second, {0x00, 0, 0, 0, 40}},
    {load_kernel_variable(r6, bpfxx::btf::type_id{77}).first, {0x18, 6, 3, 0, 77}},
    {load_kernel_variable(r6, bpfxx::btf::type_id{77}).second, {0x00, 0, 0, 0, 0}},
    {load_kernel_variable(r6, bpfxx::btf::type_id{77}, module).first, {0x18, 6, 3, 0, 77}},
    {load_kernel_variable(r6, bpfxx::btf::type_id{77}, module).second, {0x00, 0, 0, 0, 9}},
    {load_kernel_variable(r7, jiffies).code.first, {0x18, 7, 3, 0, 2}},
    {load_kernel_variable(r7, jiffies).code.second, {0x00, 0, 0, 0, -1}},
};

static_assert(tests::insn::all_equal(rows));

TEST_CASE("map loads are encoded as the table says, with the slot's number for the descriptor") {
    tests::insn::check(rows);
}

static_assert(detail::names_map(load_map(r1, counts).code.first));
static_assert(detail::names_map(load_map_value(r1, counts, 0).code.first));
static_assert(!detail::names_map(load_map(r1, counts).code.second));
static_assert(!detail::names_map(detail::wide(pseudo_load::constant, r1, 0, 0).first));
static_assert(!detail::names_map({0xbf, instruction::pack(1, 1), 0, 0}));

static_assert(!detail::names_map(load_map_by_index(r1, 0).first));

constexpr wide_instruction filled(wide_instruction code, kernel_variable const& with) {
    detail::fill(code.first, code.second, with);
    return code;
}

static_assert(filled(load_kernel_variable(r7, jiffies).code, {bpfxx::btf::type_id{77}}) ==
              load_kernel_variable(r7, bpfxx::btf::type_id{77}));
static_assert(filled(load_kernel_variable(r7, jiffies).code, {bpfxx::btf::type_id{77}, module}) ==
              load_kernel_variable(r7, bpfxx::btf::type_id{77}, module));

constexpr bool names_variable_slot(wide_instruction const& code) {
    return detail::names_kernel_variable_slot(code.first, code.second);
}
static_assert(names_variable_slot(load_kernel_variable(r7, jiffies).code));
static_assert(!names_variable_slot(load_kernel_variable(r7, bpfxx::btf::type_id{77}, module)));
static_assert(!names_variable_slot(detail::wide(pseudo_load::constant, r1, 2, 0xffff'ffff)));

} // namespace
