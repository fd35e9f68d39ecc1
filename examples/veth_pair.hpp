// A veth pair in a network namespace of its own, for examples that need devices and packets: no part of bpfxx.
#pragma once

#include <arpa/inet.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

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
        create("in", "out");
        bring_up("in");
        bring_up("out");
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

    static void bring_up(char const* name) {
        ::ifreq request{};
        std::strcpy(request.ifr_name, name);
        request.ifr_flags = IFF_UP;
        int const any = check(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");
        check(::ioctl(any, SIOCSIFFLAGS, &request), "SIOCSIFFLAGS");
        ::close(any);
    }

    /// The rtnetlink message that `ip link add in type veth peer name out` sends.
    struct message {
        alignas(::nlmsghdr) std::byte bytes[256]{};
        std::size_t size = 0;

        void* put(void const* what, std::size_t count) {
            void* const place = bytes + size;
            std::memcpy(place, what, count);
            size += NLMSG_ALIGN(count);
            return place;
        }
        ::rtattr* open(unsigned short type, std::string_view text = {}) {
            ::rtattr const header{static_cast<unsigned short>(sizeof(::rtattr) + text.size()), type};
            auto* const place = static_cast<::rtattr*>(put(&header, sizeof header));
            if (!text.empty()) put(text.data(), text.size());
            return place;
        }
        void close(::rtattr* nest) {
            nest->rta_len = static_cast<unsigned short>(bytes + size - reinterpret_cast<std::byte*>(nest));
        }
    };

    static void create(std::string_view first, std::string_view second) {
        message request;
        ::nlmsghdr const header{0, RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, 1, 0};
        auto* const whole = static_cast<::nlmsghdr*>(request.put(&header, sizeof header));
        ::ifinfomsg const any_link{};
        request.put(&any_link, sizeof any_link);
        request.open(IFLA_IFNAME, first);
        auto* const information = request.open(IFLA_LINKINFO);
        request.open(IFLA_INFO_KIND, "veth");
        auto* const data = request.open(IFLA_INFO_DATA);
        auto* const peer = request.open(VETH_INFO_PEER);
        request.put(&any_link, sizeof any_link);
        request.open(IFLA_IFNAME, second);
        for (auto* const nest : {peer, data, information}) request.close(nest);
        whole->nlmsg_len = static_cast<std::uint32_t>(request.size);

        int const routes = check(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), "socket");
        check(static_cast<int>(::send(routes, request.bytes, request.size, 0)), "RTM_NEWLINK");
        struct {
            ::nlmsghdr header;
            ::nlmsgerr answer;
        } reply{};
        check(static_cast<int>(::recv(routes, &reply, sizeof reply, 0)), "RTM_NEWLINK");
        errno = -reply.answer.error;
        check(reply.answer.error, "RTM_NEWLINK");
        ::close(routes);
    }

    int packets_;
};
