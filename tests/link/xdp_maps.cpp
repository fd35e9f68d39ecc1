// XDP programs behind redirects, in the elements of maps of devices and of CPUs: each decides about the packets there.
#include <bpfxx/link/xdp.hpp>

#include <bpfxx/map/cpu_map.hpp>
#include <bpfxx/map/dev_map.hpp>
#include <bpfxx/program/handle.hpp>

#include "kernel/support/fired.hpp"
#include "kernel/support/skip.hpp"
#include "kernel/support/trail.hpp"
#include "kernel/support/veth.hpp"

#include <doctest/doctest.h>

namespace {

using namespace bpfxx;
using namespace bpfxx::insn;

constexpr int pass = 2, drop = 1;

/// Redirects to what is under key 0.
constexpr auto redirect_0 =
    assemble(load_map(r1, map_slot<0>{}), mov(r2, 0), mov(r3, 0), call(helper::redirect_map), exit());

/// A program at `out` that sends everything to the map's element.
template <class Map>
xdp_link redirecting(Map const& map, support::veth_pair const& pair, xdp_mode mode) {
    auto const program = xdp_program::load({.insns = redirect_0.with(map.fd()), .license = "GPL"}).value();
    return program.attach(xdp_hook{.ifindex = pair.out(), .mode = mode}).value();
}

/// A veth device takes redirected packets only where its peer has an XDP program, which gets them.
xdp_link receiving(support::trail const& trail, support::veth_pair const& pair) {
    auto const program = trail.program<program_kind::xdp, 3, pass>();
    return program.attach(xdp_hook{.ifindex = pair.in(), .mode = xdp_mode::native}).value();
}

TEST_CASE("the program of a device sees what is redirected there") {
    support::veth_pair const pair;
    if (!pair) return support::skip("this kernel has no veth");
    support::trail const trail;
    auto const passing = trail.program<program_kind::xdp_devmap, 1, pass>();
    auto const dropping = trail.program<program_kind::xdp_devmap, 2, drop>();
    auto const back = receiving(trail, pair);
    auto const devices = dev_map<>::create({.max_entries = 1}).value();
    auto const link = redirecting(devices, pair, xdp_mode::native);
    // What comes out of `out` is sent back by it, and arrives at `in`.
    REQUIRE(devices.update(0, {.interface = pair.out(), .program = passing}));
    CHECK(pair.passes());
    CHECK(trail.take() == 13);
    REQUIRE(devices.update(0, {.interface = pair.out(), .program = dropping}));
    CHECK(pair.drops([&] { return !trail.empty(); }));
    CHECK(trail.take() == 2);
    REQUIRE(devices.update(0, {.interface = pair.out()}));
    CHECK(pair.passes());
    CHECK(trail.take() == 3);
    support::fired("xdp_devmap", "dev_map");
}

TEST_CASE("the program of a device under any number does, too") {
    support::veth_pair const pair;
    if (!pair) return support::skip("this kernel has no veth");
    support::trail const trail;
    auto const dropping = trail.program<program_kind::xdp_devmap, 2, drop>();
    auto const back = receiving(trail, pair);
    auto const devices = dev_map_hash<>::create({.max_entries = 1}).value();
    auto const link = redirecting(devices, pair, xdp_mode::native);
    REQUIRE(devices.update(0, {.interface = pair.out(), .program = dropping}));
    CHECK(pair.drops([&] { return !trail.empty(); }));
    CHECK(trail.take() == 2);
    support::fired("xdp_devmap", "dev_map_hash");
}

TEST_CASE("the program of a CPU sees what is redirected there") {
    support::veth_pair const pair;
    if (!pair) return support::skip("this kernel has no veth");
    support::trail const trail;
    auto const passing = trail.program<program_kind::xdp_cpumap, 1, pass>();
    auto const dropping = trail.program<program_kind::xdp_cpumap, 2, drop>();
    auto const cpus = cpu_map<>::create({.max_entries = 1}).value();
    auto const link = redirecting(cpus, pair, xdp_mode::native);
    REQUIRE(cpus.update(0, {.queue_size = 64, .program = passing}));
    CHECK(pair.passes());
    CHECK(trail.take() == 1);
    REQUIRE(cpus.update(0, {.queue_size = 64, .program = dropping}));
    CHECK(pair.drops([&] { return !trail.empty(); }));
    CHECK(trail.take() == 2);
    support::fired("xdp_cpumap", "cpu_map");
}

} // namespace
