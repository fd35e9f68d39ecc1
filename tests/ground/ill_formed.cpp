#include <bpfxx/ill_formed.hpp>

#include "ground/ending.hpp"

#include <doctest/doctest.h>

namespace {

constexpr int half(int value) {
    if (value % 2 != 0) bpfxx::ill_formed("the value has to be even");
    return value / 2;
}

static_assert(half(4) == 2); // where nothing is wrong, it does not stand in the way of a constant

} // namespace

TEST_CASE("ill_formed at run time prints its sentence and aborts") {
    auto const end = ground_test::end_of([] { (void)half(3); });
    CHECK(end.said == "bpfxx: the value has to be even\n");
    CHECK(end.aborted());
}
