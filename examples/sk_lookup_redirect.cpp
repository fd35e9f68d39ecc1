// One server for a thousand ports: a sk_lookup program gives it every connection to the ports 7000 to 7999, though it
// listens at another one. It works in a network namespace of its own, and as long as the link lives.
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/link/netns.hpp>
#include <bpfxx/map/sock_map.hpp>
#include <bpfxx/program/context.hpp>
#include <bpfxx/program/handle.hpp>
#include <bpfxx/program/verdict.hpp>
#include <bpfxx/sys/file.hpp>

#include "local_tcp.hpp"

#include <cstdint>
#include <cstdio>
#include <initializer_list>

using bpfxx::sk_action, bpfxx::program_kind::sk_lookup;
using sockets = bpfxx::sock_map<>;

using namespace bpfxx::insn;
constexpr map_slot<0, sockets> server{};

// clang-format off: one step a line
constexpr auto redirect = assemble<sk_lookup>(
    mov(r6, r1),
    load(r2, r1 + ctx<sk_lookup>::local_port), // in the machine's byte order
    jump_if(r2 < 7000, "pass"), jump_if(r2 > 7999, "pass"),
    store<std::uint32_t>(r10 - 4, 0), mov(r2, r10), add(r2, -4), load_map(r1, server), call(helper::map_lookup_elem),
    if_(r0 != 0),
        mov(r7, r0), // the socket, which is to be given back
        mov(r1, r6), mov(r2, r7), mov(r3, 0), call(helper::sk_assign),
        mov(r1, r7), call(helper::sk_release),
    end_if(),
    label("pass"), mov(r0, sk_action::pass), exit());
// clang-format on

void try_ports(char const* when) {
    for (std::uint16_t const port : std::initializer_list<std::uint16_t>{6999, 7000, 7777, 7999, 8000})
        std::printf("%s: port %d %s\n", when, port, local_tcp::connect(port) ? "is answered" : "is refused");
}

bpfxx::result<void> run() {
    local_tcp::enter_own_network();
    auto const listening = local_tcp::listen();
    std::printf("the server listens at port %d\n", local_tcp::port_of(listening));

    auto const map = sockets::create({.name = "server", .max_entries = 1});
    if (!map) return map.error();
    auto const stored = map->update(0, listening);
    if (!stored) return stored.error();
    auto const program =
        bpfxx::sk_lookup_program::load({.insns = redirect.with(*map), .license = "GPL", .name = "redirect"});
    if (!program) return program.error();
    auto const here = bpfxx::sys::open_file<bpfxx::kind::netns>("/proc/self/ns/net");
    if (!here) return here.error();
    try_ports("before");
    {
        auto const link = program->attach(bpfxx::netns_hook{.netns = *here});
        if (!link) return link.error();
        try_ports("linked");
    }
    try_ports("after");
    return bpfxx::outcome::success();
}

int main() {
    auto const ran = run();
    if (ran) return 0;
    std::printf("%s\n", describe(ran.error()).c_str());
    return ran.error().code == bpfxx::errc::eperm ? 77 : 1;
}
