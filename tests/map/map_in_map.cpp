// Maps of maps on the running kernel: programs reach the inner maps, and user space finds them again.
#include <bpfxx/map/map_in_map.hpp>

#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/map/array.hpp>
#include <bpfxx/map/hash.hpp>
#include <bpfxx/map/perf_event_array.hpp>
#include <bpfxx/map/ring_buffer.hpp>
#include <bpfxx/program/handle.hpp>
#include <bpfxx/program/test_run.hpp>
#include <bpfxx/shm/mapping.hpp>

#include "kernel/support/bpffs.hpp"
#include "kernel/support/skip.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstring>
#include <fcntl.h>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

using namespace bpfxx;
using namespace bpfxx::insn;

using counters = array_map<std::uint64_t>;
using table = hash_map<std::uint32_t, std::uint64_t>;
using tables = hash_of_maps<std::uint64_t, table>;

// Only a view of the inner type converts to what the map stores.
using stored = inner_map_reference<table>;
using other_table = hash_map<std::uint32_t, std::uint32_t>;
static_assert(std::is_convertible_v<table const&, stored> && !std::is_constructible_v<stored, other_table&>);
static_assert(!std::is_constructible_v<stored, table> && !std::is_constructible_v<stored, int>);
static_assert(std::is_nothrow_move_constructible_v<tables> && !std::is_copy_constructible_v<tables>);

// Newer than the kernels that facts_live.cpp asks: its operations have nothing to compare two of them by.
static_assert(!bpfxx::detail::can_be_inner(map_type::insn_array));

/// Adds one to element 0 of the map under index 3; 1 where there is no such map.
// clang-format off: one step per line
constexpr auto count_in_inner = assemble(
    store<std::uint32_t>(r10 - 4, 3),
    load_map(r1, map_slot<0>{}), mov(r2, r10), add(r2, -4),
    call(helper::map_lookup_elem),
    jump_if(r0 == 0, "none"),
    store<std::uint32_t>(r10 - 4, 0),
    mov(r1, r0), mov(r2, r10), add(r2, -4),
    call(helper::map_lookup_elem),
    jump_if(r0 == 0, "none"),
    mov(r1, 1), atomic_add<std::uint64_t>(r0 + 0, r1),
    mov(r0, 0), exit(),
  label("none"),
    mov(r0, 1), exit());
// clang-format on

constexpr std::array<std::byte, 64> packet{};

TEST_CASE("a program counts in the inner map that is there at the moment") {
    auto const outer = array_of_maps<counters>::create({.max_entries = 4, .inner = {.max_entries = 1}}).value();
    auto const program = socket_filter_program::load({.insns = count_in_inner.with(outer.fd()), .license = "GPL"});
    REQUIRE(program);
    auto const run = [&] { return test_run(*program, {.data = packet}).value().retval; };
    auto const one = counters::create({.max_entries = 1}).value();
    auto const two = counters::create({.max_entries = 1}).value();
    CHECK(run() == 1);
    CHECK(outer.update(3, one));
    CHECK(run() == 0);
    CHECK(run() == 0);
    CHECK(outer.update(3, two));
    CHECK(run() == 0);
    CHECK(**one.lookup(0) == 2);
    CHECK(**two.lookup(0) == 1);
    auto const found = outer.open_inner(3).value().value();
    CHECK(**found.lookup(0) == 1);
    CHECK(*outer.erase(3));
    CHECK_FALSE(*outer.erase(3));
    CHECK(run() == 1);
}

TEST_CASE("inner maps are found by id and opened as what they are") {
    auto const outer = tables::create({.name = "tenants", .max_entries = 4, .inner = {.max_entries = 8}}).value();
    CHECK(outer.max_entries() == 4);
    auto const inner = table::create({.max_entries = 100}).value(); // hash tables may differ in capacity
    CHECK(inner.update(1, 11));
    CHECK(*outer.insert(7, inner));
    CHECK_FALSE(*outer.insert(7, inner));
    CHECK_FALSE(*outer.replace(8, inner));
    CHECK(*outer.replace(7, inner));
    CHECK(**outer.lookup(7) == *inner.id());
    auto const opened = outer.open_inner(7).value().value();
    CHECK(opened.max_entries() == 100);
    CHECK(**opened.lookup(1) == 11);
    CHECK_FALSE(outer.open_inner(8)->has_value());
    CHECK(*outer.erase(7));
    CHECK_FALSE(*outer.contains(7));
}

TEST_CASE("an inner map that user space has closed lives as long as it is in the outer one") {
    auto const outer = tables::create({.max_entries = 4, .inner = {.max_entries = 8}}).value();
    {
        auto const inner = table::create({.max_entries = 8}).value();
        CHECK(inner.update(5, 55));
        CHECK(outer.update(1, inner));
    }
    CHECK(**outer.open_inner(1).value().value().lookup(5) == 55);
}

