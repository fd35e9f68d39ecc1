// An echo server whose process never reads: a program in the kernel sends back what the server's socket receives.
#include <bpfxx/attach/sock_map.hpp>
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/map/sock_map.hpp>
#include <bpfxx/program/context.hpp>
#include <bpfxx/program/handle.hpp>

#include "local_tcp.hpp"

#include <sys/socket.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string_view>

using bpfxx::program_kind::sk_skb_verdict;
using sockets = bpfxx::sock_map<>;

using namespace bpfxx::insn;
constexpr map_slot<0, sockets> connections{};

// What is received is sent by the socket under index 0, which is the one that received it.
constexpr auto echo =
    assemble<sk_skb_verdict>(load_map(r2, connections), mov(r3, 0), mov(r4, 0), call(helper::sk_redirect_map), exit());

bpfxx::result<void> run() {
    auto const map = sockets::create({.name = "connections", .max_entries = 1});
    if (!map) return map.error();
    auto const program =
        bpfxx::program<sk_skb_verdict>::load({.insns = echo.with(*map), .license = "GPL", .name = "echo"});
    if (!program) return program.error();
    // bpfxx::sock_map_hook makes a link of it on Linux 6.10 and later; this one does from 5.13 on.
    auto const attached = program->attach(bpfxx::direct::sock_map_hook{.map = *map});
    if (!attached) return attached.error();

    local_tcp::enter_own_network();
    auto const listening = local_tcp::listen();
    auto const client = local_tcp::connect(local_tcp::port_of(listening)).value();
    auto const server = local_tcp::accept(listening);
    auto const stored = map->update(0, server); // from here on the program has its say
    if (!stored) return stored.error();

    for (std::string_view const text : {"one", "two", "three"}) {
        local_tcp::check(static_cast<int>(::send(client.raw(), text.data(), text.size(), 0)), "send");
        char back[64];
        long const size = ::recv(client.raw(), back, sizeof back, 0);
        std::printf("sent %s, got back %.*s\n", text.data(), static_cast<int>(size), back);
        if (text != std::string_view{back, size < 0 ? 0 : static_cast<std::size_t>(size)}) std::exit(1);
    }
    char byte;
    long const left = ::recv(server.raw(), &byte, 1, MSG_DONTWAIT);
    std::printf("the server's process %s\n", left == 1 ? "can read it too" : "has nothing to read");
    return bpfxx::outcome::success();
}

int main() {
    auto const ran = run();
    if (ran) return 0;
    std::printf("%s\n", describe(ran.error()).c_str());
    return ran.error().code == bpfxx::errc::eperm ? 77 : 1;
}
