// TCP over lo in a network namespace of its own, for examples that need connections: no part of bpfxx.
#pragma once

#include <bpfxx/fd.hpp>

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <utility>

namespace local_tcp {

using socket_fd = bpfxx::owned_fd<bpfxx::kind::socket>;

inline int check(int answer, char const* what) {
    if (answer >= 0) return answer;
    int const why = errno;
    std::printf("%s: %s\n", what, std::strerror(why));
    std::exit(why == EPERM ? 77 : 1);
}

inline socket_fd make() {
    return socket_fd::adopt_raw(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")).value();
}

/// Leaves the namespace that the process was in for one where there is nothing but lo.
inline void enter_own_network() {
    check(::unshare(CLONE_NEWNET), "unshare");
    ::ifreq request{};
    std::strcpy(request.ifr_name, "lo");
    request.ifr_flags = IFF_UP;
    auto const any = make();
    check(::ioctl(any.raw(), SIOCSIFFLAGS, &request), "SIOCSIFFLAGS");
}

inline ::sockaddr_in address(std::uint16_t port) {
    return {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
}

/// Listens at any free port.
inline socket_fd listen() {
    auto made = make();
    auto const any = address(0);
    check(::bind(made.raw(), reinterpret_cast<::sockaddr const*>(&any), sizeof any), "bind");
    check(::listen(made.raw(), 8), "listen");
    return made;
}

inline std::uint16_t port_of(socket_fd const& socket) {
    ::sockaddr_in found{};
    ::socklen_t size = sizeof found;
    check(::getsockname(socket.raw(), reinterpret_cast<::sockaddr*>(&found), &size), "getsockname");
    return ntohs(found.sin_port);
}

/// A connection to a port, or nothing where it is refused.
inline std::optional<socket_fd> connect(std::uint16_t port) {
    auto made = make();
    auto const to = address(port);
    if (::connect(made.raw(), reinterpret_cast<::sockaddr const*>(&to), sizeof to) != 0) return std::nullopt;
    return made;
}

inline socket_fd accept(socket_fd const& listening) {
    return socket_fd::adopt_raw(check(::accept4(listening.raw(), nullptr, nullptr, SOCK_CLOEXEC), "accept")).value();
}

/// A megabyte from one end of a connection to the other.
inline void send_a_megabyte(socket_fd const& from, socket_fd const& to) {
    char block[16'384]{};
    for (int i = 0; i != 64; ++i) {
        check(static_cast<int>(::send(from.raw(), block, sizeof block, 0)), "send");
        check(static_cast<int>(::recv(to.raw(), block, sizeof block, MSG_WAITALL)), "recv");
    }
}

} // namespace local_tcp