TEST_CASE("an existing map as the template is not in the new one") {
    auto const like = table::create({.max_entries = 8}).value();
    auto const outer = tables::create_like(like, {.max_entries = 4}).value();
    std::uint32_t seen = 0;
    CHECK(outer.for_each([&](std::uint64_t, map_id) { ++seen; }));
    CHECK(seen == 0);
}

TEST_CASE("what differs from the template is refused by the kernel") {
    error const refused{errc::einval, command::map_update_elem};
    auto const outer = array_of_maps<counters>::create({.max_entries = 4, .inner = {.max_entries = 2}}).value();
    auto const longer = counters::create({.max_entries = 3}).value();
    CHECK(outer.update(0, longer).error() == refused);
    CHECK(outer.update(4, longer).error().during == command::map_update_elem);
    auto const sparing =
        tables::create({.max_entries = 4, .inner = {.max_entries = 8, .flags = map_flags::no_prealloc}}).value();
    auto const preallocated = table::create({.max_entries = 8}).value();
    CHECK(sparing.update(0, preallocated).error() == refused);
}

TEST_CASE("with inner_map arrays of any length go in") {
    using enum map_flags;
    auto const outer =
        array_of_maps<counters>::create({.max_entries = 4, .inner = {.max_entries = 2, .flags = inner_map}}).value();
    auto const longer = counters::create({.max_entries = 300, .flags = inner_map}).value();
    CHECK(outer.update(0, longer));
    CHECK(outer.open_inner(0).value().value().max_entries() == 300);
    auto const without = counters::create({.max_entries = 2}).value();
    CHECK(outer.update(1, without).error() == error{errc::einval, command::map_update_elem});
}

TEST_CASE_TEMPLATE("rings in a hash: inserted, replaced and read back from user space", Ring, ring_buffer,
                   user_ring_buffer) {
    auto const made = hash_of_maps<std::uint64_t, Ring>::create({.max_entries = 4, .inner = {.size_bytes = 4096}});
    if (!made && made.error() == error{errc::einval, command::map_create} && std::is_same_v<Ring, user_ring_buffer>)
        return support::skip("user ring buffers need Linux 6.1");
    auto const& rings = made.value();
    auto const small = Ring::create({.size_bytes = 4096}).value();
    auto const large = Ring::create({.size_bytes = 65536}).value();
    CHECK(*rings.insert(9, small));
    CHECK_FALSE(*rings.insert(9, large));
    CHECK(**rings.lookup(9) == *small.id());
    CHECK(*rings.replace(9, large)); // rings may differ in size
    CHECK_FALSE(*rings.replace(8, large));
    CHECK(**rings.lookup(9) == *large.id());
    CHECK(rings.open_inner(9).value().value().size_bytes() == 65536);
    auto const like = hash_of_maps<std::uint64_t, Ring>::create_like(small, {.max_entries = 4}).value();
    CHECK(*like.insert(9, large));
}

TEST_CASE("rings in an array, where a program writes to the one that is there") {
    auto const rings = array_of_maps<ring_buffer>::create({.max_entries = 4, .inner = {.size_bytes = 4096}}).value();
    // clang-format off: one step per line
    static constexpr auto write_eight_bytes = assemble(
        store<std::uint32_t>(r10 - 4, 3),
        load_map(r1, map_slot<0>{}), mov(r2, r10), add(r2, -4),
        call(helper::map_lookup_elem),
        jump_if(r0 == 0, "none"),
        store<std::uint64_t>(r10 - 16, 7),
        mov(r1, r0), mov(r2, r10), add(r2, -16), mov(r3, 8), mov(r4, 0),
        call(helper::ringbuf_output),
        mov(r0, 0), exit(),
      label("none"),
        mov(r0, 1), exit());
    // clang-format on
    auto const code = write_eight_bytes.with(rings.fd());
    auto const program = socket_filter_program::load({.insns = code, .license = "GPL"});
    REQUIRE(program);
    auto const run = [&] { return test_run(*program, {.data = packet}).value().retval; };
    auto const one = ring_buffer::create({.size_bytes = 4096}).value();
    auto const two = ring_buffer::create({.size_bytes = 65536}).value();
    CHECK(run() == 1);
    CHECK(rings.update(3, one));
    CHECK(run() == 0);
    CHECK(run() == 0);
    CHECK(rings.update(3, two));
    CHECK(**rings.lookup(3) == *two.id());
    CHECK(run() == 0);
    auto const written = [](ring_buffer const& ring) {
        auto const position = mapping<read_only>::map(ring.fd(), {.length = page_size(), .offset = page_size()});
        std::uint64_t bytes = 0;
        std::memcpy(&bytes, position.value().data(), sizeof bytes);
        return bytes;
    };
    CHECK(written(one) == 32);
    CHECK(written(two) == 16);
    CHECK(*rings.erase(3));
    CHECK(run() == 1);
}

TEST_CASE("perf event arrays as inner maps") {
    using events = perf_event_array<>;
    auto const outer = array_of_maps<events>::create({.max_entries = 1, .inner = {.max_entries = 1}}).value();
    auto const inner = events::create({.max_entries = 1}).value();
    CHECK(outer.update(0, inner));
}

