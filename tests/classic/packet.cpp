// SPDX-License-Identifier: BSL-1.0
// What the kernel knows of a packet beside its bytes, and the headers before them: on lo, in a network of the test's own.

#include <bpfxx/classic/assemble.hpp>
#include <bpfxx/classic/attach.hpp>
#include <bpfxx/classic/load.hpp>

#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if_arp.h>
#include <sched.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <set>
#include <vector>

#include "kernel/support/skip.hpp"
#include "support/run.hpp"

namespace {

using namespace bpfxx::classic;
using support::socket_fd;
using support::take_over;
using tests::classic::bytes;
using tests::classic::unix_pair;
using code = std::vector<instruction>;
using kept = std::optional<std::size_t>;

constexpr int lo = 1; // the first interface of every network

/// Sees every packet on lo, from its Ethernet header on.
class observer {
  public:
    observer() : socket_{take_over(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0))} {
        // Refuse everything until a test has attached its filter.
        filter_by(code{ret(drop)});
        ::sockaddr_ll address{};
        address.sll_family = AF_PACKET;
        address.sll_protocol = htons(ETH_P_ALL);
        address.sll_ifindex = lo;
        REQUIRE(::bind(socket_.raw(), reinterpret_cast<::sockaddr const*>(&address), sizeof address) == 0);
    }

    void filter_by(std::span<instruction const> filter) const { REQUIRE(attach(socket_, filter).has_value()); }

    /// The size of the next packet in the queue.
    kept next() const {
        if (!support::comes_within(200, socket_)) return std::nullopt;
        std::array<char, 2048> got{};
        long const size = ::recv(socket_.raw(), got.data(), got.size(), MSG_DONTWAIT);
        return size < 0 ? kept{} : kept{static_cast<std::size_t>(size)};
    }

    /// The size of what is left of a frame that comes in over lo; what goes out is not looked at.
    kept pass(std::span<instruction const> filter, bytes const& frame) const {
        std::vector<instruction> incoming{
            load(a, ancillary::pkttype), {0x15, 1, 0, PACKET_OUTGOING}, {0x05, 0, 0, 1}, ret(drop)};
        incoming.insert(incoming.end(), {mov(a, 0)});
        incoming.insert(incoming.end(), filter.begin(), filter.end());
        filter_by(incoming);
        ::sockaddr_ll address{};
        address.sll_family = AF_PACKET;
        address.sll_ifindex = lo;
        REQUIRE(::sendto(socket_.raw(), frame.data(), frame.size(), 0, reinterpret_cast<::sockaddr const*>(&address),
                         sizeof address) == static_cast<long>(frame.size()));
        return next();
    }

    /// As unix_pair's.
    std::optional<std::uint32_t> value_of_a(code const& start, bytes const& frame) const {
        std::uint32_t value = 0;
        for (std::uint32_t byte = 0; byte != 4; ++byte) {
            auto whole = start;
            whole.insert(whole.end(), {rsh(a, 8 * byte), and_(a, 0xff), add(a, 1), ret(a)});
            auto const size = pass(whole, frame);
            if (!size) return std::nullopt;
            value |= static_cast<std::uint32_t>(*size - 1) << 8 * byte;
        }
        return value;
    }

    socket_fd const& socket() const { return socket_; }

  private:
    socket_fd socket_;
};

void put_16(bytes& all, std::size_t at, unsigned value) {
    all[at] = static_cast<std::uint8_t>(value >> 8);
    all[at + 1] = static_cast<std::uint8_t>(value);
}

