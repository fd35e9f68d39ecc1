// A veth pair in a network namespace of its own, for examples that need devices and packets: no part of bpfxx.
#pragma once

#include <bpfxx/netlink/message.hpp>
#include <bpfxx/netlink/socket.hpp>
#include <bpfxx/netlink/wire.hpp>

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <linux/veth.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>

/// An Ethernet frame with a UDP datagram to a port and nothing in it.
struct [[gnu::packed]] udp_frame {
    explicit udp_frame(std::uint16_t port) {
        ethernet.ether_type = htons(ETH_P_IP);
        ip.version = 4;
        ip.ihl = 5;
        ip.protocol = IPPROTO_UDP;
        udp.uh_dport = htons(port);
    }

    ::ether_header ethernet{};
    ::iphdr ip{};
    ::udphdr udp{};
};

class veth_pair {
  public:
    /// Leaves the namespace that the process was in.
    veth_pair() {
        check(::unshare(CLONE_NEWNET), "unshare");
        create();
        packets_ = check(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0), "socket");
    }
    veth_pair(veth_pair const&) = delete;
    ~veth_pair() { ::close(packets_); }

    /// The index of the end where what is sent comes out.
    std::uint32_t out() const { return ::if_nametoindex("out"); }

    template <class Frame>
    void send(Frame const& frame) const {
        ::sockaddr_ll to{};
        to.sll_family = AF_PACKET;
        to.sll_ifindex = static_cast<int>(::if_nametoindex("in"));
        check(static_cast<int>(
                  ::sendto(packets_, &frame, sizeof frame, 0, reinterpret_cast<::sockaddr const*>(&to), sizeof to)),
              "sendto");
    }

  private:
    static int check(int answer, char const* what) {
        if (answer >= 0) return answer;
        std::perror(what);
        std::exit(1);
    }

    /// What `ip link add in type veth peer name out` and `ip link set in up` send.
    static void create() {
        using namespace bpfxx::netlink;
        message<160> request{message_type::new_link, message_flags::create | message_flags::exclusive, link_message{}};
        {
            request.put_text(link_attribute::name, "in");
            auto const information = request.nest(link_attribute::information);
            request.put_text(link_information_attribute::kind, "veth");
            auto const data = request.nest(link_information_attribute::data);
            auto const peer = request.nest(VETH_INFO_PEER);
            request.append(link_message{});
            request.put_text(link_attribute::name, "out");
        }
        ask(request);
        for (char const* const name : {"in", "out"}) {
            link_message const up{.ifindex = ::if_nametoindex(name), .flags = IFF_UP, .change = IFF_UP};
            message<32> bring_up{message_type::new_link, message_flags::none, up};
            ask(bring_up);
        }
        while (!is_running("in")) ::usleep(1000); // the kernel drops what is sent before
    }

    static bool is_running(char const* name) {
        using namespace bpfxx::netlink;
        message<32> request{message_type::get_link, message_flags::none,
                            link_message{.ifindex = ::if_nametoindex(name)}};
        std::uint32_t flags = 0;
        ask(request, [&](message_view const& answer) { flags = answer.family<link_message>()->flags; });
        return (flags & IFF_RUNNING) != 0;
    }

    static void ask(auto& request, auto... each) {
        auto routes = bpfxx::netlink::route_socket::open();
        auto const done = routes ? routes->ask(request, each...) : bpfxx::netlink::refusal{routes.error()};
        if (done) return;
        std::printf("%s: %s\n", describe(done.error()).c_str(), done.error().text.c_str());
        std::exit(1);
    }

    int packets_;
};
