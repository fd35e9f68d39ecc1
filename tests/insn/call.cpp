// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/insn/call.hpp>

#include <doctest/doctest.h>

#include <concepts>
#include <cstdint>

#include "row.hpp"

namespace {

using namespace bpfxx::insn;
using tests::insn::row;

constexpr row rows[] = {
    {call(helper::map_lookup_elem), {0x85, 0, 0, 0, 1}},
    {call(helper::cgrp_storage_delete), {0x85, 0, 0, 0, 211}},
    {call(helper{300}), {0x85, 0, 0, 0, 300}},
    {call_kfunc(bpfxx::btf::type_id{31337}), {0x85, 0, 2, 0, 31337}},
    {call_kfunc(bpfxx::btf::type_id{5}, 1), {0x85, 0, 2, 1, 5}},
    {call_kfunc(bpfxx::btf::type_id{5}, 32767u), {0x85, 0, 2, 32767, 5}},
    {call(kfunc_slot<0>{}).code, {0x85, 0, 2, -1, 0}},
    {call(kfunc_slot<3>{}).code, {0x85, 0, 2, -1, 3}},
    {exit(), {0x95, 0, 0, 0, 0}},
};

static_assert(tests::insn::all_equal(rows));

TEST_CASE("calls and exit are encoded as the table says") { tests::insn::check(rows); }

constexpr instruction filled(instruction call, kfunc const& with) {
    detail::fill(call, with);
    return call;
}

static_assert(filled(call(kfunc_slot<3>{}).code, {bpfxx::btf::type_id{7}}) == call_kfunc(bpfxx::btf::type_id{7}));
static_assert(filled(call(kfunc_slot<3>{}).code, {bpfxx::btf::type_id{7}, 2}) == call_kfunc(bpfxx::btf::type_id{7}, 2));
static_assert(detail::names_kfunc_slot(call(kfunc_slot<3>{}).code));
static_assert(!detail::names_kfunc_slot(call_kfunc(bpfxx::btf::type_id{7}, 2)));
static_assert(!detail::names_kfunc_slot(call(helper::map_lookup_elem)) && !detail::names_kfunc_slot(exit()));
static_assert(!detail::names_kfunc_slot({0x85, 0, -1, 0}) && !detail::names_kfunc_slot({0x8d, 0x20, -1, 0}));

template <class T>
concept callable = requires(T whom) { call(whom); };
template <class T>
concept callable_by_id = requires(T id) { call_kfunc(id); };
static_assert(callable_by_id<bpfxx::btf::type_id> && !callable_by_id<int> && !callable_by_id<helper>);
static_assert(callable<kfunc_slot<1>>);
static_assert(callable<helper> && !callable<int> && !callable<std::uint32_t>);

} // namespace
