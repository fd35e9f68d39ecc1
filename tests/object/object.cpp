// Objects that the compiler knows: their maps, programs and links by name.
#include <bpfxx/object/attach_all.hpp>
#include <bpfxx/object/embed.hpp>
#include <bpfxx/object/kept_contents.hpp>
#include <bpfxx/object/lent.hpp>
#include <bpfxx/object/literal.hpp>
#include <bpfxx/object/live.hpp>
#include <bpfxx/object/loaded_object.hpp>
#include <bpfxx/object/loading_plan.hpp>
#include <bpfxx/object/map_capacity.hpp>
#include <bpfxx/object/map_view_of.hpp>
#include <bpfxx/object/matching_type.hpp>
#include <bpfxx/object/object.hpp>
#include <bpfxx/object/opening.hpp>
#include <bpfxx/object/parts.hpp>
#include <bpfxx/object/typed_map.hpp>
#include <bpfxx/object/typed_program.hpp>
#include <bpfxx/object/value_type.hpp>
#include <bpfxx/object/variable_place.hpp>

#include "made/core_task.bpf.hpp"
#include "made/map_in_map.bpf.hpp"
#include "made/maps.bpf.hpp"
#include "made/minimal.bpf.hpp"
#include "made/optional.bpf.hpp"
#include "made/records.bpf.hpp"

#include <bpfxx/map/program_array.hpp>

#include "kernel/support/bpffs.hpp"
#include "kernel/support/skip.hpp"
#include "kernel/support/tracefs.hpp"

#include <doctest/doctest.h>

#include <array>
#include <concepts>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>

#include <unistd.h>

