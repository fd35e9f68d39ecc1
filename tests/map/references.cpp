// Maps whose elements refer to something else: what facts.hpp says they can do is what the running kernel lets them do.
#include <bpfxx/map/references.hpp>

#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/map/array.hpp>
#include <bpfxx/map/cgroup_array.hpp>
#include <bpfxx/map/cpu_map.hpp>
#include <bpfxx/map/dev_map.hpp>
#include <bpfxx/map/facts.hpp>
#include <bpfxx/map/hash.hpp>
#include <bpfxx/map/map_in_map.hpp>
#include <bpfxx/map/perf_event_array.hpp>
#include <bpfxx/map/program_array.hpp>
#include <bpfxx/map/reuseport_array.hpp>
#include <bpfxx/map/sock_map.hpp>
#include <bpfxx/map/xsk_map.hpp>
#include <bpfxx/program/handle.hpp>

#include "kernel/support/skip.hpp"
#include "map/support/groups_and_events.hpp"
#include "map/support/operations.hpp"
#include "map/support/sockets.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <type_traits>

namespace {

using namespace bpfxx;

using inner_map = array_map<std::uint64_t>;

static_assert(dev_map<>::guarantee == walk_guarantee::each_index_once);
static_assert(dev_map_hash<>::guarantee == walk_guarantee::best_effort);
static_assert(xsk_map<>::guarantee == walk_guarantee::none);
static_assert(sock_map<>::guarantee == walk_guarantee::each_index_once);
static_assert(sock_map<read_write, socket_alone>::guarantee == walk_guarantee::none);
static_assert(hash_of_maps<std::uint32_t, inner_map>::guarantee == walk_guarantee::each_stable_entry_once);
static_assert(sizeof(program_array<program_kind::xdp>) == 8 && sizeof(sock_map<>) == 8);
static_assert(sizeof(array_of_maps<inner_map>) == 8);

// Most of these types take no BTF.
template <map_type Type>
constexpr map_spec spec_of = map_options<map_kind::of<Type>>{.max_entries = 4}.spec();
static_assert(spec_of<map_type::devmap>.type == map_type::devmap && spec_of<map_type::devmap>.max_entries == 4);
static_assert(!spec_of<map_type::devmap>.btf.fd && !spec_of<map_type::prog_array>.btf.fd);
static_assert(!std::is_same_v<decltype(sock_map<>::options_type::btf), map_btf>);
static_assert(std::is_same_v<decltype(reuseport_array<>::options_type::btf), map_btf>);

/// The bytes that a view would give the kernel.
template <class Stored>
std::array<std::byte, 16> bytes_of(Stored const& stored) {
    std::array<std::byte, 16> bytes{};
    std::memcpy(bytes.data(), &stored, sizeof stored);
    return bytes;
}

template <class Map>
using stored_by = stored_value<typename Map::value_type>;

/// Compares a whole row of the table with the kernel, given two things that the map can hold.
template <class Map, class First, class Second>
void compare_row(First const& first, Second const& second, optional_fd_ref<kind::map> inner = {}) {
    constexpr auto& facts = Map::kind_type::facts;
    INFO(name(facts.type));
    using stored = stored_by<Map>;
    sys::attr::map_create const attribute{.map_type = facts.type,
                                          .key_size = sizeof(typename Map::key_type),
                                          .value_size = sizeof(stored),
                                          .max_entries = facts.type == map_type::cpumap ? 1u : 2u,
                                          .inner_map_fd = inner};
    auto const map = sys::call(attribute);
    REQUIRE(map);
    auto const works =
        support::operations_of{*map, {.first = bytes_of(stored{first}), .second = bytes_of(stored{second})}}.find();
    CHECK(support::names_of(works) == support::names_of(facts.operations));
    CHECK(support::flags_taken(attribute) == facts.flags);
}

TEST_CASE("facts: program arrays") {
    constexpr auto code = insn::assemble(insn::mov(insn::r0, 0), insn::exit());
    auto const program = xdp_program::load({.insns = code, .license = "GPL"}).value();
    compare_row<program_array<program_kind::xdp>>(program, program);
}

TEST_CASE("facts: maps of maps") {
    auto const one = inner_map::create({.max_entries = 1}).value();
    auto const two = inner_map::create({.max_entries = 1}).value();
    compare_row<array_of_maps<inner_map>>(one, two, one.fd());
    compare_row<hash_of_maps<std::uint32_t, inner_map>>(one, two, one.fd());
}

TEST_CASE("facts: devices and CPUs") {
    support::own_network const network;
    if (!network) return support::lacks_privilege("a network namespace cannot be made here");
    dev_map_value const lo{.interface = interface_index{1}};
    compare_row<dev_map<>>(lo, lo);
    compare_row<dev_map_hash<>>(lo, lo);
    compare_row<cpu_map<>>(cpu_map_value{.queue_size = 16}, cpu_map_value{.queue_size = 32});
}

TEST_CASE("facts: sockets") {
    support::own_network const network;
    if (!network) return support::lacks_privilege("a network namespace cannot be made here");
    auto const connection = support::connected();
    compare_row<sock_map<>>(connection.client, connection.server);
    compare_row<sock_hash<std::uint32_t>>(connection.client, connection.server);
    auto const one = support::udp_in_group();
    auto const two = support::udp_in_group();
    compare_row<reuseport_array<>>(one, two);
}

TEST_CASE("facts: AF_XDP sockets") {
    int const one = support::xdp_socket();
    if (one < 0) return support::skip("this kernel has no AF_XDP sockets");
    auto const first = support::take_over(one);
    auto const second = support::take_over(support::xdp_socket());
    compare_row<xsk_map<>>(first, second);
}

TEST_CASE("facts: groups and events") {
    support::own_cgroup const groups;
    if (!groups) return support::lacks_privilege("cgroup2 cannot be mounted here");
    auto const root = groups.open_root();
    auto const empty = groups.open_empty();
    compare_row<cgroup_array<>>(root, empty);
    auto const event = support::software_event(PERF_COUNT_SW_BPF_OUTPUT, 0);
    if (!event) return support::lacks_privilege("perf events cannot be opened here");
    compare_row<perf_event_array<>>(*event, *event);
}

} // namespace
