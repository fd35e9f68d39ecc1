// sock_map, sock_hash and reuseport_array on the running kernel: sockets go in, cookies come out, programs reach them.
#include <bpfxx/map/sock_map.hpp>

#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/map/reuseport_array.hpp>
#include <bpfxx/program/handle.hpp>
#include <bpfxx/program/test_run.hpp>

#include "kernel/support/skip.hpp"
#include "map/support/sockets.hpp"

#include <doctest/doctest.h>

#include <array>
#include <optional>
#include <type_traits>
#include <utility>

namespace {

using namespace bpfxx;
using namespace bpfxx::insn;

// A socket is no number and no temporary.
static_assert(std::is_convertible_v<support::socket_fd const&, socket_reference>);
static_assert(!std::is_constructible_v<socket_reference, int> &&
              !std::is_constructible_v<socket_reference, support::socket_fd>);

constexpr char const* no_network = "a network namespace cannot be made here";
constexpr std::array<std::byte, 64> packet{};

/// The address family of the socket under index 1, as `struct bpf_sock` has it; 0 where there is none.
// clang-format off: one step per line
constexpr auto family_of_socket = assemble(
    store<std::uint32_t>(r10 - 4, 1),
    load_map(r1, map_slot<0>{}), mov(r2, r10), add(r2, -4),
    call(helper::map_lookup_elem),
    jump_if(r0 == 0, "none"),
    load<std::uint32_t>(r6, r0 + 4),
    mov(r1, r0), call(helper::sk_release),
    mov(r0, r6), exit(),
  label("none"),
    mov(r0, 0), exit());
// clang-format on

TEST_CASE("a socket under an index: its cookie is found, and programs find the socket") {
    support::own_network const network;
    if (!network) return support::lacks_privilege(no_network);
    auto const map = sock_map<>::create({.name = "sockets", .max_entries = 4}).value();
    auto const program = sched_cls_program::load({.insns = family_of_socket.with(map.fd()), .license = "GPL"}).value();
    auto const run = [&] { return test_run(program, {.data = packet}).value().retval; };
    auto const tcp = support::connected();
    CHECK(run() == 0);
    CHECK(map.update(1, tcp.client));
    CHECK(run() == AF_INET);
    CHECK(**map.lookup(1) == support::cookie_of(tcp.client));
    CHECK_FALSE(*map.insert(1, tcp.server));
    CHECK(*map.replace(1, tcp.server));
    CHECK_FALSE(*map.replace(2, tcp.client));
    CHECK(*map.insert(2, tcp.client));
    CHECK(**map.lookup(1) == support::cookie_of(tcp.server));
    CHECK(*map.erase(1));
    CHECK(run() == 0);
    CHECK_FALSE(*map.erase(1));
    CHECK_FALSE(*map.erase(4));
    CHECK_FALSE(map.lookup(1)->has_value());
    std::uint32_t seen = 0;
    for (auto const& [index, cookie] : map.entries()) {
        CHECK(index == 2);
        CHECK(cookie == support::cookie_of(tcp.client));
        ++seen;
    }
    CHECK(seen == 1);
    CHECK(map.update(4, tcp.client).error() == error{errc::e2big, command::map_update_elem});
}

TEST_CASE("erase hands on what is no absence") {
    auto const map = sock_map<>::create({.max_entries = 1}).value();
    CHECK(map.freeze());
    CHECK(map.erase(0).error() == error{errc::eperm, command::map_delete_elem});
}

TEST_CASE("a slot becomes empty when its socket is closed") {
    support::own_network const network;
    if (!network) return support::lacks_privilege(no_network);
    auto const map = sock_map<>::create({.max_entries = 4}).value();
    std::optional tcp{support::connected()};
    CHECK(map.update(1, tcp->client));
    tcp.reset();
    CHECK_FALSE(map.lookup(1)->has_value());
}

TEST_CASE("sockets under keys") {
    support::own_network const network;
    if (!network) return support::lacks_privilege(no_network);
    struct peer {
        std::uint32_t address, port;
    };
    auto const map = sock_hash<peer>::create({.name = "peers", .max_entries = 2}).value();
    auto const tcp = support::connected();
    CHECK(*map.insert({1, 1}, tcp.client));
    CHECK_FALSE(*map.insert({1, 1}, tcp.server));
    CHECK(map.update({2, 2}, tcp.server));
    CHECK(map.update({3, 3}, tcp.server).error() == error{errc::e2big, command::map_update_elem});
    CHECK(**map.lookup({2, 2}) == support::cookie_of(tcp.server));
    std::uint32_t seen = 0;
    CHECK(map.for_each([&](peer const& key, socket_cookie cookie) {
        CHECK(cookie == support::cookie_of(key.port == 1 ? tcp.client : tcp.server));
        ++seen;
    }));
    CHECK(seen == 2);
    CHECK(*map.erase({1, 1}));
    CHECK_FALSE(*map.erase({1, 1}));
    struct too_long {
        std::array<std::uint8_t, 513> bytes;
    };
    CHECK(sock_hash<too_long>::create({.max_entries = 2}).error() == error{errc::e2big, command::map_create});
}

TEST_CASE("what is no connected socket does not go in") {
    support::own_network const network;
    if (!network) return support::lacks_privilege(no_network);
    auto const map = sock_map<>::create({.max_entries = 4}).value();
    auto const unconnected = support::take_over(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    CHECK(map.update(0, unconnected).error() == error{errc::eopnotsupp, command::map_update_elem});
    auto const no_socket = fd_ref<kind::socket>::from_raw(map.fd().raw());
    CHECK(map.update(0, no_socket).error() == error{errc::enotsock, command::map_update_elem});
}

TEST_CASE("maps of 4-byte values take sockets and give nothing back") {
    support::own_network const network;
    if (!network) return support::lacks_privilege(no_network);
    using narrow = sock_map<read_write, socket_alone>;
    auto const map = narrow::create({.max_entries = 4}).value();
    auto const tcp = support::connected();
    CHECK(*map.insert(0, tcp.client));
    CHECK_FALSE(*map.insert(0, tcp.client));
    CHECK(*map.erase(0));
    CHECK_FALSE(*map.erase(0));
    auto const id = *map.id();
    CHECK(narrow::open(id));
    CHECK(sock_map<>::open(id).error() == error{errc::value_size_differs, command::obj_get_info_by_fd});
    std::uint32_t const index = 0;
    CHECK(bpfxx::detail::lookup<std::uint32_t>(map.fd(), index, element_flags::any).error().code == errc::enospc);
}

/// Chooses the socket under index 1.
// clang-format off: one step per line
constexpr auto choose_1 = assemble(
    store<std::uint32_t>(r10 - 4, 1),
    load_map(r2, map_slot<0>{}), mov(r3, r10), add(r3, -4), mov(r4, 0),
    call(helper::sk_select_reuseport),
    mov(r0, 1), exit());
// clang-format on

bool receives(support::socket_fd const& socket) {
    std::array<char, 8> buffer{};
    return ::recv(socket.raw(), buffer.data(), buffer.size(), MSG_DONTWAIT) == 1;
}

TEST_CASE("a program chooses the socket of a group that a datagram goes to") {
    support::own_network const network;
    if (!network) return support::lacks_privilege(no_network);
    auto const map = reuseport_array<>::create({.name = "group", .max_entries = 2}).value();
    auto const one = support::udp_in_group();
    auto const address = support::address_of(one);
    auto const two = support::udp_in_group(ntohs(address.sin_port));
    auto const program = sk_reuseport_program::load({.insns = choose_1.with(map.fd()), .license = "GPL"}).value();
    constexpr int attach = 52; // SO_ATTACH_REUSEPORT_EBPF
    int const number = program.fd().raw();
    REQUIRE(::setsockopt(one.raw(), SOL_SOCKET, attach, &number, sizeof number) == 0);

    auto const sender = support::take_over(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    auto const send_ten = [&] {
        std::pair<int, int> received{};
        for (int i = 0; i != 10; ++i) {
            auto const* const to = reinterpret_cast<::sockaddr const*>(&address);
            REQUIRE(::sendto(sender.raw(), "x", 1, 0, to, sizeof address) == 1);
            REQUIRE(support::comes_within(5000, one, two));
            received.first += receives(one) ? 1 : 0;
            received.second += receives(two) ? 1 : 0;
        }
        return received;
    };
    CHECK(map.update(1, two));
    CHECK(send_ten() == std::pair{0, 10});
    CHECK(**map.lookup(1) == support::cookie_of(two));
    CHECK(map.update(0, two).error() == error{errc::ebusy, command::map_update_elem});
    CHECK(*map.replace(1, one));
    CHECK(send_ten() == std::pair{10, 0});
    CHECK_FALSE(*map.insert(1, two));
    CHECK(*map.insert(0, two));
    CHECK(*map.erase(0));
    CHECK_FALSE(*map.erase(0));
    CHECK(map.erase(2).error() == error{errc::e2big, command::map_delete_elem});
}

TEST_CASE("a socket that is not in a group does not go into a reuseport array") {
    support::own_network const network;
    if (!network) return support::lacks_privilege(no_network);
    auto const map = reuseport_array<>::create({.max_entries = 2}).value();
    auto const alone = support::take_over(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    CHECK(map.update(0, alone).error() == error{errc::einval, command::map_update_elem});
    auto const narrow = reuseport_array<read_write, socket_alone>::create({.max_entries = 2}).value();
    auto const member = support::udp_in_group();
    CHECK(*narrow.insert(0, member));
    CHECK_FALSE(*narrow.insert(0, member));
}

} // namespace
