// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/insn/unit.hpp>

#include <doctest/doctest.h>

#include <cstdint>

namespace {

using namespace bpfxx::insn;

static_assert(memory_unit<std::uint8_t> && memory_unit<std::uint16_t> && memory_unit<std::uint32_t>);
static_assert(memory_unit<std::uint64_t> && memory_unit<unsigned long> && memory_unit<unsigned long long>);
static_assert(!memory_unit<std::int8_t> && !memory_unit<bool> && !memory_unit<float> && !memory_unit<void*>);
static_assert(signed_unit<std::int8_t> && signed_unit<std::int64_t> && signed_unit<signed char>);
static_assert(!signed_unit<std::uint8_t> && !signed_unit<float>);

// Their sign differs from machine to machine.
static_assert(!memory_unit<char> && !signed_unit<char> && !memory_unit<wchar_t> && !signed_unit<wchar_t>);

static_assert(detail::fits_register<std::uint32_t, 32> && !detail::fits_register<std::uint64_t, 32>);
static_assert(detail::too_wide_for_register<std::uint64_t, 32> && !detail::too_wide_for_register<std::int64_t, 32>);
static_assert(detail::extended_in_register<std::int32_t, 64> && !detail::extended_in_register<std::int32_t, 32>);
static_assert(detail::fills_register<std::int32_t, 32> && !detail::fills_register<std::int16_t, 32>);
static_assert(!detail::fills_register<std::uint32_t, 32> && !detail::extended_in_register<std::uint8_t, 64>);
static_assert(detail::atomic_unit<std::uint32_t, 32> && !detail::atomic_unit<std::uint16_t, 32>);
static_assert(detail::packet_unit<std::uint32_t> && !detail::packet_unit<std::uint64_t>);
static_assert(detail::swapped_unit<std::uint16_t> && !detail::swapped_unit<std::uint8_t>);

TEST_CASE("the size of a unit is its bits 3 and 4 of the opcode") {
    CHECK(detail::size_of_unit<std::uint8_t> == memory_size::b);
    CHECK(detail::size_of_unit<std::int16_t> == memory_size::h);
    CHECK(detail::size_of_unit<std::int32_t> == memory_size::w);
    CHECK(detail::size_of_unit<std::uint64_t> == memory_size::dw);
}

} // namespace
