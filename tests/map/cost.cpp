// What an operation on a map costs: system calls, allocations, and the instructions of a lookup.
#include <bpfxx/map/array.hpp>
#include <bpfxx/map/hash.hpp>

#include "fake/kernel.hpp"
#include "kernel/support/bpffs.hpp"
#include "kernel/support/skip.hpp"
#include "map/cost/loops.hpp"
#include "map/cost/single_step.hpp"
#include "sys/allocations.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace bpfxx;
using hash_type = hash_map<std::uint32_t, std::uint64_t>;
using array_type = array_map<std::uint64_t>;

bool denied() {
    auto const* reason = support::bpf_is_denied();
    if (reason != nullptr) support::lacks_privilege(reason);
    return reason != nullptr;
}

/// The system calls that an action makes on the running kernel, by name and in order, and what it allocates. The action
/// says whether it went as meant.
template <class Action>
std::string cost_of(Action&& action) {
    fake::kernel kernel{[](fake::bpf_call& call) -> long { return call.pass_through(); }};
    auto const before = sys_test::allocations();
    bool const done = action();
    auto const allocated = sys_test::allocations() - before;
    kernel.stop();

    std::string said;
    for (auto const& call : kernel.calls()) {
        if (!said.empty()) said += ", ";
        if (call.bpf)
            said += name(static_cast<command>(call.command));
        else
            said += call.number == __NR_close ? "close" : "system call " + std::to_string(call.number);
    }
    if (allocated != 0) said += " and " + std::to_string(allocated) + " allocations";
    if (!done) said += ", which went wrong";
    return said;
}

std::string times(std::size_t count, std::string const& what) {
    std::string said = what;
    while (--count != 0) said += ", " + what;
    return said;
}

} // namespace

TEST_CASE("what counts allocations does, where it can count malloc's too") {
    auto const before = sys_test::allocations();
    int* volatile number = new int{};
    delete number;
    auto const between = sys_test::allocations();
    CHECK(between > before);
    if (!sys_test::counts_malloc()) return;
    void* volatile memory = std::malloc(1);
    std::free(memory);
    CHECK(sys_test::allocations() == between + 1);
}

TEST_CASE("hash_map: one operation is one system call and no allocation") {
    if (denied()) return;
    auto created = hash_type::create({.name = "cost", .max_entries = 16});
    REQUIRE(created);
    auto const& map = *created;
    std::uint64_t value = 0;

    CHECK(cost_of([] { return hash_type::create({.max_entries = 1}).has_value(); }) == "BPF_MAP_CREATE, close");

    CHECK(cost_of([&] { return *map.insert(1, 10); }) == "BPF_MAP_UPDATE_ELEM");
    CHECK(cost_of([&] { return !*map.insert(1, 11); }) == "BPF_MAP_UPDATE_ELEM");
    CHECK(cost_of([&] { return map.update(2, 20).has_value(); }) == "BPF_MAP_UPDATE_ELEM");
    CHECK(cost_of([&] { return *map.replace(2, 21); }) == "BPF_MAP_UPDATE_ELEM");
    CHECK(cost_of([&] { return !*map.replace(3, 30); }) == "BPF_MAP_UPDATE_ELEM");

    CHECK(cost_of([&] { return *map.lookup(2) == 21; }) == "BPF_MAP_LOOKUP_ELEM");
    CHECK(cost_of([&] { return !*map.lookup(3); }) == "BPF_MAP_LOOKUP_ELEM");
    CHECK(cost_of([&] { return *map.lookup(2, value) && value == 21; }) == "BPF_MAP_LOOKUP_ELEM");
    CHECK(cost_of([&] { return *map.contains(2); }) == "BPF_MAP_LOOKUP_ELEM");
    CHECK(cost_of([&] { return !*map.contains(3); }) == "BPF_MAP_LOOKUP_ELEM");

    CHECK(cost_of([&] { return *map.take(1) == 10; }) == "BPF_MAP_LOOKUP_AND_DELETE_ELEM");
    CHECK(cost_of([&] { return !*map.take(1); }) == "BPF_MAP_LOOKUP_AND_DELETE_ELEM");
    CHECK(cost_of([&] { return *map.erase(2); }) == "BPF_MAP_DELETE_ELEM");
    CHECK(cost_of([&] { return !*map.erase(2); }) == "BPF_MAP_DELETE_ELEM");

    CHECK(cost_of([&] { return map.info().has_value(); }) == "BPF_OBJ_GET_INFO_BY_FD");
    CHECK(cost_of([&] { return map.fd().raw() > 0 && map.max_entries() == 16; }) == "");
    CHECK(cost_of([&] { return map.freeze().has_value(); }) == "BPF_MAP_FREEZE");
    CHECK(cost_of([&] { return map.update(1, 1).error().code == errc::eperm; }) == "BPF_MAP_UPDATE_ELEM");

    CHECK(cost_of([&] {
              auto const gone = std::move(*created);
              return true;
          }) == "close");
}

