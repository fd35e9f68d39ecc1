#pragma once
// Runs classic filters in the kernel: on datagrams between two AF_UNIX sockets, which start with the data itself.

#include <bpfxx/classic/attach.hpp>
#include <bpfxx/fd.hpp>

#include <doctest/doctest.h>

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "map/support/sockets.hpp"

namespace tests::classic {

using bpfxx::classic::instruction;
using support::socket_fd;
using support::take_over;
using bytes = std::vector<std::uint8_t>;

class unix_pair {
  public:
    unix_pair() : unix_pair{made()} {}

    [[nodiscard]] socket_fd const& sender() const { return sender_; }
    [[nodiscard]] socket_fd const& receiver() const { return receiver_; }

    /// How many bytes of the packet arrive; nothing where it is dropped.
    std::optional<std::size_t> kept(std::span<instruction const> filter, bytes const& packet) const {
        REQUIRE(bpfxx::classic::attach(receiver_, filter).has_value());
        return pass(packet);
    }

    std::optional<std::size_t> pass(bytes const& packet) const {
        REQUIRE(::send(sender_.raw(), packet.data(), packet.size(), MSG_DONTWAIT) == static_cast<long>(packet.size()));
        std::array<std::uint8_t, 4096> got{};
        long const size = ::recv(receiver_.raw(), got.data(), got.size(), MSG_DONTWAIT);
        if (size < 0) return std::nullopt;
        return static_cast<std::size_t>(size);
    }

    /// What a holds after these instructions, which do not return; nothing where they drop the packet. The packet needs
    /// 256 bytes, as each run tells 8 bits by how many of them it keeps.
    std::optional<std::uint32_t> value_of_a(std::span<instruction const> code, bytes const& packet) const {
        REQUIRE(packet.size() >= 256);
        std::uint32_t value = 0;
        for (std::uint32_t byte = 0; byte != 4; ++byte) {
            std::vector<instruction> whole(code.begin(), code.end());
            whole.insert(whole.end(), {{0x74, 0, 0, 8 * byte}, {0x54, 0, 0, 0xff}, {0x04, 0, 0, 1}, {0x16, 0, 0, 0}});
            auto const size = kept(whole, packet);
            if (!size) return std::nullopt;
            value |= static_cast<std::uint32_t>(*size - 1) << 8 * byte;
        }
        return value;
    }

  private:
    static std::pair<int, int> made() {
        int ends[2]{-1, -1};
        REQUIRE(::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends) == 0);
        return {ends[0], ends[1]};
    }

    explicit unix_pair(std::pair<int, int> ends) : sender_{take_over(ends.first)}, receiver_{take_over(ends.second)} {}

    socket_fd sender_, receiver_;
};

} // namespace tests::classic
