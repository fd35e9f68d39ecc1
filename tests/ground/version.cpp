#include <bpfxx/version.hpp>

#include <doctest/doctest.h>

#include <type_traits>

using bpfxx::since;

static_assert(since{5, 6} == since{5, 6} && since{5, 6} != since{5, 7} && since{5, 6} != since{6, 6});
static_assert(since{5, 19} < since{6, 0} && since{6, 9} < since{6, 10} && since{3, 18} < since{4, 4});
static_assert(since{6, 10} > since{6, 9} && since{5, 6} <= since{5, 6} && since{5, 6} >= since{5, 6});
static_assert(std::is_trivially_copyable_v<since> && sizeof(since) == 4);

TEST_CASE("releases are ordered by their numbers, not by their digits") {
    // Not folded by the compiler: what a probe would compare with.
    since const volatile held{6, 10};
    since const read{held.major, held.minor};
    CHECK(read > since{6, 9});
    CHECK(read < since{6, 11});
    CHECK(read == since{6, 10});
}
