// Uprobes and static probes found by name, attached and fired on the running kernel. This executable has static probes
// of its own, written by hand.
// SPDX-License-Identifier: BSL-1.0
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/link/uprobe_multi.hpp>
#include <bpfxx/map/array.hpp>
#include <bpfxx/perf/uprobe.hpp>
#include <bpfxx/probe/argument_code.hpp>
#include <bpfxx/probe/binary.hpp>
#include <bpfxx/probe/find_mapped.hpp>
#include <bpfxx/program/context.hpp>
#include <bpfxx/program/handle.hpp>

#include "kernel/support/fired.hpp"
#include "kernel/support/skip.hpp"
#include "kernel/support/static_probe.hpp"

#include <doctest/doctest.h>

#include <climits>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <span>
#include <string>
#include <vector>

extern "C" {
[[gnu::noinline, gnu::used]] void bpfxx_probe_target_one() { asm volatile(""); }
[[gnu::noinline, gnu::used]] void bpfxx_probe_target_two() { asm volatile("nop"); }
// What the kernel raises while a program is attached.
[[gnu::section(".probes"), gnu::used]] unsigned short volatile bpfxx_probe_semaphore = 0;
}

#if defined(__x86_64__)

#    define PROBE(name, arguments) STATIC_PROBE("bpfxx_test", name, "bpfxx_probe_semaphore", arguments)

extern "C" [[gnu::noinline]] void bpfxx_reach_probe(std::int64_t first, void const* memory, std::int64_t index) {
    asm volatile(PROBE("reached", "8@%%rdi -4@%%edi -2@%%di -1@%%dil 8@(%%rsi) -4@8(%%rsi) -4@8(%%rsi,%%rdx,4) "
                                  "2@-2(%%rsi,%%rdx) 8@$-5 -4@$7 8@name(%%rip)")
                 :
                 : "D"(first), "S"(memory), "d"(index)
                 : "memory");
}

extern "C" [[gnu::noinline]] void bpfxx_reach_twice(std::int64_t first) {
    asm volatile(PROBE("twice", "8@%%rdi") : : "D"(first) : "memory");
    asm volatile(PROBE("twice", "8@%%rdi") : : "D"(first) : "memory");
}

#endif

namespace {

using namespace bpfxx;
using namespace bpfxx::insn;

constexpr map_slot<0> counter_slot{};
constexpr char const* self = "/proc/self/exe";

#if defined(__SANITIZE_ADDRESS__)
constexpr bool malloc_is_replaced = true;
#elif defined(__has_feature)
#    if __has_feature(address_sanitizer)
constexpr bool malloc_is_replaced = true;
#    else
constexpr bool malloc_is_replaced = false;
#    endif
#else
constexpr bool malloc_is_replaced = false;
#endif

/// Adds 1 to the only element of an array.
constexpr auto counting =
    assemble(store<std::uint32_t>(r10 - 4, 0), load_map(r1, counter_slot), mov(r2, r10), add(r2, -4),
             insn::call(helper::map_lookup_elem), jump_if(r0 == 0, "end"), mov(r1, 1),
             atomic_add<std::uint64_t>(r0 + 0, r1), label("end"), mov(r0, 0), insn::exit());

template <class Kind>
struct counted {
    array_map<std::uint64_t> counter = array_map<std::uint64_t>::create({.max_entries = 1}).value();
    result<program<Kind>> loaded =
        program<Kind>::load({.insns = counting.with(counter.fd()), .license = "GPL", .name = "count"});