/// UDP in IPv4 in Ethernet to nobody, 400 bytes; the checksums are left out, as no receiver looks at them.
bytes udp_frame() {
    bytes frame(400, 0xee);
    std::memset(frame.data(), 0, 42);
    put_16(frame, 12, ETH_P_IP);
    frame[14] = 0x45;
    put_16(frame, 16, 386);
    frame[22] = 64;
    frame[23] = IPPROTO_UDP;
    frame[26] = frame[30] = 127;
    frame[29] = frame[33] = 1;
    put_16(frame, 34, 40'000);
    put_16(frame, 36, 9);
    put_16(frame, 38, 366);
    return frame;
}

bytes tagged_frame(unsigned type, unsigned tag) {
    auto frame = udp_frame();
    frame.insert(frame.begin() + 12, 4, 0);
    put_16(frame, 12, type);
    put_16(frame, 14, tag);
    return frame;
}

TEST_CASE("a raw packet socket starts with the link layer, and tells where the other headers are") {
    support::own_network const network;
    if (!network) return support::lacks_privilege("a network namespace cannot be made here");
    observer const lo_packets;
    auto const frame = udp_frame();
    CHECK(lo_packets.value_of_a({load<std::uint16_t>(a, packet + 12)}, frame) == ETH_P_IP);
    CHECK(lo_packets.value_of_a({load<std::uint16_t>(a, link_header + 12)}, frame) == ETH_P_IP);
    CHECK(lo_packets.value_of_a({load<std::uint8_t>(a, network_header + 9)}, frame) == IPPROTO_UDP);
    CHECK(lo_packets.value_of_a({load<std::uint32_t>(a, network_header + 12)}, frame) == 0x7f000001);
    CHECK(lo_packets.value_of_a({load<std::uint8_t>(a, packet - 0x100000 + 9)}, frame) == IPPROTO_UDP);
    CHECK(lo_packets.value_of_a({mov(x, 20), load<std::uint16_t>(a, network_header + x + 2)}, frame) == 9);
    CHECK(lo_packets.value_of_a({mov(x, 12), load<std::uint16_t>(a, link_header + x)}, frame) == ETH_P_IP);
    CHECK(lo_packets.value_of_a({load(x, ip_header_length(packet + 14)), load<std::uint16_t>(a, packet + x + 14)},
                                frame) == 40'000);
    CHECK(lo_packets.value_of_a({load(x, ip_header_length(network_header)), mov(a, x)}, frame) == 20);
    CHECK(lo_packets.value_of_a({load(a, packet_length)}, frame) == frame.size());
}

TEST_CASE("ancillary loads tell what the kernel knows") {
    support::own_network const network;
    if (!network) return support::lacks_privilege("a network namespace cannot be made here");
    observer const lo_packets;
    auto const frame = udp_frame();
    CHECK(lo_packets.value_of_a({load(a, ancillary::protocol)}, frame) == ETH_P_IP);
    CHECK(lo_packets.value_of_a({load(a, ancillary::pkttype)}, frame) == PACKET_HOST);
    CHECK(lo_packets.value_of_a({load(a, ancillary::ifindex)}, frame) == lo);
    CHECK(lo_packets.value_of_a({load(a, ancillary::hatype)}, frame) == ARPHRD_LOOPBACK);
    CHECK(lo_packets.value_of_a({load(a, ancillary::queue)}, frame) == 0);
    CHECK(lo_packets.value_of_a({load(a, ancillary::payload_offset)}, frame) == 14 + 20 + 8);
    CHECK(lo_packets.value_of_a({mov(x, 0xf0f0), mov(a, 0xff00), load(a, ancillary::alu_xor_x)}, frame) == 0x0ff0);

    CHECK(lo_packets.value_of_a({load(a, ancillary::mark)}, frame) == 0);
    std::uint32_t const mark = 0x89abcdef;
    REQUIRE(::setsockopt(lo_packets.socket().raw(), SOL_SOCKET, SO_MARK, &mark, sizeof mark) == 0);
    // lo takes the mark away, so what goes out is looked at: it comes first
    lo_packets.filter_by(std::vector{load(a, ancillary::mark), {0x15, 0, 1, mark}, ret(7), ret(drop)});
    ::sockaddr_ll address{};
    address.sll_family = AF_PACKET;
    address.sll_ifindex = lo;
    REQUIRE(::sendto(lo_packets.socket().raw(), frame.data(), frame.size(), 0,
                     reinterpret_cast<::sockaddr const*>(&address), sizeof address) > 0);
    CHECK(lo_packets.next() == 7U);
}

TEST_CASE("ancillary loads tell the VLAN tag that was taken off") {
    support::own_network const network;
    if (!network) return support::lacks_privilege("a network namespace cannot be made here");
    observer const lo_packets;
    CHECK(lo_packets.value_of_a({load(a, ancillary::vlan_tag_present)}, udp_frame()) == 0);
    CHECK(lo_packets.value_of_a({load(a, ancillary::vlan_tag)}, udp_frame()) == 0);
    for (unsigned const type : {0x8100U, 0x88a8U}) { // ETH_P_8021Q, ETH_P_8021AD
        auto const frame = tagged_frame(type, 0xb123);
        CHECK(lo_packets.value_of_a({load(a, ancillary::vlan_tag_present)}, frame) == 1);
        CHECK(lo_packets.value_of_a({load(a, ancillary::vlan_tag)}, frame) == 0xb123);
        CHECK(lo_packets.value_of_a({load(a, ancillary::vlan_tpid)}, frame) == type);
        CHECK(lo_packets.value_of_a({load<std::uint16_t>(a, packet + 12)}, frame) == ETH_P_IP);
    }
}

TEST_CASE("the flow hash of a TCP connection is that of the socket's queue") {
    support::own_network const network;
    if (!network) return support::lacks_privilege("a network namespace cannot be made here");
    observer const lo_packets;
    lo_packets.filter_by(code{load(a, ancillary::rxhash), {0x15, 1, 0, 0}, ret(3), ret(drop)});
    auto const ends = support::connected();
    REQUIRE(::send(ends.client.raw(), "hash", 4, 0) == 4);
    CHECK(lo_packets.next() == 3U);
}

TEST_CASE("the processor, and numbers by chance") {
    unix_pair const sockets;
    bytes const data(256, 1);
    ::cpu_set_t before;
    REQUIRE(::sched_getaffinity(0, sizeof before, &before) == 0);
    for (unsigned cpu = 0; cpu != CPU_SETSIZE; ++cpu) {
        if (!CPU_ISSET(cpu, &before)) continue;
        ::cpu_set_t only;
        CPU_ZERO(&only);
        CPU_SET(cpu, &only);
        REQUIRE(::sched_setaffinity(0, sizeof only, &only) == 0);
        CHECK(sockets.value_of_a(code{load(a, ancillary::cpu)}, data) == cpu);
    }
    REQUIRE(::sched_setaffinity(0, sizeof before, &before) == 0);

    std::set<kept> seen;
    for (int i = 0; i != 64; ++i)
        seen.insert(sockets.kept(code{load(a, ancillary::random), and_(a, 0xff), add(a, 1), ret(a)}, data));
    CHECK(seen.size() > 8);
}

TEST_CASE("netlink attributes are found by their type, at one level and nested") {
    unix_pair const sockets;
    bytes data(256);
    auto const attribute = [&data](std::size_t at, unsigned size, unsigned type) {
        std::uint16_t const header[] = {static_cast<std::uint16_t>(size), static_cast<std::uint16_t>(type)};
        std::memcpy(data.data() + at, header, sizeof header);
    };
    attribute(0, 8, 5);
    attribute(8, 24, 6);
    attribute(12, 8, 1);
    attribute(20, 12, 2);
    attribute(32, 224, 7);
    auto const found = [&](std::uint32_t from, std::uint32_t type, ancillary how) {
        return sockets.value_of_a(code{mov(a, from), mov(x, type), load(a, how)}, data);
    };
    CHECK(found(0, 5, ancillary::nlattr) == 0);
    CHECK(found(0, 6, ancillary::nlattr) == 8);
    CHECK(found(0, 7, ancillary::nlattr) == 32);
    CHECK(found(8, 7, ancillary::nlattr) == 32);
    CHECK(found(0, 2, ancillary::nlattr) == 0);
    CHECK(found(8, 2, ancillary::nlattr_nest) == 20);
    CHECK(found(8, 1, ancillary::nlattr_nest) == 12);
    CHECK(found(8, 7, ancillary::nlattr_nest) == 0);
}

TEST_CASE("a packet without a device is dropped where the device is asked for") {
    unix_pair const sockets;
    bytes const data(8, 1);
    CHECK(sockets.kept(code{ret(1)}, data) == 1U);
    CHECK(sockets.kept(code{load(a, ancillary::ifindex), ret(1)}, data) == std::nullopt);
    CHECK(sockets.kept(code{load(a, ancillary::hatype), ret(1)}, data) == std::nullopt);
}

TEST_CASE("a filter of Ethernet frames tells TCP from UDP and trims") {
    support::own_network const network;
    if (!network) return support::lacks_privilege("a network namespace cannot be made here");
    // clang-format off: one step a line
    static constexpr auto tcp_only = assemble(
        load<std::uint16_t>(a, packet + 12), jump_if(a == ETH_P_IP, "ip", "drop"),
        label("ip"), load<std::uint8_t>(a, packet + 23), jump_if(a == IPPROTO_TCP, "headers", "drop"),
        label("headers"), load(x, ip_header_length(packet + 14)), mov(a, x), add(a, 14 + 20), ret(a),
        label("drop"), ret(drop));
    // clang-format on
    observer const lo_packets;
    auto frame = udp_frame();
    CHECK(lo_packets.pass(tcp_only, frame) == std::nullopt);
    frame[23] = IPPROTO_TCP;
    CHECK(lo_packets.pass(tcp_only, frame) == 54U);
    put_16(frame, 12, ETH_P_IPV6);
    CHECK(lo_packets.pass(tcp_only, frame) == std::nullopt);
}

TEST_CASE("a UDP socket starts with the UDP header, and sees the headers before") {
    support::own_network const network;
    if (!network) return support::lacks_privilege("a network namespace cannot be made here");
    auto const receiver = take_over(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    REQUIRE(support::bind_to(receiver, support::loopback()));
    auto const address = support::address_of(receiver);
    auto const sender = take_over(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    auto const passes = [&](std::span<instruction const> filter, std::size_t size) -> kept {
        REQUIRE(attach(receiver, filter).has_value());
        std::array<char, 64> data{};
        REQUIRE(::sendto(sender.raw(), data.data(), size, 0, reinterpret_cast<::sockaddr const*>(&address),
                         sizeof address) == static_cast<long>(size));
        if (!support::comes_within(200, receiver)) return std::nullopt;
        long const got = ::recv(receiver.raw(), data.data(), data.size(), MSG_DONTWAIT);
        return got < 0 ? kept{} : kept{static_cast<std::size_t>(got)};
    };
    auto const port = ntohs(address.sin_port);
    code const by_port{load<std::uint16_t>(a, packet + 2), {0x15, 0, 1, port}, ret(whole_packet), ret(drop)};
    CHECK(passes(by_port, 40) == 40U);
    auto other_port = by_port;
    other_port[1].k = port ^ 1U;
    CHECK(passes(other_port, 40) == std::nullopt);
    CHECK(
        passes(code{load<std::uint8_t>(a, network_header + 9), {0x15, 0, 1, IPPROTO_UDP}, ret(whole_packet), ret(drop)},
               40) == 40U);
    CHECK(passes(code{load(a, packet_length), {0x15, 0, 1, 8 + 40}, ret(8 + 5), ret(drop)}, 40) == 5U);
}

} // namespace