TEST_CASE("array_map: one operation is one system call and no allocation") {
    if (denied()) return;
    auto created = array_type::create({.max_entries = 4});
    REQUIRE(created);
    auto const& map = *created;
    std::uint64_t value = 0;

    CHECK(cost_of([] { return array_type::create({.max_entries = 1}).has_value(); }) == "BPF_MAP_CREATE, close");
    CHECK(cost_of([&] { return map.update(2, 20).has_value(); }) == "BPF_MAP_UPDATE_ELEM");
    CHECK(cost_of([&] { return map.update(4, 40).error().code == errc::e2big; }) == "BPF_MAP_UPDATE_ELEM");
    CHECK(cost_of([&] { return *map.lookup(2) == 20; }) == "BPF_MAP_LOOKUP_ELEM");
    CHECK(cost_of([&] { return !*map.lookup(4); }) == "BPF_MAP_LOOKUP_ELEM");
    CHECK(cost_of([&] { return *map.lookup(2, value) && value == 20; }) == "BPF_MAP_LOOKUP_ELEM");
    CHECK(cost_of([&] { return *map.contains(3); }) == "BPF_MAP_LOOKUP_ELEM");
    CHECK(cost_of([&] { return map.info().has_value(); }) == "BPF_OBJ_GET_INFO_BY_FD");
    CHECK(cost_of([&] { return map.freeze().has_value(); }) == "BPF_MAP_FREEZE");
    CHECK(cost_of([&] {
              auto const gone = std::move(*created);
              return true;
          }) == "close");
}

TEST_CASE("opening is two system calls: one that opens and one that checks") {
    if (denied()) return;
    support::bpffs const files;
    if (!files) return support::lacks_privilege("a BPF file system cannot be mounted here");
    auto const map = hash_type::create({.max_entries = 1});
    REQUIRE(map);
    auto const path = files.path("map");

    CHECK(cost_of([&] { return map->pin(path.c_str()).has_value(); }) == "BPF_OBJ_PIN");
    CHECK(cost_of([&] { return hash_type::open(path.c_str()).has_value(); }) ==
          "BPF_OBJ_GET, BPF_OBJ_GET_INFO_BY_FD, close");
    auto const id = (*map->info())->id;
    CHECK(cost_of([&] { return hash_type::open(id).has_value(); }) ==
          "BPF_MAP_GET_FD_BY_ID, BPF_OBJ_GET_INFO_BY_FD, close");
    CHECK(cost_of([&] { return array_type::open(id).error().code == errc::map_type_differs; }) ==
          "BPF_MAP_GET_FD_BY_ID, BPF_OBJ_GET_INFO_BY_FD, close");
}

TEST_CASE("many elements: one system call for each batch, and no allocation") {
    if (denied()) return;
    constexpr std::uint32_t entries = 3000;
    constexpr std::size_t batches = 3;
    static_assert(entries > (batches - 1) * default_batch<std::uint32_t, std::uint64_t>);
    // Less by far than three whole batches: none is short by so many.
    static_assert(entries < batches * default_batch<std::uint32_t, std::uint64_t> - 1000);

    auto const map = hash_type::create({.max_entries = entries});
    auto const array = array_type::create({.max_entries = entries});
    REQUIRE((map && array));
    std::vector<std::uint32_t> keys(entries);
    std::iota(keys.begin(), keys.end(), 0U);
    std::vector<std::uint64_t> values(entries, 1);
    std::uint32_t done = 0;

    CHECK(cost_of([&] { return map->update_batch(keys, values, done).has_value(); }) == "BPF_MAP_UPDATE_BATCH");
    CHECK(cost_of([&] { return array->update_batch(keys, values, done).has_value(); }) == "BPF_MAP_UPDATE_BATCH");

    auto const by_entries = [](auto const& of) {
        std::uint64_t sum = 0;
        for (auto const& [key, value] : of.entries()) sum += value;
        return sum == entries;
    };
    auto const by_keys = [](auto const& of) {
        std::uint64_t sum = 0;
        for (auto const& key : of.keys()) sum += key;
        return sum == std::uint64_t{entries} * (entries - 1) / 2;
    };
    auto const by_for_each = [](auto const& of) {
        std::uint64_t sum = 0;
        return of.for_each([&](std::uint32_t, std::uint64_t value) { sum += value; }).has_value() && sum == entries;
    };
    auto const walk = times(batches, "BPF_MAP_LOOKUP_BATCH");
    CHECK(cost_of([&] { return by_entries(*map); }) == walk);
    CHECK(cost_of([&] { return by_entries(*array); }) == walk);
    CHECK(cost_of([&] { return by_keys(*map); }) == walk);
    CHECK(cost_of([&] { return by_keys(*array); }) == walk);
    CHECK(cost_of([&] { return by_for_each(*map); }) == walk);
    CHECK(cost_of([&] { return by_for_each(*array); }) == walk);

    batch_cursor<std::uint32_t> cursor;
    CHECK(cost_of([&] { return map->lookup_batch(cursor, keys, values)->count == entries; }) == "BPF_MAP_LOOKUP_BATCH");
    CHECK(cost_of([&] { return *map->erase_batch(std::span{keys}.first(1000), done); }) == "BPF_MAP_DELETE_BATCH");
    cursor = {};
    CHECK(cost_of([&] { return map->take_batch(cursor, keys, values)->count == entries - 1000; }) ==
          "BPF_MAP_LOOKUP_AND_DELETE_BATCH");
}

