// SPDX-License-Identifier: BSL-1.0
#include <bpfxx/slice.hpp>

#include <doctest/doctest.h>

#include <array>
#include <concepts>
#include <numeric>
#include <ranges>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

using bpfxx::slice;

namespace {

constexpr std::array numbers{1, 2, 3, 4, 5};

constexpr int sum(slice<int const> all) { return std::accumulate(all.begin(), all.end(), 0); }

static_assert(sum(numbers) == 15 && sum({}) == 0);
static_assert(sum(slice<int const>{numbers}.first(2)) == 3 && sum(slice<int const>{numbers}.last(2)) == 9);
static_assert(sum(slice<int const>{numbers}.subspan(1)) == 14 && sum(slice<int const>{numbers}.subspan(1, 2)) == 5);
static_assert(slice<int const>{numbers}.front() == 1 && slice<int const>{numbers}.back() == 5);
static_assert(slice<int const>{numbers}[2] == 3 && slice<int const>{numbers}.size_bytes() == 5 * sizeof(int));
static_assert(slice<int>{}.empty() && slice<int>{}.data() == nullptr && !slice<int const>{numbers}.empty());
static_assert(sum(bpfxx::detail::slice_of(numbers, 3)) == 6 && bpfxx::detail::slice_of(numbers).size() == 5);
static_assert(slice<int const>{numbers}.span().size() == 5);

static_assert(std::ranges::contiguous_range<slice<int>> && std::ranges::borrowed_range<slice<int>>);
static_assert(std::ranges::view<slice<int>> && std::is_trivially_copyable_v<slice<int>>);
static_assert(std::convertible_to<slice<int>, slice<int const>> && !std::convertible_to<slice<int const>, slice<int>>);
static_assert(std::convertible_to<slice<int>, std::span<int const>> && std::convertible_to<std::span<int>, slice<int>>);
static_assert(!std::convertible_to<std::vector<long>&, slice<int>> && !std::convertible_to<int, slice<int>>);
static_assert(!std::convertible_to<std::vector<int> const&, slice<int>>);

// Of an array that is gone at once there is none.
template <class Array>
concept sliceable = requires(Array&& one) { bpfxx::detail::slice_of(static_cast<Array&&>(one)); };
static_assert(sliceable<std::array<int, 3>&> && !sliceable<std::array<int, 3>> && !sliceable<std::array<int, 3> const>);
static_assert(std::same_as<decltype(bpfxx::detail::slice_of(std::declval<std::array<int, 3>&>())), slice<int>>);

} // namespace

TEST_CASE("a slice of whatever has its elements in a row") {
    std::vector<int> some{7, 8};
    slice<int> const all{some};
    all[0] = 9;
    CHECK(some[0] == 9);
    int plain[]{1, 2, 3};
    CHECK(sum(plain) == 6);
    CHECK(sum(some) == 17);
    CHECK(sum(std::span{some}.first(1)) == 9);
    std::span<int> const back = all;
    CHECK(back.data() == some.data());
    CHECK(slice{some.data(), some.size()}.size() == 2);
}
