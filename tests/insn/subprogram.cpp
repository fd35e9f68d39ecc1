// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/insn/listing.hpp>
#include <bpfxx/insn/subprogram.hpp>

#include <bpfxx/insn/assemble.hpp>

#include <doctest/doctest.h>

#include <array>
#include <concepts>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "row.hpp"

namespace {

using namespace bpfxx::insn;
using tests::insn::fields;

// What clang 19 makes of this with -O2 -target bpf -mcpu=v3, all functions in one section:
//     unsigned long prog(void* c) { return twice(5) + twice(7); }
//     static unsigned long twice(unsigned long x) { asm volatile(""); return x + leaf(x); }
//     static unsigned long leaf(unsigned long x) { return x * *(volatile int*)x; }
constexpr std::uint8_t from_clang[] = {
    0xb7, 0x01, 0x00, 0x00, 0x05, 0x00, 0x00, 0x00, //
    0x85, 0x10, 0x00, 0x00, 0x05, 0x00, 0x00, 0x00, // call twice
    0xbf, 0x06, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, //
    0xb7, 0x01, 0x00, 0x00, 0x07, 0x00, 0x00, 0x00, //
    0x85, 0x10, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, // call twice
    0x0f, 0x60, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, //
    0x95, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, //
    0xbf, 0x16, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, // twice:
    0x85, 0x10, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, // call leaf
    0x0f, 0x60, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, //
    0x95, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, //
    0x61, 0x10, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, // leaf:
    0x67, 0x00, 0x00, 0x00, 0x20, 0x00, 0x00, 0x00, //
    0xc7, 0x00, 0x00, 0x00, 0x20, 0x00, 0x00, 0x00, //
    0x2f, 0x10, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, //
    0x95, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, //
};

TEST_CASE("calls of subprograms are encoded as clang encodes them") {
    // clang-format off: one step per line
    constexpr auto code = assemble(
        mov(r1, 5),
        call_subprogram("twice"),
        mov(r6, r0),
        mov(r1, 7),
        call_subprogram("twice"),
        add(r0, r6),
        exit(),
      subprogram("twice"),
        mov(r6, r1),
        call_subprogram("leaf"),
        add(r0, r6),
        exit(),
      subprogram("leaf"),
        load<std::uint32_t>(r0, r1),
        shl(r0, 32), arsh(r0, 32),
        mul(r0, r1),
        exit());
    // clang-format on
    static_assert(std::same_as<decltype(code), program_code<16> const>);
    if constexpr (std::endian::native == std::endian::little) {
        REQUIRE(code.instructions().size_bytes() == sizeof from_clang);
        CHECK(std::memcmp(code.instructions().data(), from_clang, sizeof from_clang) == 0);
    }
    static_assert(code.start_of_subprogram(0) == 0 && code.start_of_subprogram(1) == 7 &&
                  code.start_of_subprogram(2) == 11);
    // There is no third.
    static_assert(code.start_of_subprogram(3) == 16);
}

TEST_CASE("the address of a subprogram counts from the slot after its first, forwards and backwards") {
    // clang-format off: one step per line
    constexpr auto code = assemble(
        load_subprogram(r2, "second"),
        load_map(r1, map_slot<0>{}),
        call_subprogram("first"),
        exit(),
      subprogram("first"),
        load_subprogram(r3, "first"),
        mov(r0, 0), exit(),
      subprogram("second"),
        call_subprogram("first"),
        exit());
    // clang-format on
    constexpr fields want[] = {
        {0x18, 2, 4, 0, 9},  {0, 0, 0, 0, 0},    {0x18, 1, 1, 0, 42}, {0, 0, 0, 0, 0},
        {0x85, 0, 1, 0, 1},  {0x95, 0, 0, 0, 0},                                          // main
        {0x18, 3, 4, 0, -1}, {0, 0, 0, 0, 0},    {0xb7, 0, 0, 0, 0},  {0x95, 0, 0, 0, 0}, // first
        {0x85, 0, 1, 0, -5}, {0x95, 0, 0, 0, 0},                                          // second
    };
    struct borrowed {
        constexpr int raw() const { return 42; }
    };
    tests::insn::check(code.with(borrowed{}).instructions(), want);
    static_assert(code.start_of_subprogram(1) == 6 && code.start_of_subprogram(2) == 10);
}

TEST_CASE("labels belong to their subprogram: two may use one name") {
    // clang-format off: one step per line
    constexpr auto code = assemble(
        jump_if(r1 == 0, "out"),
        call_subprogram("other"),
      label("out"),
        exit(),
      subprogram("other"),
      label("again"),
        sub(r1, 1),
        jump_if(r1 == 0, "out"),
        jump("again"),
      label("out"),
        mov(r0, 0),
        exit());
    // clang-format on
    constexpr fields want[] = {
        {0x15, 1, 0, 1, 0}, {0x85, 0, 1, 0, 1},  {0x95, 0, 0, 0, 0}, {0x17, 1, 0, 0, 1},
        {0x15, 1, 0, 1, 0}, {0x05, 0, 0, -3, 0}, {0xb7, 0, 0, 0, 0}, {0x95, 0, 0, 0, 0},
    };
    tests::insn::check(code.instructions(), want);
}

TEST_CASE("a subprogram may end with a jump back into itself") {
    constexpr auto code = assemble(call_subprogram("loop"), exit(), subprogram("loop"), jump_if(r1 == 0, "back"),
                                   label("out"), exit(), label("back"), jump("out"));
    CHECK(code.instructions().back() == instruction{0x05, 0, -2, 0});
}

template <class Register>
concept takes_address = requires(Register to) { load_subprogram(to, "name"); };
static_assert(takes_address<reg64> && !takes_address<reg32>);

static_assert(detail::subprogram_displacement(0, 1) == 0 && detail::subprogram_displacement(5, 2) == -4);

} // namespace
