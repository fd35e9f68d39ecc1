// A program with <bpf/usdt.bpf.h> at a static probe of this executable, which has several sites.
// SPDX-License-Identifier: BSL-1.0
#include <bpfxx/object/file.hpp>
#include <bpfxx/object/object.hpp>

#include "kernel/support/static_probe.hpp"
#include "made/usdt.bpf.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <string>

#if defined(__x86_64__)

#    define PROBE(name, arguments) STATIC_PROBE("bpfxx_object", name, "bpfxx_object_semaphore", arguments)

extern "C" {
[[gnu::section(".probes"), gnu::used]] unsigned short volatile bpfxx_object_semaphore = 0;
[[gnu::noinline]] void bpfxx_object_reach_twice(std::int64_t first) {
    asm volatile(PROBE("twice", "8@%%rdi") : : "D"(first) : "memory");
    asm volatile(PROBE("twice", "8@%%rdi") : : "D"(first) : "memory");
    asm volatile(PROBE("twice", "4@%%edi") : : "D"(first) : "memory");
}
}

namespace {

using namespace bpfxx;

std::string words(object::object_error const& why) {
    std::array<char, 512> text{};
    return std::string{why.describe(text)};
}

} // namespace

TEST_CASE("an object's program reads the arguments of a static probe, at each of its sites") {
    auto loaded = object::object<usdt_object>::open().load();
    REQUIRE_MESSAGE(loaded, words(loaded.error()));
    auto const attached = loaded->attach_all();
    REQUIRE_MESSAGE(attached, words(attached.error()));
    bpfxx_object_reach_twice(0x1'0000'0005);
    CHECK(loaded->global<"times">().load() == 3);
    CHECK(loaded->global<"arguments">().load() == 1);
    CHECK(loaded->global<"sum">().load() == 2 * 0x1'0000'0005 + 5); // the third one's is 4 bytes
    loaded->detach_all();
    bpfxx_object_reach_twice(7);
    CHECK(loaded->global<"times">().load() == 3);
}

TEST_CASE("so does that of a file") {
    auto object = object_file::open(BPFXX_TESTS "/object/usdt.bpf.o");
    REQUIRE_MESSAGE(object, words(object.error()));
    auto const loaded = object->load();
    REQUIRE_MESSAGE(loaded, words(loaded.error()));
    {
        auto const attached = object->attach("on_twice");
        REQUIRE(attached);
        bpfxx_object_reach_twice(3);
        CHECK(object->global<std::int64_t>("sum").value().load() == 9);
    }
    REQUIRE(object->attach_all());
    bpfxx_object_reach_twice(3);
    CHECK(object->global<std::int64_t>("times").value().load() == 6);
}

#endif
