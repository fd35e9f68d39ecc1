#pragma once
// Two network devices joined to each other, in a network namespace of the test's own: what is sent into `in` comes out
// of `out`. Nothing else travels there: no addresses, no IPv6.
//
//     support::veth_pair const pair;
//     if (!pair) return support::skip("this kernel has no veth");
//     pair.send();                       // XDP and tc programs on pair.out() see it arrive, on pair.in() see it leave
//     CHECK(pair.passes());              // one more, which has to get past all of them
//
// `netkit_pair` is the same of netkit devices, whose primary is `in`.

#include "map/support/sockets.hpp"

#include "kernel/support/comes_true.hpp"

#include <bpfxx/id.hpp>

#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

namespace support {

/// The protocol of the frames that are sent here: one for experiments, which nobody else uses.
inline constexpr std::uint16_t frame_protocol = 0x88b5;

/// A message to rtnetlink, whose answer is 0 or a negative errno.
class rtnetlink_message {
  public:
    rtnetlink_message(std::uint16_t type, std::uint16_t flags, std::uint32_t ifindex = 0, std::uint32_t up = 0) {
        ::nlmsghdr const header{0, type, static_cast<std::uint16_t>(flags | NLM_F_REQUEST | NLM_F_ACK), 1, 0};
        put(&header, sizeof header);
        ::ifinfomsg device{};
        device.ifi_index = static_cast<int>(ifindex);
        device.ifi_flags = device.ifi_change = up;
        put(&device, sizeof device);
    }

    void put(void const* what, std::size_t count) {
        std::memcpy(bytes_.data() + size_, what, count);
        size_ += NLMSG_ALIGN(count);
    }

    /// An attribute with a value, or the start of one that holds others and needs `close`.
    std::size_t open(unsigned short type, void const* value = nullptr, std::size_t count = 0) {
        auto const start = size_;
        ::rtattr const header{static_cast<unsigned short>(sizeof(::rtattr) + count), type};
        put(&header, sizeof header);
        if (count != 0) put(value, count);
        return start;
    }
    void text(unsigned short type, std::string_view value) { open(type, value.data(), value.size()); }
    void close(std::size_t start) {
        auto const length = static_cast<unsigned short>(size_ - start);
        std::memcpy(bytes_.data() + start, &length, sizeof length);
    }

    [[nodiscard]] int send() {
        auto const length = static_cast<std::uint32_t>(size_);
        std::memcpy(bytes_.data(), &length, sizeof length);
        auto const routes = take_over(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
        struct {
            ::nlmsghdr header;
            ::nlmsgerr answer;
            std::byte rest[1024];
        } reply{};
        if (::send(routes.raw(), bytes_.data(), size_, 0) < 0) return -errno;
        if (::recv(routes.raw(), &reply, sizeof reply, 0) < 0) return -errno;
        return reply.answer.error;
    }

  private:
    alignas(::nlmsghdr) std::array<std::byte, 512> bytes_{};
    std::size_t size_ = 0;
};

/// What is common to both kinds of pairs; move it to another thread and it is in the wrong network.
class device_pair {
  public:
    device_pair(device_pair const&) = delete;
    device_pair& operator=(device_pair const&) = delete;

    /// False where this kernel has no such devices.
    [[nodiscard]] explicit operator bool() const { return made_; }

    [[nodiscard]] bpfxx::interface_index in() const { return bpfxx::interface_index{::if_nametoindex("in")}; }
    [[nodiscard]] bpfxx::interface_index out() const { return bpfxx::interface_index{::if_nametoindex("out")}; }

    /// Sends a frame out of a device; whether it was taken, which it is not where a program drops it at once.
    bool send_from(bpfxx::interface_index device, std::span<std::byte const> frame) const {
        ::sockaddr_ll to{};
        to.sll_family = AF_PACKET;
        to.sll_ifindex = static_cast<int>(device);
        return ::sendto(packets_->raw(), frame.data(), frame.size(), 0, reinterpret_cast<::sockaddr const*>(&to),
                        sizeof to) >= 0;
    }

    /// Frames of 60 bytes to everybody, of `frame_protocol`, from `in` to `out`.
    void send(int count = 1) const { send_some(in(), count); }
    /// The same from `out` to `in`.
    void send_back(int count = 1) const { send_some(out(), count); }

    /// Sends one such frame; whether it arrives and gets past the XDP and tc programs there.
    [[nodiscard]] bool passes() const { return passes_from(in()); }
    [[nodiscard]] bool passes_back() const { return passes_from(out()); }

    /// Sends one such frame; whether `ran` comes true and yet the frame does not arrive.
    template <class Ran>
    [[nodiscard]] bool drops(Ran const& ran) const {
        return drops_from(in(), ran);
    }
    template <class Ran>
    [[nodiscard]] bool drops_back(Ran const& ran) const {
        return drops_from(out(), ran);
    }

