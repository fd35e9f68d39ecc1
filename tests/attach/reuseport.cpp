// SPDX-License-Identifier: BSL-1.0
// Programs that choose among the sockets of a group on the running kernel.
#include <bpfxx/attach/reuseport.hpp>

#include <bpfxx/classic/assemble.hpp>
#include <bpfxx/classic/attach.hpp>
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/map/reuseport_array.hpp>
#include <bpfxx/program/handle.hpp>
#include <bpfxx/program/verdict.hpp>

#include "kernel/support/counting.hpp"
#include "kernel/support/descriptors_left.hpp"
#include "kernel/support/fired.hpp"
#include "kernel/support/skip.hpp"
#include "map/support/sockets.hpp"

#include <doctest/doctest.h>

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <optional>
#include <utility>

namespace {

using namespace bpfxx;
using namespace bpfxx::insn;
using direct::reuseport_hook;

constexpr char const* no_network = "a network namespace cannot be made here";

/// Chooses the socket under index 1 of an array.
// clang-format off: one step per line
constexpr auto choosing_1 = assemble(
    store<std::uint32_t>(r10 - 4, 1),
    load_map(r2, map_slot<0>{}), mov(r3, r10), add(r3, -4), mov(r4, 0), insn::call(helper::sk_select_reuseport),
    mov(r0, sk_action::pass), insn::exit());
// clang-format on

/// Two sockets that share an address, and who gets what is sent there.
struct group {
    support::own_network network;
    support::socket_fd first = support::udp_in_group();
    ::sockaddr_in address = support::address_of(first);
    support::socket_fd second = support::udp_in_group(ntohs(address.sin_port));
    support::socket_fd sender = support::take_over(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    reuseport_array<> sockets = reuseport_array<>::create({.max_entries = 2}).value();

    /// Of 16 datagrams from different ports.
    struct shares {
        int first, second;
        friend bool operator==(shares, shares) = default;
    };
    [[nodiscard]] shares received() const {
        shares got{};
        for (int i = 0; i != 16; ++i) {
            auto const from = support::take_over(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
            auto const* const to = reinterpret_cast<::sockaddr const*>(&address);
            REQUIRE(::sendto(from.raw(), "x", 1, 0, to, sizeof address) == 1);
            REQUIRE(support::comes_within(5000, first, second));
            std::array<char, 8> text{};
            got.first += ::recv(first.raw(), text.data(), text.size(), MSG_DONTWAIT) == 1 ? 1 : 0;
            got.second += ::recv(second.raw(), text.data(), text.size(), MSG_DONTWAIT) == 1 ? 1 : 0;
        }
        return got;
    }
    /// As the kernel does by itself, by a hash: it takes a while until one gets nothing.
    [[nodiscard]] bool by_hash() const {
        for (int i = 0; i != 8; ++i) {
            auto const got = received();
            if (got.first != 0 && got.second != 0) return true;
        }
        return false;
    }
};

constexpr group::shares all_to_second{0, 16};

error failed(errc code) { return {code, command::set_socket_option}; }

/// What programs of the two kinds that choose from an array have in common.
template <class Kind>
void chooses(char const* kind) {
    group here;
    REQUIRE(here.sockets.update(1, here.second));
    auto loaded = program<Kind>::load({.insns = choosing_1.with(here.sockets.fd()), .license = "GPL"});
    REQUIRE(loaded);
    auto program = std::optional{std::move(*loaded)};
    CHECK(here.by_hash());
    {
        auto const attached = program->attach(reuseport_hook{.socket = here.first}).value();
        program.reset(); // the group keeps it
        CHECK(here.received() == all_to_second);
    }
    CHECK(here.by_hash());
    support::fired(kind, "direct::reuseport_hook");
}

} // namespace

TEST_CASE("a sk_reuseport program chooses as long as its attachment lives") {
    if (!support::own_network{}) return support::lacks_privilege(no_network);
    chooses<program_kind::sk_reuseport>("sk_reuseport");
}

TEST_CASE("so does one that may also move connections") {
    if (!support::own_network{}) return support::lacks_privilege(no_network);
    chooses<program_kind::sk_reuseport_select_or_migrate>("sk_reuseport_select_or_migrate");
}

TEST_CASE("a program that may move connections does: they follow when the socket that they wait at is closed") {
    support::own_network const network;
    if (!network) return support::lacks_privilege(no_network);
    auto const listening = [](std::uint16_t port) {
        auto made = support::take_over(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        int const yes = 1;
        REQUIRE(::setsockopt(made.raw(), SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes) == 0);
        REQUIRE(support::bind_to(made, support::loopback(port)));
        REQUIRE(::listen(made.raw(), 8) == 0);
        return made;
    };
    auto first = std::optional{listening(0)};
    auto const address = support::address_of(*first);
    auto const sockets = reuseport_array<>::create({.max_entries = 2}).value();
    auto const program = support::loaded<program_kind::sk_reuseport_select_or_migrate>(choosing_1.with(sockets.fd()));
    auto const client = support::take_over(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    REQUIRE(::connect(client.raw(), reinterpret_cast<::sockaddr const*>(&address), sizeof address) == 0);
    auto const second = listening(ntohs(address.sin_port));
    REQUIRE(sockets.update(1, second));
    auto const attached = program.attach(reuseport_hook{.socket = second}).value();
    first.reset();
    REQUIRE(support::comes_within(5000, second));
    auto const moved = ::accept4(second.raw(), nullptr, nullptr, SOCK_CLOEXEC);
    CHECK(moved >= 0);
    ::close(moved);
}

TEST_CASE("a socket_filter program chooses by number") {
    if (!support::own_network{}) return support::lacks_privilege(no_network);
    group const here;
    support::counter const runs;
    auto const program = support::counting<program_kind::socket_filter, 1>(runs);
    {
        auto const attached = program.attach(reuseport_hook{.socket = here.second}).value();
        CHECK(here.received() == all_to_second);
        CHECK(runs.moved() == 16);
    }
    CHECK(here.by_hash());
    CHECK(runs.moved() == 0);
    support::fired("socket_filter", "direct::reuseport_hook");
}

TEST_CASE("detach says what became of it, once") {
    if (!support::own_network{}) return support::lacks_privilege(no_network);
    group const here;
    support::counter const runs;
    auto const program = support::counting<program_kind::socket_filter, 1>(runs);
    auto attached = program.attach(reuseport_hook{.socket = here.first}).value();
    CHECK(attached.detach());
    CHECK(here.by_hash());
    CHECK(attached.detach());
    CHECK_FALSE(attached);
    auto gone = program.attach(reuseport_hook{.socket = here.first}).value();
    CHECK(classic::detach_reuseport(here.second)); // through any socket of the group
    CHECK(gone.detach().error() == failed(errc::enoent));
}

TEST_CASE("one takes the place of another") {
    if (!support::own_network{}) return support::lacks_privilege(no_network);
    group const here;
    support::counter const zeros, ones;
    auto const zero = support::counting<program_kind::socket_filter, 0>(zeros);
    auto const one = support::counting<program_kind::socket_filter, 1>(ones);
    auto first = zero.attach(reuseport_hook{.socket = here.first}).value();
    CHECK(here.received() == group::shares{16, 0});
    auto second = one.attach(reuseport_hook{.socket = here.first}).value();
    CHECK(here.received() == all_to_second);
    CHECK(zeros.moved() == 16);
    CHECK(first.detach()); // as the kernel does not tell which of two programs is there
    CHECK(here.by_hash());
    CHECK(second.detach().error() == failed(errc::enoent));
}

TEST_CASE("sockets that share nothing, locked ones, others") {
    if (!support::own_network{}) return support::lacks_privilege(no_network);
    group const here;
    support::counter const runs;
    auto const filter = support::counting<program_kind::socket_filter, 1>(runs);
    auto const chooser = support::loaded<program_kind::sk_reuseport>(choosing_1.with(here.sockets.fd()));
    auto const alone = support::take_over(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    CHECK(filter.attach(reuseport_hook{.socket = alone}).error() == failed(errc::einval));
    auto const local = support::take_over(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    CHECK(chooser.attach(reuseport_hook{.socket = local}).error() == failed(errc::enotsupp));
    auto const no_socket = fd_ref<kind::socket>::from_raw(runs.fd().raw());
    CHECK(filter.attach(reuseport_hook{.socket = no_socket}).error() == failed(errc::enotsock));
    {
        support::descriptors_left const none{0};
        auto const attached = filter.attach(reuseport_hook{.socket = here.first});
        CHECK(attached.error() == error{errc::emfile, command::duplicate_fd});
    }
    CHECK(here.by_hash());
    REQUIRE(classic::lock(here.first));
    CHECK(filter.attach(reuseport_hook{.socket = here.first}).error() == failed(errc::eperm));
}
