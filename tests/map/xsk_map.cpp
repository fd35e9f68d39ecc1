// xsk_map on the running kernel: AF_XDP sockets go in and programs see them there.
#include <bpfxx/map/xsk_map.hpp>

#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/program/handle.hpp>
#include <bpfxx/program/test_run.hpp>

#include "kernel/support/skip.hpp"
#include "map/support/sockets.hpp"

#include <doctest/doctest.h>

#include <array>
#include <optional>

namespace {

using namespace bpfxx;
using namespace bpfxx::insn;

constexpr std::array<std::byte, 64> packet{};

/// Redirects to the socket under index 0, and passes the packet where there is none.
constexpr auto redirect_0 =
    assemble(load_map(r1, map_slot<0>{}), mov(r2, 0), mov(r3, 2), call(helper::redirect_map), exit());

TEST_CASE("a program redirects to a socket that is in the map") {
    int const number = support::xdp_socket();
    if (number < 0) return support::skip("this kernel has no AF_XDP sockets");
    std::optional one{support::take_over(number)};
    auto const two = support::take_over(support::xdp_socket());
    auto const map = xsk_map<>::create({.name = "queues", .max_entries = 2}).value();
    auto const program = xdp_program::load({.insns = redirect_0.with(map.fd()), .license = "GPL"}).value();
    auto const run = [&] { return test_run(program, {.data = packet}).value().retval; };
    CHECK(run() == 2);
    CHECK_FALSE(*map.replace(0, *one));
    CHECK(*map.insert(0, *one));
    CHECK(run() == 4);
    CHECK_FALSE(*map.insert(0, two));
    CHECK(*map.insert(0, *one)); // the same socket again is no failure to the kernel
    CHECK(*map.replace(0, two));
    CHECK(*map.erase(0));
    CHECK(*map.erase(0)); // the kernel does not tell an empty slot
    CHECK(run() == 2);
    CHECK(map.update(0, *one));
    one.reset();
    CHECK(run() == 2); // closed, and gone from the map
    CHECK(map.update(2, two).error() == error{errc::e2big, command::map_update_elem});
    CHECK(map.erase(2).error() == error{errc::einval, command::map_delete_elem});
}

TEST_CASE("other sockets, and what is no socket, do not go in") {
    auto const map = xsk_map<>::create({.max_entries = 2}).value();
    auto const udp = support::take_over(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    CHECK(map.update(0, udp).error() == error{errc::eopnotsupp, command::map_update_elem});
    auto const no_socket = fd_ref<kind::socket>::from_raw(map.fd().raw());
    CHECK(map.update(0, no_socket).error() == error{errc::enotsock, command::map_update_elem});
    std::uint32_t const index = 0;
    CHECK(bpfxx::detail::lookup<std::uint32_t>(map.fd(), index, element_flags::any).error().code == errc::eopnotsupp);
}

} // namespace
