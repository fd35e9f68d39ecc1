// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/insn/mem.hpp>

#include <doctest/doctest.h>

#include <cstdint>

#include "row.hpp"

namespace {

using namespace bpfxx::insn;
using tests::insn::row;

enum class action : std::uint8_t { last = 255 };

// clang-format off: one row per line
constexpr row rows[] = {
    {load<std::uint8_t>(r3, r6 + 24), {0x71, 3, 6, 24, 0}},
    {load<std::uint8_t>(r3, r6), {0x71, 3, 6, 0, 0}},
    {store<std::uint8_t>(r10 - 16, r4), {0x73, 10, 4, -16, 0}},
    {store<std::uint8_t>(r7, 33), {0x72, 7, 0, 0, 33}},
    {load<std::uint16_t>(r3, r6 + 24), {0x69, 3, 6, 24, 0}},
    {load<std::uint16_t>(r3, r6), {0x69, 3, 6, 0, 0}},
    {store<std::uint16_t>(r10 - 16, r4), {0x6b, 10, 4, -16, 0}},
    {store<std::uint16_t>(r7, 33), {0x6a, 7, 0, 0, 33}},
    {load<std::uint32_t>(r3, r6 + 24), {0x61, 3, 6, 24, 0}},
    {load<std::uint32_t>(r3, r6), {0x61, 3, 6, 0, 0}},
    {store<std::uint32_t>(r10 - 16, r4), {0x63, 10, 4, -16, 0}},
    {store<std::uint32_t>(r7, 33), {0x62, 7, 0, 0, 33}},
    {load<std::uint64_t>(r3, r6 + 24), {0x79, 3, 6, 24, 0}},
    {load<std::uint64_t>(r3, r6), {0x79, 3, 6, 0, 0}},
    {store<std::uint64_t>(r10 - 16, r4), {0x7b, 10, 4, -16, 0}},
    {store<std::uint64_t>(r7, 33), {0x7a, 7, 0, 0, 33}},
    // with their sign
    {load<std::int8_t>(r3, r6 + 24), {0x91, 3, 6, 24, 0}},
    {load<std::int16_t>(r3, r6 - 2), {0x89, 3, 6, -2, 0}},
    {load<std::int32_t>(r3, r6), {0x81, 3, 6, 0, 0}},
    {load<signed char>(r3, r6), {0x91, 3, 6, 0, 0}},
    // w registers take what fits them
    {load<std::uint8_t>(w3, r6), {0x71, 3, 6, 0, 0}},
    {load<std::uint32_t>(w3, r6), {0x61, 3, 6, 0, 0}},
    {store<std::uint32_t>(r6, w3), {0x63, 6, 3, 0, 0}},
    // other names of the same types
    {load<unsigned long long>(r3, r6), {0x79, 3, 6, 0, 0}},
    {store<unsigned char>(r6, r3), {0x73, 6, 3, 0, 0}},
    // the ends of the displacement
    {load<std::uint8_t>(r3, r6 + 32767), {0x71, 3, 6, 32767, 0}},
    {store<std::uint8_t>(r6 - 32768, r3), {0x73, 6, 3, -32768, 0}},
    // constants, signed or unsigned, as wide as the store
    {store<std::uint8_t>(r10 - 1, 255), {0x72, 10, 0, -1, 255}},
    {store<std::uint8_t>(r10 - 1, -128), {0x72, 10, 0, -1, -128}},
    {store<std::uint8_t>(r10 - 1, action::last), {0x72, 10, 0, -1, 255}},
    {store<std::uint16_t>(r10 - 2, 65535), {0x6a, 10, 0, -2, 65535}},
    {store<std::uint16_t>(r10 - 2, -32768), {0x6a, 10, 0, -2, -32768}},
    {store<std::uint32_t>(r10 - 4, 0xffffffffu), {0x62, 10, 0, -4, -1}},
    {store<std::uint32_t>(r10 - 4, -2147483648LL), {0x62, 10, 0, -4, -2147483648LL}},
    {store<std::uint64_t>(r10 - 8, 0x7fffffff), {0x7a, 10, 0, -8, 2147483647}},
    {store<std::uint64_t>(r10 - 8, -2147483648LL), {0x7a, 10, 0, -8, -2147483648LL}},
};
// clang-format on

static_assert(tests::insn::all_equal(rows));

TEST_CASE("memory access is encoded as the table says") { tests::insn::check(rows); }

template <class T, class Reg>
concept loadable = requires(Reg to) { load<T>(to, r6); };
template <class T, class Reg>
concept storable = requires(Reg from) { store<T>(r6, from); };

static_assert(loadable<std::uint64_t, reg64> && !loadable<std::uint64_t, reg32>);
static_assert(loadable<std::int32_t, reg64> && !loadable<std::int32_t, reg32> && !loadable<std::int8_t, reg32>);
static_assert(!loadable<std::int64_t, reg64> && !loadable<std::int64_t, reg32>);
static_assert(!loadable<bool, reg64> && !loadable<float, reg64> && !loadable<char, reg64>);
static_assert(storable<std::uint64_t, reg64> && !storable<std::uint64_t, reg32>);
static_assert(storable<std::uint64_t, int> && !storable<int, int> && !storable<int, reg64>);

} // namespace
