// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/core/unresolved.hpp>

#include <doctest/doctest.h>

#include <optional>
#include <string_view>

namespace {

using namespace bpfxx::core;
using bpfxx::insn::instruction;

static_assert(unresolved_call(0) == instruction{0x85, 0, 0, 0xbad2310}, "the number that other loaders use");
static_assert(unresolved_call(~0U) == unresolved_call(1'000'000) &&
                  unresolved_call(1'000'001) == unresolved_call(1'000'000) &&
                  unresolved_call(1'000'000).imm == 0xbad2310 + 1'000'000,
              "those beyond share one number");
static_assert(unresolved_relocation(unresolved_call(34'797)) == 34'797U);
static_assert(unresolved_relocation(unresolved_call(999'999)) == 999'999U);
static_assert(!unresolved_relocation(unresolved_call(1'000'000)) && !unresolved_relocation(unresolved_call(~0U)));
static_assert(!unresolved_relocation(instruction{0x85, 0, 0, 1}) && !unresolved_relocation(instruction{0x85, 0, 0, 0}));
static_assert(!unresolved_relocation(instruction{0x85, 0x10, 0, 0xbad2310}), "a call of something else");
static_assert(!unresolved_relocation(instruction{0xb7, 0, 0, 0xbad2310}));

static_assert(unresolved_relocation(std::string_view{"0: (85) call unknown#195896083\ninvalid func unknown#195896083\n"
                                                     "processed 1 insns\n"}) == 3U);
static_assert(unresolved_relocation(std::string_view{"invalid func unknown#195896080"}) == 0U);
static_assert(unresolved_relocation(std::string_view{
                  "invalid func unknown#195896081 invalid func unknown#195896082"}) == 2U,
              "the last complaint counts");
static_assert(!unresolved_relocation(std::string_view{"invalid func unknown#1000"}));
static_assert(!unresolved_relocation(std::string_view{"invalid func unknown#196896080"}));
static_assert(!unresolved_relocation(std::string_view{"invalid func unknown#"}));
static_assert(!unresolved_relocation(std::string_view{"invalid func unknown#195896080195896080195896080"}));
static_assert(!unresolved_relocation(std::string_view{"R1 invalid mem access 'scalar'"}));
static_assert(!unresolved_relocation(std::string_view{}));

TEST_CASE("core unresolved: at run time as while compiling") {
    CHECK(unresolved_relocation(unresolved_call(7)) == 7U);
    CHECK(unresolved_relocation(std::string_view{"invalid func unknown#195896087\n"}) == 7U);
}

} // namespace
