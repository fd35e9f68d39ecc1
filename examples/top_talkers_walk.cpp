// Who sends most over the loopback device: counted by a socket filter, found by one walk over a hash table.
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/map/hash.hpp>
#include <bpfxx/program/handle.hpp>

#include <algorithm>
#include <arpa/inet.h>
#include <cstdio>
#include <functional>
#include <linux/if_ether.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

struct traffic {
    std::uint64_t packets, bytes;
};
using talkers = bpfxx::hash_map<std::uint32_t, traffic>; // by IPv4 address, as it stands in the packet

using namespace bpfxx::insn;
constexpr map_slot<0> counts{};

// clang-format off: one step a line
constexpr auto filter = assemble(                             // runs for every packet; r1 is the packet's context
    mov(r6, r1), load<std::uint32_t>(r7, r1 + 0),             // its length
    mov(r2, 12), mov(r3, r10), add(r3, -4), mov(r4, 4), call(helper::skb_load_bytes), // the IPv4 source address
    jump_if(r0 != 0, "end"),
    load_map(r1, counts), mov(r2, r10), add(r2, -4), call(helper::map_lookup_elem),
    jump_if(r0 != 0, "count"),
    store<std::uint64_t>(r10 - 24, 1), store<std::uint64_t>(r10 - 16, r7),
    load_map(r1, counts), mov(r2, r10), add(r2, -4), mov(r3, r10), add(r3, -24), mov(r4, 0),
    call(helper::map_update_elem), jump("end"),
    label("count"), mov(r1, 1), atomic_add<std::uint64_t>(r0 + 0, r1), atomic_add<std::uint64_t>(r0 + 8, r7),
    label("end"), mov(r0, 0), exit());                        // the socket itself needs none of the packet
// clang-format on

/// Some traffic to look at, from 127.0.0.2 to 127.0.0.9. 127.0.0.1 tells each of them that nobody listens.
void talk() {
    auto const address = [](std::uint32_t last, std::uint16_t port) {
        return sockaddr_in{AF_INET, htons(port), {htonl(0x7f00'0000 + last)}, {}};
    };
    auto const target = address(1, 9);
    for (std::uint32_t last = 2; last != 10; ++last) {
        int const from = ::socket(AF_INET, SOCK_DGRAM, 0);
        auto const source = address(last, 0);
        if (from != -1 && ::bind(from, reinterpret_cast<sockaddr const*>(&source), sizeof source) == 0)
            for (std::uint32_t i = 0; i != last * 10; ++i)
                ::sendto(from, "hello", 5, 0, reinterpret_cast<sockaddr const*>(&target), sizeof target);
        ::close(from);
    }
}

bpfxx::result<void> show() {
    auto const counted = talkers::create({.name = "talkers", .max_entries = 10'000});
    if (!counted) return counted.error();
    auto const program = bpfxx::socket_filter_program::load(
        {.insns = filter.with(counted->fd()), .license = "GPL", .name = "count_talkers"});
    if (!program) return program.error();
    int const listener = ::socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_IP));
    int const descriptor = program->fd().raw();
    if (listener == -1 || ::setsockopt(listener, SOL_SOCKET, SO_ATTACH_BPF, &descriptor, sizeof descriptor) != 0)
        std::perror("a packet socket");
    else
        talk();
    if (listener != -1) ::close(listener);

    std::vector<std::pair<std::uint64_t, std::uint32_t>> loudest;
    bpfxx::result<void> outcome = bpfxx::outcome::success();
    for (auto const& [address, seen] : counted->entries(outcome)) loudest.emplace_back(seen.bytes, address);
    if (!outcome) return outcome.error();
    std::ranges::sort(loudest, std::greater{});
    for (auto const& [bytes, address] : loudest) {
        char text[INET_ADDRSTRLEN];
        std::printf("%-16s %8ju bytes\n", ::inet_ntop(AF_INET, &address, text, sizeof text), std::uintmax_t{bytes});
    }
    return bpfxx::outcome::success();
}

int main() { // NOLINT(bugprone-exception-escape): out of memory is the end
    auto const shown = show();
    if (!shown) std::printf("%s\n", describe(shown.error()).c_str());
    return shown ? 0 : shown.error().code == bpfxx::errc::eperm ? 77 : 1;
}
