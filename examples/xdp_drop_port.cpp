// Drops UDP to port 9999 where it enters a network device, one end of a veth pair in a network namespace of its own, and
// counts what was dropped and what went on. The program is checked as an XDP program while compiling.
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/link/xdp.hpp>
#include <bpfxx/map/array.hpp>
#include <bpfxx/program/context.hpp>
#include <bpfxx/program/handle.hpp>
#include <bpfxx/program/verdict.hpp>

#include "veth_pair.hpp"

#include <cstdint>
#include <cstdio>

using bpfxx::xdp_action, bpfxx::program_kind::xdp;
using verdicts = bpfxx::array_map<std::uint64_t>; // how many packets, by verdict

using namespace bpfxx::insn;
constexpr map_slot<0, verdicts> counts{};
constexpr std::uint16_t forbidden = 9999;

// clang-format off: one step a line
constexpr auto drop_port = assemble<xdp>(
    load(r2, r1 + ctx<xdp>::data), load(r3, r1 + ctx<xdp>::data_end),
    mov(r6, xdp_action::pass),
    mov(r4, r2), add(r4, 14 + 20 + 8), jump_if(r4 > r3, "count"), // too short for Ethernet, IPv4 and UDP
    load<std::uint16_t>(r4, r2 + 12), to_be<std::uint16_t>(r4), jump_if(r4 != ETH_P_IP, "count"),
    load<std::uint8_t>(r4, r2 + 23), jump_if(r4 != IPPROTO_UDP, "count"),
    load<std::uint16_t>(r4, r2 + 36), to_be<std::uint16_t>(r4), jump_if(r4 != forbidden, "count"),
    mov(r6, xdp_action::drop),
    label("count"),
    store<std::uint32_t>(r10 - 4, r6), mov(r2, r10), add(r2, -4), load_map(r1, counts), call(helper::map_lookup_elem),
    if_(r0 != 0),
        mov(r1, 1), atomic_add<std::uint64_t>(r0, r1),
    end_if(),
    mov(r0, r6), exit());
// clang-format on

bpfxx::result<void> run() {
    auto const counted = verdicts::create({.name = "verdicts", .max_entries = 5});
    if (!counted) return counted.error();
    auto const program =
        bpfxx::xdp_program::load({.insns = drop_port.with(*counted), .license = "GPL", .name = "drop_port"});
    if (!program) return program.error();
    veth_pair const pair; // packets sent into one end come out of the other
    auto const link = program->attach(bpfxx::xdp_hook{.ifindex = bpfxx::interface_index{pair.out()}}); // until it goes
    if (!link) return link.error();
    for (std::uint16_t port = 9990; port != 10'000; ++port) pair.send(udp_frame{port});

    auto const dropped = counted->lookup(std::uint32_t(xdp_action::drop));
    auto const passed = counted->lookup(std::uint32_t(xdp_action::pass));
    if (!dropped || !passed) return dropped ? passed.error() : dropped.error();
    std::printf("UDP to the ports 9990 to 9999: %ju dropped, %ju passed\n", std::uintmax_t{**dropped},
                std::uintmax_t{**passed});
    return bpfxx::outcome::success();
}

int main() {
    auto const ran = run();
    if (ran) return 0;
    std::printf("%s\n", describe(ran.error()).c_str());
    return ran.error().code == bpfxx::errc::eperm ? 77 : 1;
}
