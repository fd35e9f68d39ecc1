// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/insn/each.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <utility>

namespace {

using bpfxx::insn::detail::all_hold, bpfxx::insn::detail::sum_of;

template <std::size_t... Index>
consteval bool all_but(std::size_t which, std::index_sequence<Index...>) {
    return which < sizeof...(Index) ? all_hold<(Index != 999)...> : all_hold<(Index < sizeof...(Index))...>;
}

struct counted {
    std::size_t count = 0;
    constexpr void add(counted const& other) { count += other.count; }
};

TEST_CASE("more than a fold expression takes") {
    static_assert(all_hold<> && all_hold<true> && !all_hold<true, false> && !all_hold<false, true>);
    static_assert(all_but(1000, std::make_index_sequence<1000>{}) && !all_but(999, std::make_index_sequence<1000>{}));
    static constexpr counted two{2};
    static constexpr counted five{5};
    static_assert(sum_of<counted>({}).count == 0 && sum_of<counted>({&two, &five, &two}).count == 9);
}

} // namespace
