// SPDX-License-Identifier: BSL-1.0
// Random filters: what the checks say of them is what the kernel says, and what they do is what the manual says.

#include <bpfxx/classic/attach.hpp>
#include <bpfxx/classic/check.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "kernel/support/skip.hpp"
#include "support/interpreter.hpp"
#include "support/random_filter.hpp"
#include "support/run.hpp"

namespace {

using namespace bpfxx;
using namespace tests::classic;

struct tally {
    std::uint32_t accepted = 0, refused = 0;
    std::uint32_t refused_by_us_only = 0, refused_by_kernel_only = 0;
    std::uint32_t too_large = 0; // for the machine's net.core.optmem_max, whatever the filter says
};

/// More of them on request, as BPFXX_RANDOM_FILTERS=1000000.
std::uint32_t wanted(std::uint32_t otherwise) {
    auto const* value = std::getenv("BPFXX_RANDOM_FILTERS");
    return value != nullptr ? static_cast<std::uint32_t>(std::strtoul(value, nullptr, 10)) : otherwise;
}

std::string listed(std::vector<instruction> const& code) {
    std::string all;
    for (auto const& one : code) {
        char text[64];
        std::snprintf(text, sizeof text, "{ %#x, %d, %d, %#x }, ", one.code, one.jt, one.jf, one.k);
        all += text;
    }
    return all;
}

void compare(unix_pair const& sockets, std::vector<instruction> const& code, tally& counts) {
    bool const good = !classic::check(code);
    auto const attached = classic::attach(sockets.receiver(), code);
    if (!attached && attached.error().code == errc::enomem) {
        ++counts.too_large;
        return;
    }
    bool const taken = attached.has_value();
    if (!taken) CHECK(attached.error().code == errc::einval);
    ++(taken ? counts.accepted : counts.refused);
    if (good == taken) return;
    ++(good ? counts.refused_by_kernel_only : counts.refused_by_us_only);
    CHECK_MESSAGE(good == taken, (taken ? "refused by the checks only: " : "refused by the kernel only: ")
                                     << listed(code));
}

template <class Make>
void compare_many(char const* what, std::uint64_t seed, Make make) {
    unix_pair const sockets;
    random_filter random{seed};
    tally counts;
    for (std::uint32_t i = 0, all = wanted(30'000); i != all; ++i) compare(sockets, make(random), counts);
    std::printf("%s: %u accepted, %u refused, %u by the checks only, %u by the kernel only, %u too large\n", what,
                counts.accepted, counts.refused, counts.refused_by_us_only, counts.refused_by_kernel_only,
                counts.too_large);
    CHECK(counts.refused_by_us_only == 0);
    CHECK(counts.refused_by_kernel_only == 0);
    CHECK(counts.too_large < 100); // none where net.core.optmem_max is 128 KiB, some where it is 20 KiB
    // the comparison is worth nothing where one side hardly occurs
    CHECK(counts.accepted > 100);
    CHECK(counts.refused > 100);
}

TEST_CASE("the checks agree with the kernel about wild filters") {
    compare_many("wild", 1, [](random_filter& random) { return random.wild(); });
}

TEST_CASE("the checks agree with the kernel about filters with one mistake or none") {
    compare_many("nearly right", 2, [](random_filter& random) { return random.nearly_right(); });
}

TEST_CASE("the checks agree with the kernel about what is stored in scratch memory") {
    compare_many("scratch memory", 3, [](random_filter& random) { return random.scratchy(); });
}

enum class outcome_of_run : std::uint8_t { not_run, differs, result_same, value_same };

/// A filter whose last instruction falls through to a ret(a). The result shows how many bytes are kept; where no other ret
/// can end the run, all 32 bits of a are looked at.
outcome_of_run compare_runs(unix_pair const& sockets, std::vector<instruction> code, bytes const& packet) {
    auto with_result = code;
    with_result.push_back({0x16, 0, 0, 0});
    if (classic::check(with_result)) return outcome_of_run::not_run;
    auto const expected = interpreter{packet}.run(with_result);
    if (!expected) return outcome_of_run::not_run;
    auto const kept = sockets.kept(with_result, packet);
    if (kept.value_or(0) != std::min<std::size_t>(*expected, packet.size())) return outcome_of_run::differs;
    for (auto const& one : code)
        if ((one.code & 7) == 6) return outcome_of_run::result_same;

    auto with_one = code;
    with_one.push_back({0x06, 0, 0, 1});
    bool const dropped = interpreter{packet}.run(with_one) == 0U;
    auto const value = sockets.value_of_a(code, packet);
    bool const same = dropped ? !value : value && *value == *expected;
    return same ? outcome_of_run::value_same : outcome_of_run::differs;
}

TEST_CASE("random filters do in the kernel what they do in the interpreter") {
    unix_pair const sockets;
    random_filter random{4};
    bytes packet(300);
    for (auto& one : packet) one = static_cast<std::uint8_t>(random.below(256));
    std::uint32_t counts[4]{};
    for (std::uint32_t i = 0, all = wanted(20'000); i != all; ++i) {
        std::vector<instruction> code(1 + random.below(12));
        for (std::size_t n = 0; n != code.size(); ++n) {
            do {
                code[n] = random.right(code.size() - n);
            } while ((code[n].code & 7) == 6 && !random.one_in(8));
            if (auto const mode = code[n].code & 0xe7; mode == 0x20 || mode == 0x40) code[n].k %= 310;
        }
        auto const how = compare_runs(sockets, code, packet);
        ++counts[static_cast<std::size_t>(how)];
        CHECK_MESSAGE(how != outcome_of_run::differs, listed(code));
    }
    std::printf("%u not run, %u same results, %u same values\n", counts[0], counts[2], counts[3]);
    CHECK(counts[2] > 300);
    CHECK(counts[3] > 1000);
}

} // namespace