    template <class Work>
    [[nodiscard]] std::uint64_t moves_by(Work work) const {
        auto const before = **counter.lookup(0);
        work();
        return **counter.lookup(0) - before;
    }
};

/// False where the kernel has no such links, before Linux 6.6.
bool has_many(counted<program_kind::uprobe_multi> const& counted) {
    if (!counted.loaded) return false;
    std::uint64_t const offset = probe::binary::open(self)->function("bpfxx_probe_target_one")->offset;
    return counted.loaded->attach(uprobe_multi_hook{.path = self, .offsets = {&offset, 1}, .pid = 0}).has_value();
}

TEST_CASE("probe: a function of this executable by name, at its start and inside") {
    counted<program_kind::kprobe> const counted;
    REQUIRE(counted.loaded);
    auto const binary = probe::binary::open(self);
    REQUIRE(binary);
    auto const found = binary->function("bpfxx_probe_target_two");
    REQUIRE(found);
    {
        auto const link = counted.loaded->attach(uprobe_hook{.path = self, .offset = found->offset, .pid = 0});
        INFO(std::string{link ? "" : describe(link.error()).view()});
        REQUIRE(link);
        CHECK(counted.moves_by(bpfxx_probe_target_two) == 1);
        CHECK(counted.moves_by(bpfxx_probe_target_one) == 0);
        support::fired("kprobe", "uprobe_hook");
    }
    CHECK(counted.moves_by(bpfxx_probe_target_two) == 0);
}

TEST_CASE("probe: malloc of libc by name") {
    if (malloc_is_replaced) return support::skip("malloc is AddressSanitizer's here");
    char path[PATH_MAX];
    auto const libc = probe::find_mapped(0, "c", path);
    if (!libc) return support::skip("this test is linked statically");
    counted<program_kind::kprobe> const counted;
    REQUIRE(counted.loaded);
    auto const found = probe::binary::open(*libc)->function("malloc");
    REQUIRE(found);
    auto const link = counted.loaded->attach(uprobe_hook{.path = *libc, .offset = found->offset, .pid = 0});
    REQUIRE(link);
    CHECK(counted.moves_by([] {
        for (int i = 0; i != 5; ++i) {
            void* volatile block = std::malloc(100);
            std::free(block);
        }
    }) == 5);
}

TEST_CASE("probe: all functions of a pattern") {
    counted<program_kind::uprobe_multi> const counted;
    if (!has_many(counted)) return support::skip("this kernel has no links to many uprobes (before Linux 6.6)");
    auto const binary = probe::binary::open(self);
    std::uint64_t room[8];
    auto const found = binary->functions("bpfxx_probe_target_[a-z]*", room);
    REQUIRE(found);
    CHECK(found->size() == 2);
    auto const link = counted.loaded->attach(uprobe_multi_hook{.path = self, .offsets = *found, .pid = 0});
    REQUIRE(link);
    CHECK(counted.moves_by([] {
        bpfxx_probe_target_one();
        bpfxx_probe_target_two();
    }) == 2);
    support::fired("uprobe_multi", "uprobe_multi_hook");
}

#if defined(__x86_64__)

struct probe_memory {
    std::uint64_t whole = 0x8899'aabb'ccdd'eeff;
    std::int32_t numbers[4] = {-11, 22, -33, 44};
};

/// Fills both with the sites of a probe of this executable.
void sites_of(char const* name, std::span<std::uint64_t> offsets, std::span<std::uint64_t> semaphores) {
    auto const binary = probe::binary::open(self);
    REQUIRE(binary);
    auto const found = binary->static_probe("bpfxx_test", name);
    REQUIRE(found);
    REQUIRE(found->size() == offsets.size());
    REQUIRE(found->copy_to(offsets, semaphores) == offsets.size());
}

TEST_CASE("probe: a static probe with its semaphore, by a link of one") {
    counted<program_kind::kprobe> const counted;
    REQUIRE(counted.loaded);
    std::uint64_t offset = 0, semaphore = 0;
    sites_of("reached", {&offset, 1}, {&semaphore, 1});
    REQUIRE(semaphore != 0);
    probe_memory const memory;
    CHECK(bpfxx_probe_semaphore == 0);
    auto const reader = probe::binary::open(self); // its mapping is no process's code, and raises nothing
    {
        auto const link =
            counted.loaded->attach(uprobe_hook{.path = self,
                                               .offset = offset,
                                               .pid = 0,
                                               .reference_counter_offset = static_cast<std::uint32_t>(semaphore)});
        REQUIRE(link);
        CHECK(bpfxx_probe_semaphore == 1);
        CHECK(counted.moves_by([&] { bpfxx_reach_probe(1, &memory, 2); }) == 1);
    }
    CHECK(bpfxx_probe_semaphore == 0);
    CHECK(counted.moves_by([&] { bpfxx_reach_probe(1, &memory, 2); }) == 0);
}

TEST_CASE("probe: a static probe at two sites, by one link") {
    counted<program_kind::uprobe_multi> const counted;
    if (!has_many(counted)) return support::skip("this kernel has no links to many uprobes (before Linux 6.6)");
    std::uint64_t offsets[2], semaphores[2];
    sites_of("twice", offsets, semaphores);
    CHECK(offsets[0] != offsets[1]);
    {
        auto const link = counted.loaded->attach(
            uprobe_multi_hook{.path = self, .offsets = offsets, .reference_counter_offsets = semaphores, .pid = 0});
        REQUIRE(link);
        CHECK(bpfxx_probe_semaphore == 2);
        CHECK(counted.moves_by([] { bpfxx_reach_twice(3); }) == 2);
    }
    CHECK(bpfxx_probe_semaphore == 0);
}

/// Stores what r7 has in the only element of an array.
constexpr auto storing_after =
    assemble_unchecked(store<std::uint32_t>(r10 - 12, 0), load_map(r1, counter_slot), mov(r2, r10), add(r2, -12),
                       insn::call(helper::map_lookup_elem), jump_if(r0 == 0, "end"), store<std::uint64_t>(r0 + 0, r7),
                       label("end"), mov(r0, 0), insn::exit());

TEST_CASE("probe: a program reads the arguments of a static probe, wherever they are") {
    auto const binary = probe::binary::open(self);
    auto const found = binary->static_probe("bpfxx_test", "reached");
    REQUIRE(found);
    auto const site = found->front();
    REQUIRE(site.argument_count() == 11);
    CHECK(site.argument(10).problem == probe::argument_problem::unknown_form);
    probe_memory const memory;
    constexpr std::int64_t first = -0x1122'3344'5566'7788;
    std::uint64_t const expected[] = {static_cast<std::uint64_t>(first),
                                      static_cast<std::uint64_t>(static_cast<std::int32_t>(first)),
                                      static_cast<std::uint64_t>(static_cast<std::int16_t>(first)),
                                      static_cast<std::uint64_t>(static_cast<std::int8_t>(first)),
                                      memory.whole,
                                      static_cast<std::uint64_t>(-11),
                                      static_cast<std::uint64_t>(-33),
                                      0xeeff, // at 2 - 2
                                      static_cast<std::uint64_t>(-5),
                                      7};
    for (std::size_t number = 0; number != std::size(expected); ++number) {
        CAPTURE(site.argument(number).text);
        auto const stored = array_map<std::uint64_t>::create({.max_entries = 1}).value();
        auto const after = storing_after.with(stored.fd());
        std::vector<instruction> code;
        auto const add = [&](std::span<instruction const> more) { code.insert(code.end(), more.begin(), more.end()); };
        code.push_back(mov(r6, r1));
        add(probe::read_argument(r7, r6, site.argument(number)));
        add(after.instructions());
        char log[4096];
        auto const loaded = kprobe_program::load({.insns = code, .license = "GPL"}, log);
        INFO(std::string{loaded ? "" : loaded.error().log});
        REQUIRE(loaded);
        auto const link = loaded->attach(uprobe_hook{.path = self, .offset = site.offset, .pid = 0});
        REQUIRE(link);
        bpfxx_reach_probe(first, &memory, 2);
        CHECK(**stored.lookup(0) == expected[number]);
    }
}

#endif

} // namespace