TEST_CASE("batches and walks") {
    auto const outer = tables::create({.max_entries = 64, .inner = {.max_entries = 1}}).value();
    std::vector<table> inner;
    std::vector<std::uint64_t> keys;
    std::vector<inner_map_reference<table>> values;
    for (std::uint64_t i = 0; i != 40; ++i) inner.push_back(table::create({.max_entries = 1}).value());
    for (std::uint64_t i = 0; i != 40; ++i) {
        keys.push_back(i);
        values.emplace_back(inner[i]);
    }
    std::uint32_t done = 0;
    CHECK(outer.update_batch(keys, values, done));
    CHECK(done == 40);
    std::uint32_t seen = 0;
    for (auto const& [key, id] : outer.entries()) {
        CHECK(id == *inner[key].id());
        ++seen;
    }
    CHECK(seen == 40);
    CHECK(*outer.erase_batch(std::span<std::uint64_t const>{keys}.first(10), done));
    CHECK(done == 10);
    CHECK(outer.take_all([&](std::uint64_t, map_id) { ++seen; }));
    CHECK(seen == 70);
    CHECK_FALSE(*outer.contains(20));
}

TEST_CASE("a walk over an array leaves empty slots out") {
    auto const outer = array_of_maps<counters>::create({.max_entries = 5000, .inner = {.max_entries = 1}}).value();
    auto const inner = counters::create({.max_entries = 1}).value();
    for (std::uint32_t const index : {0u, 17u, 4242u, 4999u}) CHECK(outer.update(index, inner));
    std::vector<std::uint32_t> seen;
    auto const walked = outer.for_each([&](std::uint32_t index, map_id id) {
        CHECK(id == *inner.id());
        seen.push_back(index);
    });
    if (!walked && walked.error().code == errc::eintr)
        return support::skip("this kernel's batches stop at empty slots (before Linux 6.14 and its stable kin)");
    CHECK(walked);
    CHECK(seen == std::vector<std::uint32_t>{0, 17, 4242, 4999});
}

/// A check of the caller's, which sees what the views of ordinary maps see.
struct refusing {
    using error_type = error;

    template <class Key, class Value>
    result<void> operator()(fd_ref<kind::map>, sys::info::map const& found) const {
        static_assert(std::is_same_v<Key, std::uint64_t> && std::is_same_v<Value, tables::value_type>);
        CHECK(found.type == map_type::hash_of_maps);
        return error{errc::layout_differs, command::obj_get_info_by_fd};
    }
};

TEST_CASE("opened again: by path, by id, through a descriptor, as another map than it is") {
    support::bpffs const files;
    if (!files) return support::lacks_privilege("a BPF file system cannot be mounted here");
    auto const path = files.path("tenants");
    auto const inner = table::create({.max_entries = 8}).value();
    auto const outer = tables::create_like(inner, {.max_entries = 4}).value();
    CHECK(outer.update(1, inner));
    CHECK(outer.pin(path.c_str()));
    CHECK(**tables::open(path.c_str()).value().lookup(1) == *inner.id());
    auto const by_id = tables::open(*outer.id()).value();
    CHECK(by_id.max_entries() == 4);
    CHECK(by_id.duplicate().value().open_inner(1).value());
    CHECK(tables::adopt(outer.duplicate().value().release()));
    error const refused{errc::layout_differs, command::obj_get_info_by_fd};
    CHECK(tables::open(path.c_str(), refusing{}).error() == refused);
    CHECK(tables::open(*outer.id(), refusing{}).error() == refused);
    CHECK(tables::adopt(outer.duplicate().value().release(), refusing{}).error() == refused);
    int const number = ::open(files.root().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    auto const directory = owned_fd<kind::directory>::adopt_raw(number).value();
    auto const relative = tables::open(directory, "tenants", refusing{}).error();
    CHECK((relative == refused || relative == error{errc::einval, command::obj_get})); // before Linux 6.5
    using tables_ro = hash_of_maps<std::uint64_t, table, read_only>;
    auto const ro = tables_ro::open(path.c_str()).value();
    CHECK(ro.open_inner(1).value());

    auto const differs = [](errc code) { return error{code, command::obj_get_info_by_fd}; };
    CHECK(table::open(path.c_str()).error() == differs(errc::map_type_differs));
    CHECK(hash_of_maps<std::uint32_t, table>::open(path.c_str()).error() == differs(errc::key_size_differs));
    // The outer map does not tell what it holds; the inner one does.
    auto const wrong = hash_of_maps<std::uint64_t, other_table>::open(path.c_str()).value();
    CHECK(wrong.open_inner(1).error() == differs(errc::value_size_differs));
}

TEST_CASE("templates that the kernel does not take, and templates that cannot be made") {
    CHECK(tables::create({.max_entries = 4, .inner = {.max_entries = 0}}).error() ==
          error{errc::einval, command::map_create});
    CHECK(tables::create({.max_entries = 0, .inner = {.max_entries = 1}}).error() ==
          error{errc::einval, command::map_create});
}

} // namespace
