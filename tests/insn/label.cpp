// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/insn/label.hpp>

#include <doctest/doctest.h>

#include <string_view>

namespace {

using namespace bpfxx::insn;

// From the slot after the jump, in slots.
static_assert(detail::jump_displacement(0, 1) == 0);
static_assert(detail::jump_displacement(0, 2) == 1);
static_assert(detail::jump_displacement(3, 2) == -2);
static_assert(detail::jump_displacement(0, 32768) == 32767);
static_assert(detail::jump_displacement(32767, 0) == -32768);

TEST_CASE("a label keeps its name") {
    CHECK(label("here").name == "here");
    constexpr std::string_view name = "there";
    CHECK(label(name).name == "there");
}

} // namespace
