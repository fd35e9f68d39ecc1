#pragma once
// What a process does that programs at cgroups see, each small and whole: true if it could be done. They need a network
// of the test's own (map/support/sockets.hpp).

#include "map/support/sockets.hpp"

#include <cerrno>
#include <cstddef>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace support {

/// An address of any family.
struct any_address {
    ::sockaddr_storage storage{};
    ::socklen_t size = sizeof storage;

    [[nodiscard]] ::sockaddr* get() { return reinterpret_cast<::sockaddr*>(&storage); }
};

/// A descriptor that the hook may have refused.
struct attempt {
    int fd;

    attempt(int given) : fd{given} {}
    [[nodiscard]] int raw() const { return fd; }
    attempt(attempt const&) = delete;
    attempt& operator=(attempt const&) = delete;
    ~attempt() {
        if (fd >= 0) ::close(fd);
    }
};

/// The family's address of this machine alone, any port; for AF_UNIX one that the kernel makes up.
template <int Family>
any_address local() {
    any_address made;
    made.storage.ss_family = Family;
    if constexpr (Family == AF_INET) {
        auto const address = loopback();
        std::memcpy(&made.storage, &address, made.size = sizeof address);
    } else if constexpr (Family == AF_INET6) {
        ::sockaddr_in6 address{};
        address.sin6_family = AF_INET6;
        address.sin6_addr = in6addr_loopback;
        std::memcpy(&made.storage, &address, made.size = sizeof address);
    } else {
        made.size = sizeof(::sa_family_t);
    }
    return made;
}

/// Two datagram sockets with addresses.
template <int Family>
struct two_sockets {
    attempt from{::socket(Family, SOCK_DGRAM | SOCK_CLOEXEC, 0)}, to{::socket(Family, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    any_address address{};
    bool bound = give_addresses();

    bool give_addresses() {
        auto own = local<Family>(), other = local<Family>();
        return ::bind(from.fd, own.get(), own.size) == 0 && ::bind(to.fd, other.get(), other.size) == 0 &&
               ::getsockname(to.fd, address.get(), &address.size) == 0;
    }
};

inline bool make_socket() { return attempt{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)}.fd >= 0; }

template <int Family>
bool bind() {
    attempt const made{::socket(Family, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    auto address = local<Family>();
    return ::bind(made.fd, address.get(), address.size) == 0;
}

template <int Family>
bool connect() {
    two_sockets<Family> pair;
    return pair.bound && ::connect(pair.from.fd, pair.address.get(), pair.address.size) == 0;
}

/// A datagram that says where it goes, and arrives with where it came from.
template <int Family>
bool send() {
    two_sockets<Family> pair;
    char text[4]{};
    any_address sender;
    return pair.bound && ::sendto(pair.from.fd, text, sizeof text, 0, pair.address.get(), pair.address.size) == 4 &&
           comes_within(200, pair.to) &&
           ::recvfrom(pair.to.fd, text, sizeof text, MSG_DONTWAIT, sender.get(), &sender.size) == 4;
}

inline bool pass_packet() { return send<AF_INET>(); }

template <int Family>
bool name_peer() {
    two_sockets<Family> pair;
    any_address peer;
    return pair.bound && ::connect(pair.from.fd, pair.address.get(), pair.address.size) == 0 &&
           ::getpeername(pair.from.fd, peer.get(), &peer.size) == 0;
}

template <int Family>
bool name_self() {
    two_sockets<Family> pair;
    return pair.bound; // it asked for its own name
}

inline bool connect_tcp() {
    connected();
    return true;
}

inline bool open_device() { return attempt{::open("/dev/null", O_RDONLY | O_CLOEXEC)}.fd >= 0; }

inline bool read_sysctl() {
    attempt const file{::open("/proc/sys/kernel/ostype", O_RDONLY | O_CLOEXEC)};
    char text[64];
    return ::read(file.fd, text, sizeof text) > 0;
}

inline bool get_option() {
    attempt const made{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    int value = 0;
    ::socklen_t size = sizeof value;
    return ::getsockopt(made.fd, SOL_SOCKET, SO_TYPE, &value, &size) == 0;
}

inline bool set_option() {
    attempt const made{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    int const yes = 1;
    return ::setsockopt(made.fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0;
}

} // namespace support