    /// Deletes the pair: both devices go away.
    void remove() const {
        rtnetlink_message request{RTM_DELLINK, 0, static_cast<std::uint32_t>(in())};
        CHECK(request.send() == 0);
    }

  protected:
    /// Both devices by one message: `describe` adds what the kind has of its own, `peer` is its number of the attribute
    /// that describes the other device.
    template <class Describe>
    device_pair(std::string_view device_kind, unsigned short peer, Describe describe) {
        if (!network_) return;
        without_ipv6();
        rtnetlink_message request{RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL};
        request.text(IFLA_IFNAME, "in");
        auto const information = request.open(IFLA_LINKINFO);
        request.text(IFLA_INFO_KIND, device_kind);
        auto const data = request.open(IFLA_INFO_DATA);
        describe(request);
        auto const other = request.open(peer);
        ::ifinfomsg const any_device{};
        request.put(&any_device, sizeof any_device);
        request.text(IFLA_IFNAME, "out");
        request.close(other);
        request.close(data);
        request.close(information);
        if (request.send() != 0) return;
        for (auto const device : {in(), out()}) {
            rtnetlink_message up{RTM_NEWLINK, 0, static_cast<std::uint32_t>(device), IFF_UP};
            REQUIRE(up.send() == 0);
        }
        packets_ = take_over(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
        // A socket of one protocol gets frames behind the tc hook; one of all protocols would get them before.
        arrivals_ = take_over(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
        ::sockaddr_ll at{};
        at.sll_family = AF_PACKET;
        at.sll_protocol = htons(frame_protocol);
        REQUIRE(::bind(arrivals_->raw(), reinterpret_cast<::sockaddr const*>(&at), sizeof at) == 0);
        // The kernel notices a little later that there is a carrier, and forgets what is sent before.
        made_ = comes_true([&] { return passes_from(in(), 20); }) && comes_true([&] { return passes_from(out(), 20); });
    }
    ~device_pair() = default; // the devices go with their namespace

  private:
    // Each frame has a number of its own, so that one that comes late is not taken for another.
    std::uint64_t send_some(bpfxx::interface_index device, int count) const {
        std::array<std::byte, 60> frame{};
        for (std::size_t i = 0; i != 6; ++i) frame[i] = std::byte{0xff};
        frame[12] = std::byte{frame_protocol >> 8};
        frame[13] = std::byte{frame_protocol & 0xff};
        while (count-- > 0) {
            std::memcpy(frame.data() + 14, &++sent_, sizeof sent_);
            static_cast<void>(send_from(device, frame));
        }
        return sent_;
    }

    // A busy machine may take its time to deliver.
    [[nodiscard]] bool passes_from(bpfxx::interface_index device, int milliseconds = 5000) const {
        auto const number = send_some(device, 1);
        return arrives(number, milliseconds);
    }

    template <class Ran>
    [[nodiscard]] bool drops_from(bpfxx::interface_index device, Ran const& ran) const {
        auto const number = send_some(device, 1);
        return comes_true(ran) && !arrives(number, 20);
    }

    [[nodiscard]] bool arrives(std::uint64_t number, int milliseconds) const {
        ::pollfd waiting{arrivals_->raw(), POLLIN, 0};
        while (::poll(&waiting, 1, milliseconds) == 1) {
            std::array<std::byte, 256> frame{};
            std::uint64_t found = 0;
            if (::recv(arrivals_->raw(), frame.data(), frame.size(), MSG_DONTWAIT) < 0) return false;
            std::memcpy(&found, frame.data() + 14, sizeof found);
            if (found == number) return true;
        }
        return false;
    }

    static void without_ipv6() {
        int const setting = ::open("/proc/sys/net/ipv6/conf/default/disable_ipv6", O_WRONLY | O_CLOEXEC);
        if (setting < 0) return;
        static_cast<void>(!::write(setting, "1", 1));
        ::close(setting);
    }

    own_network network_;
    std::optional<socket_fd> packets_, arrivals_;
    mutable std::uint64_t sent_ = 0;
    bool made_ = false;
};

struct veth_pair : device_pair {
    veth_pair() : device_pair{"veth", 1 /* VETH_INFO_PEER */, [](rtnetlink_message&) {}} {}
};

struct netkit_pair : device_pair {
    netkit_pair()
        : device_pair{"netkit", 1 /* IFLA_NETKIT_PEER_INFO */, [](rtnetlink_message& request) {
                          std::uint32_t const ethernet = 0; // NETKIT_L2: frames as on veth
                          request.open(5 /* IFLA_NETKIT_MODE */, &ethernet, sizeof ethernet);
                      }} {}
};

} // namespace support