namespace {

using namespace bpfxx;

using minimal = object::object<minimal_object>;
using records = object::object<records_object>;
using maps = object::object<maps_object>;
using optional = object::object<optional_object>;
using of_maps = object::object<map_in_map_object>;

/// All maps but one that Linux 6.1 does not have.
auto all_maps() { return maps::open().create<"cgrp_storage">(false); }

std::string words(object::object_error const& why) {
    std::array<char, 512> text{};
    return std::string{why.describe(text)} + "\n" + std::string{why.log};
}

// ---- what the names stand for ----

struct flow {
    std::uint32_t source;
    std::uint32_t destination;
};

template <class Object, object::literal Name, class... Types>
using view =
    std::remove_const_t<decltype(std::declval<typename Object::loaded const&>().template map<Name, Types...>())>;

static_assert(std::derived_from<view<maps, "hash", flow, std::uint64_t>, hash_map<flow, std::uint64_t>>);
static_assert(std::derived_from<view<maps, "lru_hash", flow, std::uint64_t>, lru_hash_map<flow, std::uint64_t>>);
static_assert(std::derived_from<view<maps, "percpu_hash", flow, std::uint64_t>, per_cpu_hash_map<flow, std::uint64_t>>);
static_assert(std::derived_from<view<maps, "array", flow>, array_map<flow>>);
static_assert(std::derived_from<view<maps, "array", std::uint32_t, flow>, array_map<flow>>);
static_assert(std::derived_from<view<maps, "percpu_array">, per_cpu_array<std::uint64_t>>);
static_assert(std::derived_from<view<maps, "queue">, queue_map<std::uint64_t>>);
static_assert(std::derived_from<view<maps, "stack">, stack_map<std::uint64_t>>);
static_assert(std::derived_from<view<maps, "bloom_filter">, bloom_filter<std::uint64_t>>);
static_assert(std::derived_from<view<maps, "ringbuf">, ring_buffer>);
static_assert(std::derived_from<view<maps, "user_ringbuf">, user_ring_buffer>);
static_assert(std::derived_from<view<maps, "cgroup_array">, cgroup_array<>>);
static_assert(std::derived_from<view<maps, "perf_event_array">, perf_event_array<>>);
static_assert(std::derived_from<view<maps, "xskmap">, xsk_map<>>);
static_assert(std::derived_from<view<maps, "devmap">, dev_map<read_write, device_alone>>);
static_assert(std::derived_from<view<maps, "cpumap">, cpu_map<read_write, cpu_alone>>);
static_assert(std::derived_from<view<maps, "sockmap">, sock_map<read_write, socket_alone>>);
static_assert(std::derived_from<view<maps, "reuseport_sockarray">, reuseport_array<>>);
static_assert(std::derived_from<view<maps, "stack_trace">, stack_trace_map<16>>);
static_assert(std::derived_from<view<maps, "sk_storage", flow>, sk_storage<flow>>);
static_assert(std::derived_from<view<maps, "task_storage", flow>, task_storage<flow>>);
static_assert(std::derived_from<view<maps, "inode_storage", flow>, inode_storage<flow>>);
static_assert(std::derived_from<view<maps, "cgrp_storage", flow>, cgrp_storage<flow>>);
static_assert(std::derived_from<view<maps, "lpm_trie">, lpm_trie<lpm_key<std::array<std::uint8_t, 4>>, std::uint32_t>>);
static_assert(
    std::derived_from<view<maps, "prog_array", program_array<program_kind::xdp>>, program_array<program_kind::xdp>>);
static_assert(std::derived_from<view<of_maps, "tenants">, array_of_maps<hash_map<std::uint32_t, std::uint64_t>>>);
static_assert(std::derived_from<view<of_maps, "by_number">, hash_of_maps<std::uint32_t, array_map<std::uint32_t>>>);
static_assert(std::derived_from<view<of_maps, "rings">, array_of_maps<ring_buffer>>);

// Nobody gets the descriptor that the object closes.
static_assert(
    !std::constructible_from<hash_map<flow, std::uint64_t>,
                             decltype(std::declval<maps::loaded const&>().map<"hash", flow, std::uint64_t>())>);

template <class Object, object::literal Name>
using kind_of = typename std::remove_const_t<
    decltype(std::declval<typename Object::loaded const&>().template program<Name>())>::tag;
static_assert(std::same_as<kind_of<minimal, "handle_tp">, program_kind::tracepoint>);
static_assert(std::same_as<kind_of<optional, "packets">, program_kind::xdp>);
static_assert(std::same_as<kind_of<optional, "impossible">, program_kind::fentry>);
static_assert(std::same_as<kind_of<optional, "always">, program_kind::raw_tracepoint>);

static_assert(std::movable<minimal::loaded> && !std::copyable<minimal::loaded>);
static_assert(maps::describes<"flow", flow>());

using lent_hash = object::lent<hash_map<flow, std::uint64_t>>;
static_assert(std::convertible_to<lent_hash const&, inner_map_reference<hash_map<flow, std::uint64_t>>>);
static_assert(!std::convertible_to<lent_hash const&, inner_map_reference<array_map<flow>>>);

// ---- what they need ----

template <auto const& Bytes>
constexpr object::parts parts_of = object::parts::of(object::embedded<Bytes>::plan);

static_assert(parts_of<minimal_object> == object::parts::none() && !object::parts::none().takes_memory());
static_assert(parts_of<maps_object>.rings && parts_of<maps_object>.maps_by_cpus && !parts_of<maps_object>.pinned_maps);
static_assert(parts_of<map_in_map_object>.inner_maps && parts_of<map_in_map_object>.filled_maps);
static_assert(!parts_of<maps_object>.many_maps && object::parts{}.many_maps && object::parts{}.takes_memory());
// Where nobody asks for types, nothing of the file is left.
template <auto const& Bytes>
constexpr bool is_copied = &object::detail::loading_plan<Bytes>::of_bytes != &object::embedded<Bytes>::plan;
static_assert(is_copied<minimal_object> && is_copied<maps_object> && !is_copied<core_task_object>);
template <auto const& Bytes>
constexpr object::plan const& loading = object::detail::loading_plan<Bytes>::of_bytes;
static_assert(loading<minimal_object>.programs[0].section->target == "syscalls/sys_enter_write");
static_assert(loading<minimal_object>.programs[0].name == "handle_tp" && loading<minimal_object>.name == "minimal");
static_assert(loading<minimal_object>.maps.size() == 2 && loading<minimal_object>.types == nullptr);
static_assert(parts_of<core_task_object>.relocations && !parts_of<core_task_object>.structs);
static_assert(object::parts::needs_target(program_type::lsm) && !object::parts::needs_target(program_type::kprobe));

// ---- loaded ----

TEST_CASE("minimal: a variable, a section that says where to attach") {
    if (!support::has_tracefs()) return support::skip("tracefs is not there");
    auto done = minimal::open().set<"my_pid">(0).load();
    REQUIRE_MESSAGE(done, words(done.error()));
    CHECK(done->global<"my_pid">() == 0);
    CHECK(done->has_program<"handle_tp">());
    auto const attached = done->attach_all();
    REQUIRE_MESSAGE(attached, words(attached.error()));
    CHECK(done->link<"handle_tp">());
    done->detach_all();
    CHECK_FALSE(done->link<"handle_tp">());

    auto one = done->attach<"handle_tp">();
    REQUIRE(one);
    CHECK(one->detach());
    auto const same = done->program<"handle_tp">().attach();
    CHECK(same);
    CHECK(done->program<"handle_tp">().name() == "handle_tp");
    CHECK(done->program<"handle_tp">().id());
}

TEST_CASE("records come out of maps by the names of their members") {
    auto done = records::load();
    REQUIRE_MESSAGE(done, words(done.error()));
    records::loaded all = *std::move(done); // a value that moves
    auto const link = all.attach<"fill">();
    REQUIRE(link);
    auto const me = static_cast<std::uint32_t>(::getpid());
    static_cast<void>(::getppid());

    auto const counts = all.map<"counts">();
    auto const mine = counts.lookup(me);
    REQUIRE(mine);
    REQUIRE(*mine);
    CHECK(**mine >= 1);

    using types = records::map_types<"records">;
    auto const map = all.map<"records">();
    CHECK(map.max_entries() == 64);
    auto const key = types::key{}.set<"pid">(me).set<"port">(80).set<"protocol">(6).set<"direction">(-1);
    auto const found = map.lookup(key);
    REQUIRE(found);
    REQUIRE(*found);
    types::value const& record = **found;
    CHECK(record.get<"difference">() == -5);
    CHECK(record.get<"small">() == -2);
    CHECK(record.get<"flag">());
    CHECK(record.get<"letter">() == 'x');
    CHECK(record.get<"kind">() == 5);
    CHECK(record.get<"sign">() == -1);
    CHECK(record.get<"wide">() == 0x8000'0000'0000'0000);
    CHECK(record.get<"from.address">() == 0x7f00'0001);
    CHECK(record.get<"from">().get<"port">() == 443);
    CHECK(record.get<"range.high">() == 9);
    CHECK(record.get<"either.number">() == 0x0102'0304);
    CHECK(record.get<"history">()[2].get<"port">() == 22);
    CHECK(record.get<"matrix">()[1][2] == 12);
    CHECK(record.get<"three">() == 5);
    CHECK(record.get<"five">() == 17);
    CHECK(record.get<"signed_nine">() == -200);
    CHECK(all.global<"one">().get<"signed_nine">() == -200);

    CHECK(map.update(types::key{}.set<"pid">(1), types::value{record}.set<"small">(77)));
    CHECK((*map.lookup(types::key{}.set<"pid">(1)))->get<"small">() == 77);
}

TEST_CASE("types of one's own") {
    auto const done = all_maps().load();
    REQUIRE_MESSAGE(done, words(done.error()));
    auto const hash = done->map<"hash", flow, std::uint64_t>();
    CHECK(hash.update({10, 20}, 30));
    auto const by_names = done->map<"hash">();
    using key = maps::map_types<"hash">::key;
    auto const found = by_names.lookup(key{}.set<"source">(10).set<"destination">(20));
    REQUIRE(found);
    CHECK(*found == 30);
    CHECK(done->map<"ringbuf">().size_bytes() >= 4096);
    CHECK(done->map<"array">().max_entries() == 4);
    CHECK(done->map_fd<"hash">() == optional_fd_ref<kind::map>{hash.fd()});
}

TEST_CASE("sizes are set before loading") {
    auto const done = all_maps().max_entries<"hash">(99).max_entries<"ringbuf">(65'536).load();
    REQUIRE_MESSAGE(done, words(done.error()));
    CHECK((*done->map<"hash">().info())->max_entries == 99);
    CHECK(done->map<"hash">().max_entries() == 99);
    CHECK(done->map<"ringbuf">().size_bytes() == 65'536);
    CHECK((*done->map<"array">().info())->max_entries == 4);
}

TEST_CASE("a map that was there is used instead") {
    auto const there = hash_map<flow, std::uint64_t>::create({.name = "there", .max_entries = 7}).value();
    CHECK(there.update({1, 2}, 3));
    auto const done = all_maps().reuse<"hash">(there.fd()).load();
    REQUIRE_MESSAGE(done, words(done.error()));
    auto const used = done->map<"hash", flow, std::uint64_t>();
    CHECK(*used.lookup({1, 2}) == 3);
    CHECK(used.max_entries() == 7);
    CHECK(*used.id() == *there.id());
}

TEST_CASE("a map is pinned where its user says, and found there again") {
    support::bpffs const mount;
    if (!mount) return support::skip("a BPF file system cannot be mounted");
    auto const path = mount.path("shared");
    auto const first = all_maps().pin<"hash">(path.c_str()).load();
    REQUIRE_MESSAGE(first, words(first.error()));
    auto const second = all_maps().pin<"hash">(path.c_str()).load();
    REQUIRE_MESSAGE(second, words(second.error()));
    CHECK(*second->map<"hash">().id() == *first->map<"hash">().id());
    CHECK(*second->map<"array">().id() != *first->map<"array">().id());
    // The same through settings, of which nobody knows beforehand what they say.
    std::array<object::map_settings, maps::contents.maps.size()> how{};
    how[*maps::contents.find_map("cgrp_storage")].created = false;
    how[*maps::contents.find_map("hash")].pin_path = path.c_str();
    auto const third = maps::loaded::load({.maps = how});
    REQUIRE_MESSAGE(third, words(third.error()));
    CHECK(*third->map<"hash">().id() == *first->map<"hash">().id());
    how[*maps::contents.find_map("hash")].max_entries = 3;
    auto const other = maps::loaded::load({.maps = how});
    REQUIRE_FALSE(other);
    CHECK(other.error().during == object::step::reuse_map);
    CHECK(::unlink(path.c_str()) == 0);
}

TEST_CASE("a program whose map is not created is refused, and the error names the map") {
    auto const without = all_maps().create<"hash">(false).load();
    REQUIRE_FALSE(without);
    CHECK(without.error().during == object::step::load_program);
    CHECK(without.error().unresolved.view() == "map hash");
    auto const unused = all_maps().create<"lru_hash">(false).load();
    REQUIRE_MESSAGE(unused, words(unused.error()));
    CHECK_FALSE(unused->map_fd<"lru_hash">());
}

TEST_CASE("what a section leaves out is loaded when asked for") {
    auto const without = optional::load();
    REQUIRE_MESSAGE(without, words(without.error()));
    CHECK(without->has_program<"always">());
    CHECK_FALSE(without->has_program<"when_asked">());
    CHECK_FALSE(without->program<"when_asked">().id());

    auto with = optional::open().autoload<"when_asked">(true).autoload<"always">(false).load();
    REQUIRE_MESSAGE(with, words(with.error()));
    CHECK_FALSE(with->has_program<"always">());
    CHECK(with->has_program<"when_asked">());
    REQUIRE(with->attach_all());
    CHECK_FALSE(with->link<"always">());
    CHECK(with->link<"when_asked">());
    static_cast<void>(::getppid());
    CHECK(with->global<"from_optional">().load() > 0);
}

TEST_CASE("maps of maps begin with what the source says") {
    auto const done = of_maps::load();
    REQUIRE_MESSAGE(done, words(done.error()));
    auto const tenants = done->map<"tenants">();
    auto const third = tenants.open_inner(3);
    REQUIRE(third);
    REQUIRE(*third);
    CHECK(*(*third)->id() == *done->map<"second">().id());
    CHECK_FALSE(*tenants.open_inner(1));
}

TEST_CASE("an error names what failed, and leaves nothing behind") {
    auto const failed = all_maps().max_entries<"hash">(0xffff'ffff).load();
    REQUIRE_FALSE(failed);
    CHECK(failed.error().during == object::step::create_map);
    CHECK(failed.error().name.view() == "hash");
}

} // namespace
