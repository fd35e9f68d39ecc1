// A packet socket on lo that sees TCP over IPv4 and nothing else, and of each packet only the headers: the kernel runs a
// classic filter before it copies anything.
#include <bpfxx/classic/assemble.hpp>
#include <bpfxx/classic/attach.hpp>
#include <bpfxx/fd.hpp>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

using socket_fd = bpfxx::owned_fd<bpfxx::kind::socket>;

// clang-format off: one step a line
using namespace bpfxx::classic;
constexpr auto tcp_headers = assemble(
    load<std::uint16_t>(a, packet + 12), jump_if(a == ETH_P_IP, "ip", "other"),
    label("ip"), load<std::uint8_t>(a, packet + 23), jump_if(a == IPPROTO_TCP, "tcp", "other"),
    label("tcp"), ret(14 + 20 + 20), // so many bytes are kept: Ethernet, IPv4 and TCP headers
    label("other"), ret(drop));
// clang-format on

struct local_socket {
    socket_fd fd;
    ::sockaddr_in address;
};

local_socket bound(int type) {
    auto made = socket_fd::adopt_raw(::socket(AF_INET, type | SOCK_CLOEXEC, 0)).value();
    ::sockaddr_in address{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
    ::socklen_t size = sizeof address;
    auto* const plain = reinterpret_cast<::sockaddr*>(&address);
    if (::bind(made.raw(), plain, size) != 0 || ::getsockname(made.raw(), plain, &size) != 0) std::abort();
    return {std::move(made), address};
}

bool send_both(local_socket const& udp, local_socket const& tcp) {
    char const text[1000]{};
    auto const* const to_udp = reinterpret_cast<::sockaddr const*>(&udp.address);
    auto const* const to_tcp = reinterpret_cast<::sockaddr const*>(&tcp.address);
    auto const client = socket_fd::adopt_raw(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)).value();
    return ::sendto(udp.fd.raw(), text, sizeof text, 0, to_udp, sizeof udp.address) > 0 &&
           ::listen(tcp.fd.raw(), 1) == 0 && ::connect(client.raw(), to_tcp, sizeof tcp.address) == 0 &&
           ::send(client.raw(), text, sizeof text, 0) > 0;
}

int main() {
    int const opened = ::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0); // sees nothing yet
    if (opened < 0) {
        int const why = errno;
        std::printf("socket(AF_PACKET): %s\n", std::strerror(why));
        return why == EPERM ? 77 : 1;
    }
    auto const seen = socket_fd::adopt_raw(opened).value();
    auto const attached = attach(seen, tcp_headers);
    ::sockaddr_ll const lo{AF_PACKET, htons(ETH_P_IP), 1, 0, 0, 0, {}};
    if (!attached || ::bind(opened, reinterpret_cast<::sockaddr const*>(&lo), sizeof lo) != 0) return 1;

    auto const udp = bound(SOCK_DGRAM), tcp = bound(SOCK_STREAM);
    if (!send_both(udp, tcp)) return 1;

    unsigned tcp_packets = 0, udp_packets = 0;
    std::uint8_t frame[2048];
    for (::pollfd ready{opened, POLLIN, 0}; tcp_packets < 100 && ::poll(&ready, 1, 100) == 1;) {
        long const kept = ::recv(opened, frame, sizeof frame, 0);
        ++(frame[23] == IPPROTO_TCP ? tcp_packets : udp_packets);
        std::printf("TCP from port %d to %d: %ld bytes of %d\n", frame[34] << 8 | frame[35], frame[36] << 8 | frame[37],
                    kept, 14 + (frame[16] << 8 | frame[17]));
    }
    std::printf("one UDP packet sent, %u seen; %u TCP packets seen\n", udp_packets, tcp_packets);
    return tcp_packets != 0 && udp_packets == 0 ? 0 : 1;
}
