// Two programs in the traffic control of a network device: the first marks packets to high ports, the second drops what
// is marked. They are filters of the clsact qdisc, so that this works before Linux 6.6 and its tcx links.
#include <bpfxx/attach/clsact.hpp>
#include <bpfxx/attach/tc.hpp>
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/map/array.hpp>
#include <bpfxx/program/context.hpp>
#include <bpfxx/program/handle.hpp>
#include <bpfxx/program/verdict.hpp>

#include "veth_pair.hpp"

#include <array>
#include <cstdint>
#include <cstdio>

using bpfxx::tc_action, bpfxx::tc_direction;
using bpfxx::direct::tc_hook, bpfxx::program_kind::sched_cls, bpfxx::sched_cls_program;
using counter = bpfxx::array_map<std::uint64_t>; // how many packets: 0 passed, 1 dropped

using namespace bpfxx::insn;
constexpr map_slot<0, counter> counts{};
constexpr int red = 0x10;

// clang-format off: one step a line
constexpr auto mark_high_ports = assemble<sched_cls>(
    mov(r6, r1),
    load_packet<std::uint16_t>(14 + 20 + 2), // UDP's destination port; the packet ends here where it has none
    if_(r0 >= 9095),
        mov(r1, red), store<std::uint32_t>(r6 + ctx<sched_cls>::mark, r1),
    end_if(),
    mov(r0, tc_action::next), exit());

constexpr auto drop_red = assemble<sched_cls>(
    mov(r6, 0), load(r1, r1 + ctx<sched_cls>::mark), if_(r1 == red), mov(r6, 1), end_if(),
    store<std::uint32_t>(r10 - 4, r6), mov(r2, r10), add(r2, -4), load_map(r1, counts), call(helper::map_lookup_elem),
    if_(r0 != 0), mov(r1, 1), atomic_add<std::uint64_t>(r0, r1), end_if(),
    mov(r0, tc_action::pass), if_(r6 == 1), mov(r0, tc_action::drop), end_if(), exit());
// clang-format on

bpfxx::result<void> run() {
    auto const map = counter::create({.name = "counts", .max_entries = 2});
    if (!map) return map.error();
    auto const marks = sched_cls_program::load({.insns = mark_high_ports, .license = "GPL", .name = "mark_high_ports"});
    if (!marks) return marks.error();
    auto const drops = sched_cls_program::load({.insns = drop_red.with(*map), .license = "GPL", .name = "drop_red"});
    if (!drops) return drops.error();
    veth_pair const pair; // packets sent into one end come out of the other
    bpfxx::interface_index const device{pair.out()};
    constexpr auto arriving = tc_direction::ingress;

    auto const qdisc = bpfxx::direct::clsact_qdisc::create(device); // goes last
    if (!qdisc) return qdisc.error();
    auto const first = marks->attach(tc_hook{.ifindex = device, .direction = arriving, .priority = 1, .name = "mark"});
    if (!first) return first.error();
    auto const second = drops->attach(tc_hook{.ifindex = device, .direction = arriving, .priority = 2, .name = "drop"});
    if (!second) return second.error();

    std::array<bpfxx::tc_filter, 8> buffer;
    auto const filters = bpfxx::direct::query_tc(device, arriving, buffer);
    if (!filters) return filters.error();
    for (auto const& filter : *filters)
        std::printf("priority %u: program %u\n", unsigned{filter.priority}, static_cast<unsigned>(*filter.program));
    for (std::uint16_t port = 9000; port != 9100; ++port) pair.send(udp_frame{port});
    std::printf("%ju packets passed, %ju were marked and dropped\n", std::uintmax_t{map->lookup(0).value().value()},
                std::uintmax_t{map->lookup(1).value().value()});
    return bpfxx::outcome::success();
}

int main() {
    auto const ran = run();
    if (ran) return 0;
    std::printf("%s\n", describe(ran.error()).c_str());
    return ran.error().code == bpfxx::errc::eperm ? 77 : 1;
}
