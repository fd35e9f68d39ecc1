// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/insn/constant.hpp>

#include <doctest/doctest.h>

#include <concepts>
#include <cstddef>
#include <cstdint>

namespace {

using namespace bpfxx::insn;
using detail::fits_32, detail::fits_signed_32, detail::widened;

enum class byte_sized : std::uint8_t { last = 255 };
enum signed_plain : int { below = -1 };

static_assert(constant<int> && constant<bool> && constant<char> && constant<std::uint64_t> && constant<std::byte>);
static_assert(!constant<double> && !constant<char const*> && !constant<std::nullptr_t>);

static_assert(std::same_as<decltype(widened(std::int8_t{})), std::int64_t>);
static_assert(std::same_as<decltype(widened(true)), std::uint64_t>);
static_assert(widened(byte_sized::last) == 255 && widened(below) == -1 && widened(std::int8_t{-128}) == -128);
static_assert(widened(~std::uint64_t{0}) == ~std::uint64_t{0});

TEST_CASE("what 32 bits hold, signed or not") {
    CHECK(fits_signed_32(2147483647));
    CHECK(fits_signed_32(-2147483648LL));
    CHECK(!fits_signed_32(2147483648LL));
    CHECK(!fits_signed_32(-2147483649LL));
    CHECK(!fits_signed_32(~std::uint64_t{0}));
    CHECK(fits_32(-2147483648LL));
    CHECK(fits_32(4294967295U));
    CHECK(!fits_32(4294967296LL));
    CHECK(!fits_32(-2147483649LL));
    CHECK(!fits_32(~std::uint64_t{0}));
    CHECK(fits_32(byte_sized::last));
}

} // namespace
