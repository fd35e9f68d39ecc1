// Names of functions by pattern.
// SPDX-License-Identifier: BSL-1.0
#include <bpfxx/probe/glob.hpp>

#include <doctest/doctest.h>

#include <fnmatch.h>

#include <random>
#include <string>
#include <string_view>

namespace {

using bpfxx::probe::matches;

static_assert(matches("", "") && !matches("", "a") && !matches("a", ""));
static_assert(matches("*", "") && matches("*", "anything") && matches("***", "a"));
static_assert(matches("mem*", "mem") && matches("mem*", "memcpy") && !matches("mem*", "me") &&
              !matches("mem*", "amem"));
static_assert(matches("*lloc", "malloc") && !matches("*lloc", "mallocs") && matches("*alloc*", "reallocarray"));
static_assert(matches("a*b*c", "a_b_b_c") && !matches("a*b*c", "a_c_b"));
static_assert(matches("?", "x") && !matches("?", "") && matches("m?n", "min") && !matches("m?n", "mn"));
static_assert(matches("[abc]", "b") && !matches("[abc]", "d") && matches("x[0-9]y", "x5y") &&
              !matches("x[0-9]y", "xay"));
static_assert(matches("[!a-c]", "d") && !matches("[!a-c]", "b") && matches("[^a]", "b") && !matches("[^a]", "a"));
static_assert(matches("[]x]", "]") && matches("[!]x]", "a") && !matches("[!]x]", "]") && matches("[a-]", "-"));
static_assert(matches("[ab", "[ab") && !matches("[ab", "a") && matches("a]", "a]"));
static_assert(matches("*[0-9]", "a1b2") && !matches("*[0-9]", "a1b"));

TEST_CASE("glob: the same answers as libc's for random patterns") {
    std::mt19937 random{3};
    auto const text_of = [&](std::string_view letters) {
        std::string made;
        for (auto size = random() % 9; size != 0; --size) made += letters[random() % letters.size()];
        return made;
    };
    int found = 0;
    for (int round = 0; round != 200'000; ++round) {
        auto const pattern = text_of("aab*?[]!-"), text = text_of("aab-");
        CAPTURE(pattern);
        CAPTURE(text);
        bool const expected = fnmatch(pattern.c_str(), text.c_str(), FNM_NOESCAPE) == 0;
        REQUIRE(matches(pattern, text) == expected);
        found += expected;
    }
    CHECK(found > 1000);
}

TEST_CASE("glob: many stars take no exponential time") {
    std::string const text(2000, 'a');
    CHECK_FALSE(matches("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", text));
}

} // namespace
