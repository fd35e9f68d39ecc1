#pragma once
// Network namespaces as the kernel names them, and what is sent in them.

#include <bpfxx/fd.hpp>

#include "map/support/sockets.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/stat.h>

#include <array>
#include <cstdint>

namespace support {

/// The namespace that this thread is in.
inline bpfxx::owned_fd<bpfxx::kind::netns> current_netns() {
    int const number = ::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    return bpfxx::owned_fd<bpfxx::kind::netns>::adopt_raw(number).value();
}

inline std::uint64_t inode_of(bpfxx::fd_ref<bpfxx::kind::netns> netns) {
    struct ::stat status{};
    REQUIRE(::fstat(netns.raw(), &status) == 0);
    return status.st_ino;
}

/// Sends a frame through lo, whose headers the kernel wants to know: a flow dissector sees it.
inline void send_through_lo() {
    auto const packets = take_over(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
    std::array<std::uint8_t, 60> frame{};
    frame[12] = ETH_P_IP >> 8;
    frame[14] = 0x45;
    frame[17] = 40;
    frame[23] = IPPROTO_UDP;
    ::sockaddr_ll to{};
    to.sll_family = AF_PACKET;
    to.sll_protocol = htons(ETH_P_IP);
    to.sll_ifindex = 1;
    auto const* const address = reinterpret_cast<::sockaddr const*>(&to);
    REQUIRE(::sendto(packets.raw(), frame.data(), frame.size(), 0, address, sizeof to) ==
            static_cast<long>(frame.size()));
}

} // namespace support