#ifdef __x86_64__

namespace {

std::size_t instructions(cost::look_up* function, cost::map const& map, cost::key_list const& keys,
                         std::uint64_t expected) {
    (void)function(*map, keys); // the dynamic linker looks symbols up at the first call
    cost::stepped_child child{[&] { return function(*map, keys) == expected ? 0 : 1; }};
    auto const count = child.instructions_of(reinterpret_cast<std::uintptr_t>(function));
    CHECK(child.exit_status() == 0);
    return count;
}

/// Of one lookup: what the loop has more than the same loop without lookups.
double per_lookup(cost::look_up* function, cost::map const& map, cost::key_list const& keys, std::uint64_t expected) {
    auto const loop = instructions(cost::look_up_nothing, map, keys, 0);
    auto const all = instructions(function, map, keys, expected);
    return static_cast<double>(all - loop) / static_cast<double>(cost::lookups);
}

} // namespace

TEST_CASE("what counts instructions counts them") {
    if (denied()) return;
    cost::map const map{1};
    CHECK(instructions(cost::three_instructions, map, {}, static_cast<std::uint64_t>(getpid())) == 3);
}

// Counted for a lookup of a 4-byte key and an 8-byte value: filling the attribute, entering the kernel, telling failure,
// absence and presence apart, and adding the value up.
TEST_CASE("a lookup takes at most 20 instructions in user space, hit or miss") {
    if (denied()) return;
    cost::map map{cost::lookups};
    map.fill();
    cost::key_list present;
    std::iota(present.begin(), present.end(), 0U);
    cost::key_list absent;
    std::iota(absent.begin(), absent.end(), 1'000'000U);

    struct way {
        char const* name;
        cost::look_up* function;
        double limit;
    };
    constexpr double no_limit = 1e9;
    for (auto const& [name, function, limit] : {
             way{"lookup(key)", cost::look_up_by_bpfxx, 20},
             way{"lookup(key, value)", cost::look_up_into_by_bpfxx, 20},
             way{"contains(key)", cost::contains_by_bpfxx, 20},
             way{"inlined by hand", cost::look_up_by_hand, no_limit},
#    ifdef COST_WITH_LIBBPF
             way{"libbpf", cost::look_up_by_libbpf, no_limit},
#    endif
         }) {
        double const hit = per_lookup(function, map, present, cost::lookups);
        double const miss = per_lookup(function, map, absent, 0);
        std::printf("instructions of one lookup, %s: %.1f hit, %.1f miss\n", name, hit, miss);
        CHECK_MESSAGE(hit > 0, name);
        CHECK_MESSAGE(hit <= limit, name);
        CHECK_MESSAGE(miss <= limit, name);
    }
}

// Of a walk over 4,000 entries: the instructions of all of it for one entry, its system calls among them.
TEST_CASE("a walk takes at most 12 instructions in user space for an entry") {
    if (denied()) return;
    constexpr std::uint32_t entries = 4000;
    cost::map map{entries};
    map.fill();
    auto const per_entry = [&](cost::look_up* walk) {
        constexpr std::uint64_t sum = std::uint64_t{entries} * (entries - 1) / 2 + entries;
        return static_cast<double>(instructions(walk, map, {}, sum)) / entries;
    };
    double const by_entries = per_entry(cost::walk_by_entries);
    double const by_for_each = per_entry(cost::walk_by_for_each);
    std::printf("instructions of a walk for one entry: %.1f entries(), %.1f for_each(), %.1f by hand\n", by_entries,
                by_for_each, per_entry(cost::walk_by_hand));
    CHECK(by_entries <= 12);
    CHECK(by_for_each <= 12);
}

#endif
