// dev_map, dev_map_hash and cpu_map on the running kernel, with and without programs.
#include <bpfxx/map/dev_map.hpp>

#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/map/array.hpp>
#include <bpfxx/map/cpu_map.hpp>
#include <bpfxx/program/handle.hpp>
#include <bpfxx/program/test_run.hpp>

#include "kernel/support/skip.hpp"
#include "map/support/sockets.hpp"

#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <thread>
#include <type_traits>

namespace {

using namespace bpfxx;
using namespace bpfxx::insn;

static_assert(std::is_aggregate_v<dev_map_value> && std::is_aggregate_v<cpu_map_value>);
static_assert(sizeof(dev_map_value) == 8 && sizeof(dev_map_entry) == 8 && sizeof(cpu_map_value) == 8);
using optional_xdp = optional_program_reference<program_kind::xdp_devmap>;
static_assert(std::is_convertible_v<xdp_devmap_program const&, optional_xdp> &&
              std::is_default_constructible_v<optional_xdp>);
static_assert(!std::is_constructible_v<optional_xdp, xdp_program const&> &&
              !std::is_constructible_v<optional_xdp, xdp_devmap_program> &&
              !std::is_constructible_v<optional_xdp, int>);
static_assert(!std::is_convertible_v<optional_xdp, program_reference<program_kind::xdp_devmap>> &&
              optional_xdp{}.raw() == 0);

constexpr interface_index lo{1};
constexpr interface_index nowhere{0x7fff'0000};
constexpr auto pass = assemble(mov(r0, 2), exit());
constexpr std::array<std::byte, 64> packet{};
constexpr std::uint32_t xdp_pass = 2;
constexpr std::uint32_t xdp_redirect = 4;

/// Redirects to what is under key 0, and passes the packet where nothing is.
constexpr auto redirect_0 =
    assemble(load_map(r1, map_slot<0>{}), mov(r2, 0), mov(r3, 2), call(helper::redirect_map), exit());

std::uint32_t run(xdp_program const& program) { return test_run(program, {.data = packet}).value().retval; }

/// `hook` is the one for devices' maps where the options do not say another, as they may.
xdp_devmap_program load(attach_type hook = {}) {
    return xdp_devmap_program::load({.insns = pass, .license = "GPL", .expected_attach_type = hook}).value();
}

template <class Map>
void redirects_to(Map const& map, stored_value<typename Map::value_type> const& target) {
    auto const program = xdp_program::load({.insns = redirect_0.with(map.fd()), .license = "GPL"}).value();
    CHECK(run(program) == xdp_pass);
    CHECK(map.update(0, target));
    CHECK(run(program) == xdp_redirect);
    CHECK(*map.erase(0));
    CHECK(run(program) == xdp_pass);
}

TEST_CASE("programs redirect where there is a target") {
    redirects_to(dev_map<>::create({.max_entries = 2}).value(), {.interface = lo});
    redirects_to(dev_map_hash<>::create({.max_entries = 2}).value(), {.interface = lo});
    redirects_to(cpu_map<>::create({.max_entries = 1}).value(), {.queue_size = 8});
    redirects_to(dev_map<read_write, device_alone>::create({.max_entries = 2}).value(), lo);
    redirects_to(dev_map_hash<read_write, device_alone>::create({.max_entries = 2}).value(), lo);
    redirects_to(cpu_map<read_write, cpu_alone>::create({.max_entries = 1}).value(), 8);
}

TEST_CASE("a device with a program: the interface and the program's id are found") {
    auto const ports = dev_map<>::create({.name = "ports", .max_entries = 8}).value();
    auto const program = load();
    CHECK(ports.update(5, {.interface = lo, .program = program}));
    CHECK(**ports.lookup(5) == dev_map_entry{lo, *program.id()});
    CHECK(ports.update(5, {.interface = lo}));
    CHECK(**ports.lookup(5) == dev_map_entry{lo, program_id{}});
    CHECK_FALSE(ports.lookup(4)->has_value());
    CHECK_FALSE(ports.lookup(8)->has_value());
    std::uint32_t seen = 0;
    for (auto const& [index, found] : ports.entries()) {
        CHECK(index == 5);
        CHECK(found.interface == lo);
        ++seen;
    }
    CHECK(seen == 1);
    CHECK(*ports.erase(5));
    CHECK(*ports.erase(5)); // the kernel does not tell an empty slot
    CHECK_FALSE(*ports.contains(5));
    CHECK(ports.update(5, {.interface = lo}));
    CHECK(ports.update(5, {.interface = interface_index{}})); // empties it
    CHECK_FALSE(*ports.contains(5));
}

TEST_CASE("devices under any number") {
    auto const ports = dev_map_hash<>::create({.max_entries = 1}).value();
    auto const program = load();
    CHECK(*ports.insert(4711, {.interface = lo, .program = program}));
    CHECK_FALSE(*ports.insert(4711, {.interface = lo}));
    CHECK(**ports.lookup(4711) == dev_map_entry{lo, *program.id()});
    CHECK(ports.update(1, {.interface = lo}).error() == error{errc::e2big, command::map_update_elem});
    std::uint32_t seen = 0;
    CHECK(ports.for_each([&](std::uint32_t key, dev_map_entry const& found) {
        CHECK(key == 4711);
        CHECK(found.program == *program.id());
        ++seen;
    }));
    CHECK(seen == 1);
    CHECK(*ports.erase(4711));
    CHECK_FALSE(*ports.erase(4711));
}

TEST_CASE("what cannot be a target is refused") {
    error const refused{errc::einval, command::map_update_elem};
    auto const ports = dev_map<>::create({.max_entries = 2}).value();
    auto const hashed = dev_map_hash<>::create({.max_entries = 2}).value();
    auto const other = load(attach_type::xdp_cpumap);
    CHECK(ports.update(0, {.interface = nowhere}).error() == refused);
    CHECK(hashed.update(0, {.interface = nowhere}).error() == refused);
    CHECK(hashed.update(0, {.interface = interface_index{}}).error() == refused);
    CHECK(ports.update(0, {.interface = lo, .program = other}).error() == refused);
    CHECK(hashed.update(0, {.interface = lo, .program = other}).error() == refused);
    CHECK(ports.update(2, {.interface = lo}).error() == error{errc::e2big, command::map_update_elem});
    CHECK(ports.erase(2).error() == error{errc::einval, command::map_delete_elem});

    auto const cpus = cpu_map<>::create({.max_entries = 1}).value();
    auto const wrong =
        xdp_cpumap_program::load({.insns = pass, .license = "GPL", .expected_attach_type = attach_type::xdp_devmap})
            .value();
    // ENOMEM is what the kernel says of any program that does not fit here.
    CHECK(cpus.update(0, {.queue_size = 8, .program = wrong}).error() == error{errc::enomem, command::map_update_elem});
    CHECK(cpus.update(0, {.queue_size = 16'385}).error() == error{errc::eoverflow, command::map_update_elem});
    CHECK(cpus.update(1, {.queue_size = 8}).error() == error{errc::e2big, command::map_update_elem});
    CHECK(cpus.erase(1).error() == error{errc::einval, command::map_delete_elem});
    CHECK(cpu_map<>::create({.max_entries = 1'000'000}).error() == error{errc::e2big, command::map_create});
}

TEST_CASE("4-byte values go in and out as they are") {
    auto const ports = dev_map<read_write, device_alone>::create({.max_entries = 2}).value();
    CHECK(ports.update(1, lo));
    CHECK(**ports.lookup(1) == lo);
    auto const cpus = cpu_map<read_write, cpu_alone>::create({.max_entries = 1}).value();
    CHECK(cpus.update(0, 16));
    CHECK(**cpus.lookup(0) == 16);
    error const differs{errc::value_size_differs, command::obj_get_info_by_fd};
    CHECK(dev_map<>::open(*ports.id()).error() == differs);
    CHECK(cpu_map<>::open(*cpus.id()).error() == differs);
    CHECK(cpu_map<read_only, cpu_alone>::open(*cpus.id()));
    CHECK(cpu_map<read_only>::create({.max_entries = 1}).error() == error{errc::einval, command::map_create});
}

/// Counts in element 0 of the array and drops the packet.
// clang-format off: one step per line
constexpr auto count_and_drop = assemble(
    store<std::uint32_t>(r10 - 4, 0),
    load_map(r1, map_slot<0>{}), mov(r2, r10), add(r2, -4),
    call(helper::map_lookup_elem),
    jump_if(r0 == 0, "out"),
    mov(r1, 1), atomic_add<std::uint64_t>(r0 + 0, r1),
  label("out"),
    mov(r0, 1), exit());
// clang-format on

TEST_CASE("the program of a CPU sees the packets that are redirected there") {
    auto const counts = array_map<std::uint64_t>::create({.max_entries = 1}).value();
    auto const cpus = cpu_map<>::create({.max_entries = 1}).value();
    auto const there = xdp_cpumap_program::load({.insns = count_and_drop.with(counts.fd()), .license = "GPL"}).value();
    CHECK(cpus.update(0, {.queue_size = 512, .program = there}));
    CHECK(**cpus.lookup(0) == cpu_map_entry{512, *there.id()});
    auto const here = xdp_program::load({.insns = redirect_0.with(cpus.fd()), .license = "GPL"}).value();
    auto const sent = test_run(here, {.data = packet, .repeat = 32, .flags = test_run_flags::xdp_live_frames});
    if (!sent && sent.error().code == errc::einval) return support::skip("no live frames before Linux 5.18");
    CHECK(sent);
    for (int i = 0; i != 200 && **counts.lookup(0) != 32; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    CHECK(**counts.lookup(0) == 32);
}

} // namespace
