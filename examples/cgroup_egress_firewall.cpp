// A firewall for one group of processes and nobody else: what they send to UDP port 9999 goes nowhere, and they are told
// so where they send it.
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/link/cgroup.hpp>
#include <bpfxx/program/context.hpp>
#include <bpfxx/program/handle.hpp>
#include <bpfxx/program/verdict.hpp>
#include <bpfxx/sys/file.hpp>

#include "new_group.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>

using bpfxx::cgroup_verdict, bpfxx::program_kind::cgroup_inet_egress;

using namespace bpfxx::insn;
constexpr std::uint16_t forbidden = 9999;

// clang-format off: one step a line
constexpr auto firewall = assemble<cgroup_inet_egress>(
    load(r2, r1 + ctx<cgroup_inet_egress>::data), load(r3, r1 + ctx<cgroup_inet_egress>::data_end),
    mov(r0, cgroup_verdict::allow),
    mov(r4, r2), add(r4, 20 + 8), jump_if(r4 > r3, "out"), // too short for IPv4 and UDP: there is no Ethernet yet
    load<std::uint8_t>(r4, r2 + 0), jump_if(r4 != 0x45, "out"),
    load<std::uint8_t>(r4, r2 + 9), jump_if(r4 != IPPROTO_UDP, "out"),
    load<std::uint16_t>(r4, r2 + 22), to_be<std::uint16_t>(r4), jump_if(r4 != forbidden, "out"),
    mov(r0, cgroup_verdict::deny),
    label("out"), exit());
// clang-format on

/// How many of three datagrams cannot be sent.
int send(char const* who) {
    int denied = 0;
    int const udp = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (udp < 0) return -1;
    for (std::uint16_t port = 9998; port <= 10'000; ++port) {
        ::sockaddr_in const to{AF_INET, htons(port), {htonl(INADDR_LOOPBACK)}, {}};
        bool const sent = ::sendto(udp, "hello", 5, 0, reinterpret_cast<::sockaddr const*>(&to), sizeof to) == 5;
        std::printf("%s the group, to port %d: %s\n", who, port, sent ? "sent" : std::strerror(errno));
        denied += sent ? 0 : 1;
    }
    ::close(udp);
    return denied;
}

bpfxx::result<bool> run(new_group const& group) {
    auto const program = bpfxx::cgroup_inet_egress_program::load({.insns = firewall, .license = "GPL", .name = "wall"});
    if (!program) return program.error();
    auto const directory = bpfxx::sys::open_file<bpfxx::kind::cgroup>(group.path());
    if (!directory) return directory.error();
    auto const link = program->attach(bpfxx::cgroup_hook{.cgroup = *directory}); // until this goes
    if (!link) return link.error();
    int const denied_inside = group.run([] { return send("in"); });
    return denied_inside == 1 && send("outside") == 0;
}

int main() {
    new_group const group;
    if (!group) {
        std::printf("there is no cgroup2 file system here that takes a new group\n");
        return 77;
    }
    auto const ran = run(group);
    if (ran) return *ran ? 0 : 1;
    std::printf("%s\n", describe(ran.error()).c_str());
    return ran.error().code == bpfxx::errc::eperm ? 77 : 1;
}
