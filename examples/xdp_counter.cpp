// Counts the packets that enter a network device, by a program that is attached without a link: over rtnetlink, which
// says in words why it refuses, and with a guard that takes off this program and no other.
#include <bpfxx/attach/xdp.hpp>
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/map/array.hpp>
#include <bpfxx/program/context.hpp>
#include <bpfxx/program/handle.hpp>
#include <bpfxx/program/verdict.hpp>

#include "veth_pair.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdio>

using bpfxx::program_kind::xdp;

struct traffic {
    std::uint64_t packets, bytes;
};
using counter = bpfxx::array_map<traffic>;

using namespace bpfxx::insn;
constexpr map_slot<0, counter> counted{};

// clang-format off: one step a line
constexpr auto count = assemble<xdp>(
    load(r6, r1 + ctx<xdp>::data), load(r7, r1 + ctx<xdp>::data_end), sub(r7, r6), // the packet's length
    store<std::uint32_t>(r10 - 4, 0), mov(r2, r10), add(r2, -4), load_map(r1, counted), call(helper::map_lookup_elem),
    if_(r0 != 0),
        mov(r1, 1), atomic_add<std::uint64_t>(r0 + offsetof(traffic, packets), r1),
        atomic_add<std::uint64_t>(r0 + offsetof(traffic, bytes), r7),
    end_if(),
    mov(r0, bpfxx::xdp_action::pass), exit());
// clang-format on

bpfxx::result<void> run() {
    auto const map = counter::create({.name = "traffic", .max_entries = 1});
    if (!map) return map.error();
    auto const program = bpfxx::xdp_program::load({.insns = count.with(*map), .license = "GPL", .name = "count"});
    if (!program) return program.error();
    veth_pair const pair; // packets sent into one end come out of the other
    bpfxx::direct::xdp_hook const hook{.ifindex = bpfxx::interface_index{pair.out()}};

    auto attached = program->attach(hook);
    if (!attached) return attached.error();
    auto const again = program->attach(hook);
    if (!again) std::printf("a second one is refused: %s\n", again.error().text.c_str());
    for (std::uint16_t port = 9000; port != 9100; ++port) pair.send(udp_frame{port});

    auto const seen = map->lookup(0);
    if (!seen) return seen.error();
    std::printf("%ju packets of %ju bytes came in\n", std::uintmax_t{(*seen)->packets}, std::uintmax_t{(*seen)->bytes});
    BOOST_OUTCOME_TRY(attached->detach()); // its destructor would, too, but could not say whether it went well
    auto const left = bpfxx::direct::query_xdp(hook.ifindex);
    if (!left) return left.error();
    std::printf("%s is attached now\n", left->attached == bpfxx::xdp_attached::none ? "nothing" : "something");
    return bpfxx::outcome::success();
}

int main() {
    auto const ran = run();
    if (ran) return 0;
    std::printf("%s\n", describe(ran.error()).c_str());
    return ran.error().code == bpfxx::errc::eperm ? 77 : 1;
}
