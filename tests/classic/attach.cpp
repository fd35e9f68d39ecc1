// SPDX-License-Identifier: BSL-1.0
// Filters on sockets: attached, replaced, taken away, locked, choosing among sockets, and refused.

#include <bpfxx/classic/assemble.hpp>
#include <bpfxx/classic/attach.hpp>
#include <bpfxx/classic/check.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <linux/filter.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <vector>

#include "kernel/support/skip.hpp"
#include "support/run.hpp"

namespace {

using namespace bpfxx;
using namespace bpfxx::classic;
using tests::classic::bytes;
using tests::classic::unix_pair;

static_assert(sizeof(classic::detail::filter_record) == sizeof(::sock_fprog));
static_assert(offsetof(classic::detail::filter_record, count) == offsetof(::sock_fprog, len));
static_assert(offsetof(classic::detail::filter_record, code) == offsetof(::sock_fprog, filter));

// a value of its own among what is no command of bpf(2)

constexpr auto keep_all = assemble(ret(whole_packet));
constexpr auto drop_all = assemble(ret(drop));
constexpr auto keep_two = assemble(ret(2));

bool failed_with(result<void> const& done, errc code) {
    return !done && done.error() == error{code, command::set_socket_option};
}

TEST_CASE("attach, replace, detach") {
    unix_pair const sockets;
    bytes const data(5, 1);
    CHECK(sockets.pass(data) == 5U);
    CHECK(attach(sockets.receiver(), keep_two).has_value());
    CHECK(sockets.pass(data) == 2U);
    CHECK(attach(sockets.receiver(), drop_all).has_value());
    CHECK(sockets.pass(data) == std::nullopt);
    CHECK(detach(sockets.receiver()).has_value());
    CHECK(sockets.pass(data) == 5U);
    CHECK(failed_with(detach(sockets.receiver()), errc::enoent));
}

TEST_CASE("what is in the queue before a filter stays there") {
    unix_pair const sockets;
    REQUIRE(::send(sockets.sender().raw(), "early", 5, 0) == 5);
    REQUIRE(attach(sockets.receiver(), drop_all).has_value());
    std::array<char, 8> got{};
    CHECK(::recv(sockets.receiver().raw(), got.data(), got.size(), MSG_DONTWAIT) == 5);
}

TEST_CASE("a locked filter stays") {
    unix_pair const sockets;
    REQUIRE(attach(sockets.receiver(), keep_two).has_value());
    CHECK(lock(sockets.receiver()).has_value());
    CHECK(lock(sockets.receiver()).has_value());
    CHECK(failed_with(attach(sockets.receiver(), keep_all), errc::eperm));
    CHECK(failed_with(detach(sockets.receiver()), errc::eperm));
    CHECK(sockets.pass(bytes(5, 1)) == 2U);
}

TEST_CASE("the kernel holds what was assembled, byte for byte") {
    unix_pair const sockets;
    static constexpr auto some =
        assemble(load<std::uint16_t>(a, packet + 12), jump_if(a > 0x89abcdef, "far"), ret(1), label("far"), ret(a));
    REQUIRE(attach(sockets.receiver(), some).has_value());
    std::array<::sock_filter, 8> held{};
    ::socklen_t count = held.size(); // of instructions
    REQUIRE(::getsockopt(sockets.receiver().raw(), SOL_SOCKET, SO_GET_FILTER, held.data(), &count) == 0);
    REQUIRE(count == some.instructions().size());
    for (std::size_t i = 0; i != count; ++i)
        CHECK(some.instructions()[i] == instruction{held[i].code, held[i].jt, held[i].jf, held[i].k});
}

TEST_CASE("what is no filter, no socket or no descriptor") {
    unix_pair const sockets;
    auto const& socket = sockets.receiver();
    CHECK(failed_with(attach(socket, {}), errc::einval));
    CHECK(failed_with(attach(socket, std::vector{mov(a, 1)}), errc::einval));
    auto const longest = attach(socket, std::vector(4096, ret(1)));
    CHECK((longest || failed_with(longest, errc::enomem))); // older kernels give it less room
    CHECK(failed_with(attach(socket, std::vector(4097, ret(1))), errc::einval));
    // more than 16 bits count: cut to them it would be one instruction
    CHECK(failed_with(attach(socket, std::vector(65'537, ret(1))), errc::einval));

    auto const file = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    auto const no_socket = borrow_raw<kind::socket>(file);
    CHECK(failed_with(attach(no_socket, keep_all), errc::enotsock));
    CHECK(failed_with(detach(no_socket), errc::enotsock));
    CHECK(failed_with(lock(no_socket), errc::enotsock));
    ::close(file);
    auto const nothing = borrow_raw<kind::socket>(-1);
    CHECK(failed_with(attach(nothing, keep_all), errc::ebadf));
    CHECK(failed_with(attach_reuseport(nothing, keep_all), errc::ebadf));
    CHECK(failed_with(detach_reuseport(nothing), errc::ebadf));
}

std::size_t optmem_max() {
    auto* const file = std::fopen("/proc/sys/net/core/optmem_max", "re");
    REQUIRE(file != nullptr);
    unsigned long most = 0;
    int const read = std::fscanf(file, "%lu", &most);
    std::fclose(file);
    REQUIRE(read == 1);
    return most;
}

TEST_CASE("a filter whose translation is larger than the machine allows") {
    unix_pair const sockets;
    // At least four eBPF instructions for each, as x may be 0.
    std::vector large(4096, div(a, x));
    large.back() = ret(1);
    REQUIRE(!check(large));
    if (optmem_max() > 4 * 4096 * 8) return support::skip("net.core.optmem_max is larger than its default");
    CHECK(failed_with(attach(sockets.receiver(), large), errc::enomem));

    // The old filter counts as long as the new one is not there.
    std::vector half(optmem_max() / (4 * 8) * 6 / 10, div(a, x));
    half.back() = ret(1);
    CHECK(attach(sockets.receiver(), half).has_value());
    CHECK(failed_with(attach(sockets.receiver(), half), errc::enomem));
    CHECK(detach(sockets.receiver()).has_value());
    CHECK(attach(sockets.receiver(), half).has_value());
}

TEST_CASE("a filter chooses among the sockets of a group") {
    support::own_network const network;
    if (!network) return support::lacks_privilege("a network namespace cannot be made here");
    auto const first = support::udp_in_group();
    auto const address = support::address_of(first);
    auto const second = support::udp_in_group(ntohs(address.sin_port));
    auto const sender = support::take_over(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    auto const arrives_at = [&](char number) {
        REQUIRE(::sendto(sender.raw(), &number, 1, 0, reinterpret_cast<::sockaddr const*>(&address), sizeof address) ==
                1);
        REQUIRE(support::comes_within(5000, first, second));
        char got = 0;
        int const in_first = ::recv(first.raw(), &got, 1, MSG_DONTWAIT) == 1 ? 1 : 0;
        int const in_second = ::recv(second.raw(), &got, 1, MSG_DONTWAIT) == 1 ? 2 : 0;
        return in_first + in_second;
    };
    // The number is the first byte of the payload.
    static constexpr auto by_payload = assemble(load<std::uint8_t>(a, packet), ret(a));
    CHECK(failed_with(detach_reuseport(first), errc::enoent));
    REQUIRE(attach_reuseport(first, by_payload).has_value());
    for (int i = 0; i != 8; ++i) {
        CHECK(arrives_at(0) == 1);
        CHECK(arrives_at(1) == 2);
    }
    CHECK(detach_reuseport(second).has_value());
    CHECK(failed_with(detach_reuseport(first), errc::enoent));

    auto const alone = support::take_over(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    CHECK(failed_with(attach_reuseport(alone, by_payload), errc::einval));
    CHECK(failed_with(detach_reuseport(alone), errc::einval));
    REQUIRE(lock(first).has_value());
    CHECK(failed_with(attach_reuseport(first, by_payload), errc::eperm));
}

} // namespace
