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
    {exit(), {0x95, 0, 0, 0, 0}},
};

static_assert(tests::insn::all_equal(rows));

TEST_CASE("calls and exit are encoded as the table says") { tests::insn::check(rows); }

template <class T>
concept callable = requires(T whom) { call(whom); };
static_assert(callable<helper> && !callable<int> && !callable<std::uint32_t>);

} // namespace
