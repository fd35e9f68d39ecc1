// The dynamic linker's list of libraries, made by hand.
// SPDX-License-Identifier: BSL-1.0
#include <bpfxx/probe/library_cache.hpp>

#include "elf/image.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace {

using bpfxx::probe::is_library;
using bpfxx::probe::is_mapped_library;
using bpfxx::probe::library_cache;

static_assert(is_library("libc.so.6", "c") && is_library("libc.so.6", "libc.so.6") && is_library("libc.so", "c"));
static_assert(!is_library("libc.so.6", "libc") && !is_library("libcap.so.2", "c") && !is_library("libc.sox", "c"));
static_assert(!is_library("libc-2.31.so", "c") && is_library("libstdc++.so.6.0.30", "stdc++") &&
              !is_library("c", "cc"));

static_assert(is_mapped_library("libc.so.6", "c") && is_mapped_library("libc.so.6", "libc.so.6"));
static_assert(is_mapped_library("libc-2.31.so", "c") && is_mapped_library("libc-2.31.so", "libc.so.6"));
static_assert(is_mapped_library("libstdc++.so.6.0.30", "libstdc++.so.6") && is_mapped_library("libz.so.1.2.13", "z"));
static_assert(!is_mapped_library("libstdc++.so.60", "libstdc++.so.6") && !is_mapped_library("libc.so.6", "libm.so.6"));
static_assert(!is_mapped_library("libc-client.so", "c") && !is_mapped_library("libc-2.31.sox", "c"));
static_assert(!is_mapped_library("libpthread-2.31.so", "c") && !is_mapped_library("c-2.so", "c"));
static_assert(is_mapped_library("plugin.so", "plugin.so") && !is_mapped_library("libc-", "c") &&
              !is_mapped_library("", "c"));

struct entry {
    std::string name, path;
    std::uint64_t hardware = 0;
    std::uint32_t flags =
#if defined(__x86_64__)
        0x303;
#elif defined(__aarch64__)
        0xa03;
#elif defined(__riscv)
        0x1003;
#else
        3;
#endif
};

std::string cache_of(std::vector<entry> const& entries, bool behind_old_form = false) {
    elf_test::bytes made{std::endian::native}, texts{std::endian::native};
    auto const start = 48 + 24 * entries.size();
    made.text("glibc-ld.so.cache1.1").put(static_cast<std::uint32_t>(entries.size())).put(std::uint32_t{0}).zeroes(20);
    auto const add = [&](std::string const& text) {
        auto const at = static_cast<std::uint32_t>(start + texts.data().size());
        texts.text(text).zeroes(1);
        return at;
    };
    for (auto const& one : entries) {
        made.put(one.flags).put(add(one.name));
        made.put(add(one.path)).put(std::uint32_t{0}).put(one.hardware);
    }
    made.text(texts.data());
    if (!behind_old_form) return made.data();
    elf_test::bytes old{std::endian::native};
    old.text("ld.so-1.7.0").zeroes(1).put(std::uint32_t{1}).zeroes(12).align(8);
    return old.data() + made.data();
}

TEST_CASE("library cache: by name and by short name") {
    std::vector<entry> const entries{{"libcap.so.2", "/lib/libcap.so.2"},
                                     {"libc.so.6", "/lib/v3/libc.so.6", std::uint64_t{1} << 62},
                                     {"libc.so.6", "/lib32/libc.so.6", 0, 0x0803},
                                     {"libc.so.6", "/lib/libc.so.6"},
                                     {"libz.so.2", "/lib/libz.so.2"},
                                     {"libz.so.1", "/lib/libz.so.1"}};
    for (bool const old : {false, true}) {
        auto const file = cache_of(entries, old);
        auto const cache = library_cache::parse(file);
        REQUIRE(cache);
        CHECK(cache->size() == 6);
        CHECK(cache->find("libc.so.6") == "/lib/libc.so.6");
        CHECK(cache->find("c") == "/lib/libc.so.6");
        CHECK(cache->find("z") == "/lib/libz.so.2");
        CHECK(cache->find("libz.so.1") == "/lib/libz.so.1");
        CHECK_FALSE(cache->find("libc"));
        CHECK_FALSE(cache->find("m"));
    }
}

TEST_CASE("library cache: what is none") {
    CHECK_FALSE(library_cache::parse(""));
    CHECK_FALSE(library_cache::parse("ld.so-1.7.0"));
    auto const file = cache_of({{"libc.so.6", "/lib/libc.so.6"}});
    CHECK_FALSE(library_cache::parse(file.substr(0, 71)));
    CHECK_FALSE(library_cache::parse(file.substr(1)));
    // A text that is cut off has no end and is not there.
    CHECK_FALSE((*library_cache::parse(file.substr(0, file.size() - 1))).find("c") == "/lib/libc.so.6");
}

} // namespace
