// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/insn/atomic.hpp>

#include <doctest/doctest.h>

#include <cstdint>

#include "row.hpp"

namespace {

using namespace bpfxx::insn;
using tests::insn::row;

// clang-format off: one row per line
constexpr row rows[] = {
    {atomic_add<std::uint32_t>(r8 + 8, r9), {0xc3, 8, 9, 8, 0x00}},
    {atomic_add<std::uint32_t>(r10 - 4, w3), {0xc3, 10, 3, -4, 0x00}},
    {atomic_add<std::uint64_t>(r10 - 8, r0), {0xdb, 10, 0, -8, 0x00}},
    {atomic_or<std::uint32_t>(r8 + 8, r9), {0xc3, 8, 9, 8, 0x40}},
    {atomic_or<std::uint32_t>(r10 - 4, w3), {0xc3, 10, 3, -4, 0x40}},
    {atomic_or<std::uint64_t>(r10 - 8, r0), {0xdb, 10, 0, -8, 0x40}},
    {atomic_and<std::uint32_t>(r8 + 8, r9), {0xc3, 8, 9, 8, 0x50}},
    {atomic_and<std::uint32_t>(r10 - 4, w3), {0xc3, 10, 3, -4, 0x50}},
    {atomic_and<std::uint64_t>(r10 - 8, r0), {0xdb, 10, 0, -8, 0x50}},
    {atomic_xor<std::uint32_t>(r8 + 8, r9), {0xc3, 8, 9, 8, 0xa0}},
    {atomic_xor<std::uint32_t>(r10 - 4, w3), {0xc3, 10, 3, -4, 0xa0}},
    {atomic_xor<std::uint64_t>(r10 - 8, r0), {0xdb, 10, 0, -8, 0xa0}},
    {atomic_fetch_add<std::uint32_t>(r8 + 8, r9), {0xc3, 8, 9, 8, 0x01}},
    {atomic_fetch_add<std::uint32_t>(r10 - 4, w3), {0xc3, 10, 3, -4, 0x01}},
    {atomic_fetch_add<std::uint64_t>(r10 - 8, r0), {0xdb, 10, 0, -8, 0x01}},
    {atomic_fetch_or<std::uint32_t>(r8 + 8, r9), {0xc3, 8, 9, 8, 0x41}},
    {atomic_fetch_or<std::uint32_t>(r10 - 4, w3), {0xc3, 10, 3, -4, 0x41}},
    {atomic_fetch_or<std::uint64_t>(r10 - 8, r0), {0xdb, 10, 0, -8, 0x41}},
    {atomic_fetch_and<std::uint32_t>(r8 + 8, r9), {0xc3, 8, 9, 8, 0x51}},
    {atomic_fetch_and<std::uint32_t>(r10 - 4, w3), {0xc3, 10, 3, -4, 0x51}},
    {atomic_fetch_and<std::uint64_t>(r10 - 8, r0), {0xdb, 10, 0, -8, 0x51}},
    {atomic_fetch_xor<std::uint32_t>(r8 + 8, r9), {0xc3, 8, 9, 8, 0xa1}},
    {atomic_fetch_xor<std::uint32_t>(r10 - 4, w3), {0xc3, 10, 3, -4, 0xa1}},
    {atomic_fetch_xor<std::uint64_t>(r10 - 8, r0), {0xdb, 10, 0, -8, 0xa1}},
    {atomic_exchange<std::uint32_t>(r8 + 8, r9), {0xc3, 8, 9, 8, 0xe1}},
    {atomic_exchange<std::uint32_t>(r10 - 4, w3), {0xc3, 10, 3, -4, 0xe1}},
    {atomic_exchange<std::uint64_t>(r10 - 8, r0), {0xdb, 10, 0, -8, 0xe1}},
    {atomic_compare_exchange<std::uint32_t>(r8 + 8, r9), {0xc3, 8, 9, 8, 0xf1}},
    {atomic_compare_exchange<std::uint32_t>(r10 - 4, w3), {0xc3, 10, 3, -4, 0xf1}},
    {atomic_compare_exchange<std::uint64_t>(r10 - 8, r0), {0xdb, 10, 0, -8, 0xf1}},
    {load_acquire<std::uint8_t>(r1, r10 - 8), {0xd3, 1, 10, -8, 0x100}},
    {store_release<std::uint8_t>(r10 - 8, r1), {0xd3, 10, 1, -8, 0x110}},
    {load_acquire<std::uint16_t>(r1, r10 - 8), {0xcb, 1, 10, -8, 0x100}},
    {store_release<std::uint16_t>(r10 - 8, r1), {0xcb, 10, 1, -8, 0x110}},
    {load_acquire<std::uint32_t>(r1, r10 - 8), {0xc3, 1, 10, -8, 0x100}},
    {store_release<std::uint32_t>(r10 - 8, r1), {0xc3, 10, 1, -8, 0x110}},
    {load_acquire<std::uint64_t>(r1, r10 - 8), {0xdb, 1, 10, -8, 0x100}},
    {store_release<std::uint64_t>(r10 - 8, r1), {0xdb, 10, 1, -8, 0x110}},
    {load_acquire<std::uint32_t>(w1, r6), {0xc3, 1, 6, 0, 0x100}},
    {store_release<std::uint16_t>(r6, w1), {0xcb, 6, 1, 0, 0x110}},
    // r10 may be written to memory by those that give nothing back
    {atomic_compare_exchange<std::uint64_t>(r1, r10), {0xdb, 1, 10, 0, 0xf1}},
    {store_release<std::uint64_t>(r1, r10), {0xdb, 1, 10, 0, 0x110}},
};
// clang-format on

static_assert(tests::insn::all_equal(rows));

TEST_CASE("atomics are encoded as the table says") { tests::insn::check(rows); }

#define TAKES(operation)                                                                                               \
    template <class T, class From>                                                                                     \
    concept operation##_takes = requires(From from) { operation<T>(r6, from); };                                       \
    static_assert(operation##_takes<std::uint64_t, reg64> && operation##_takes<std::uint32_t, reg64> &&                \
                  operation##_takes<std::uint32_t, reg32> && !operation##_takes<std::uint64_t, reg32> &&               \
                  !operation##_takes<std::uint16_t, reg64> && !operation##_takes<std::uint8_t, reg32> &&               \
                  !operation##_takes<std::int64_t, reg64> && !operation##_takes<std::uint64_t, int>)

TAKES(atomic_add);
TAKES(atomic_or);
TAKES(atomic_and);
TAKES(atomic_xor);
TAKES(atomic_fetch_add);
TAKES(atomic_fetch_or);
TAKES(atomic_fetch_and);
TAKES(atomic_fetch_xor);
TAKES(atomic_exchange);
TAKES(atomic_compare_exchange);

#undef TAKES

template <class T, class To>
concept acquired = requires(To to) { load_acquire<T>(to, r6); };
template <class T, class From>
concept released = requires(From from) { store_release<T>(r6, from); };

static_assert(acquired<std::uint8_t, reg64> && acquired<std::uint8_t, reg32> && !acquired<std::uint64_t, reg32>);
static_assert(!acquired<std::int32_t, reg64> && !acquired<char, reg64> && !acquired<bool, reg64>);
static_assert(released<std::uint8_t, reg64> && released<std::uint8_t, reg32> && !released<std::uint64_t, reg32>);
static_assert(!released<std::int32_t, reg64> && !released<std::uint32_t, int>);

} // namespace
