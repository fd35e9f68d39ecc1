#pragma once
// Sockets to put into maps, in a network of the test's own where the machine's does not matter.

#include <bpfxx/fd.hpp>
#include <bpfxx/map/references.hpp>

#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace support {

using socket_fd = bpfxx::owned_fd<bpfxx::kind::socket>;

/// A network namespace of this thread's own, whose only interface is lo, which is up; the old one is back in the end.
class own_network {
  public:
    own_network() : before_{::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)} {
        if (before_ < 0 || ::unshare(CLONE_NEWNET) != 0) return;
        inside_ = true;
        int const any = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        ::ifreq request{};
        std::strcpy(request.ifr_name, "lo");
        request.ifr_flags = IFF_UP | IFF_RUNNING;
        up_ = ::ioctl(any, SIOCSIFFLAGS, &request) == 0;
        ::close(any);
    }
    own_network(own_network const&) = delete;
    own_network& operator=(own_network const&) = delete;
    ~own_network() {
        if (inside_ && ::setns(before_, CLONE_NEWNET) != 0) std::abort();
        if (before_ >= 0) ::close(before_);
    }

    [[nodiscard]] explicit operator bool() const { return up_; }

  private:
    int before_;
    bool inside_ = false;
    bool up_ = false;
};

inline socket_fd take_over(int number) { return socket_fd::adopt_raw(number).value(); }

inline ::sockaddr_in loopback(std::uint16_t port = 0) {
    ::sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

inline bool bind_to(socket_fd const& socket, ::sockaddr_in const& address) {
    return ::bind(socket.raw(), reinterpret_cast<::sockaddr const*>(&address), sizeof address) == 0;
}

inline ::sockaddr_in address_of(socket_fd const& socket) {
    ::sockaddr_in address{};
    ::socklen_t size = sizeof address;
    REQUIRE(::getsockname(socket.raw(), reinterpret_cast<::sockaddr*>(&address), &size) == 0);
    return address;
}

/// A UDP socket of a SO_REUSEPORT group on lo; port 0 is any.
inline socket_fd udp_in_group(std::uint16_t port = 0) {
    auto made = take_over(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    int const yes = 1;
    REQUIRE(::setsockopt(made.raw(), SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes) == 0);
    REQUIRE(bind_to(made, loopback(port)));
    return made;
}

/// Waits until something can be received or accepted at one of these. A busy machine delivers later what is sent over
/// lo, a while after send or connect said that it is done; where it is dropped the whole time passes.
template <class... Sockets>
bool comes_within(int milliseconds, Sockets const&... sockets) {
    std::array<::pollfd, sizeof...(Sockets)> waiting{::pollfd{sockets.raw(), POLLIN, 0}...};
    return ::poll(waiting.data(), waiting.size(), milliseconds) > 0;
}

struct connection {
    socket_fd client, server;
};

/// Two ends of a TCP connection over lo.
inline connection connected() {
    auto const listening = take_over(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    REQUIRE(bind_to(listening, loopback()));
    REQUIRE(::listen(listening.raw(), 1) == 0);
    auto const address = address_of(listening);
    auto client = take_over(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    REQUIRE(::connect(client.raw(), reinterpret_cast<::sockaddr const*>(&address), sizeof address) == 0);
    auto server = take_over(::accept4(listening.raw(), nullptr, nullptr, SOCK_CLOEXEC));
    return {std::move(client), std::move(server)};
}

inline bpfxx::socket_cookie cookie_of(socket_fd const& socket) {
    std::uint64_t cookie = 0;
    ::socklen_t size = sizeof cookie;
    REQUIRE(::getsockopt(socket.raw(), SOL_SOCKET, SO_COOKIE, &cookie, &size) == 0);
    return bpfxx::socket_cookie{cookie};
}

/// An AF_XDP socket, bound to nothing, or a negative number where the kernel has none.
inline int xdp_socket() { return ::socket(44 /* AF_XDP */, SOCK_RAW | SOCK_CLOEXEC, 0); }

} // namespace support
