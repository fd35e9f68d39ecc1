// SPDX-License-Identifier: BSL-1.0
#include <bpfxx/span_of.hpp>

#include <doctest/doctest.h>

#include <array>
#include <concepts>
#include <span>
#include <utility>

namespace {

using bpfxx::detail::span_of;

template <class Array>
concept spannable = requires(Array&& one) { span_of(static_cast<Array&&>(one)); };

static_assert(std::same_as<decltype(span_of(std::declval<std::array<int, 3>&>())), std::span<int>>);
static_assert(std::same_as<decltype(span_of(std::declval<std::array<int, 3> const&>())), std::span<int const>>);
static_assert(!spannable<std::array<int, 3>> && !spannable<std::array<int, 3> const>);

} // namespace

TEST_CASE("an array as a span, whole or its first elements") {
    std::array<int, 3> numbers{1, 2, 3};
    CHECK(span_of(numbers).data() == numbers.data());
    CHECK(span_of(numbers).size() == 3);
    CHECK(span_of(numbers, 2).size() == 2);
    span_of(numbers)[1] = 7;
    CHECK(span_of(std::as_const(numbers), 2).back() == 7);
    std::array<int, 0> none{};
    CHECK(span_of(none).empty());
}
