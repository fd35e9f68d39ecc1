// SPDX-License-Identifier: BSL-1.0
// Links to network namespaces on the running kernel: sk_lookup programs steer connections, flow dissectors see packets.
#include <bpfxx/link/netns.hpp>

#include <bpfxx/attach/netns.hpp>
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/map/sock_map.hpp>
#include <bpfxx/program/context.hpp>
#include <bpfxx/program/handle.hpp>
#include <bpfxx/program/verdict.hpp>

#include "kernel/support/bpffs.hpp"
#include "kernel/support/counting.hpp"
#include "kernel/support/fired.hpp"
#include "kernel/support/netns.hpp"
#include "kernel/support/programs_at.hpp"
#include "kernel/support/skip.hpp"
#include "kernel/support/unprivileged.hpp"
#include "map/support/sockets.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <optional>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {

using namespace bpfxx;
using namespace bpfxx::insn;

constexpr char const* no_network = "a network namespace cannot be made here";
constexpr std::uint16_t nobodys_port = 7777; // nobody listens there

/// Gives connections to a port to the socket in a map, and lets the others find theirs.
// clang-format off: one step per line
constexpr auto steering = assemble<program_kind::sk_lookup>(
    mov(r6, r1),
    load(r2, r1 + ctx<program_kind::sk_lookup>::local_port),
    jump_if(r2 != nobodys_port, "pass"),
    store<std::uint32_t>(r10 - 4, 0),
    load_map(r1, map_slot<0>{}), mov(r2, r10), add(r2, -4), insn::call(helper::map_lookup_elem),
    jump_if(r0 == 0, "pass"),
    mov(r7, r0),
    mov(r1, r6), mov(r2, r7), mov(r3, 0), insn::call(helper::sk_assign),
    mov(r1, r7), insn::call(helper::sk_release),
  label("pass"),
    mov(r0, sk_action::pass), insn::exit());
// clang-format on
constexpr auto passing = assemble<program_kind::sk_lookup>(mov(r0, sk_action::pass), insn::exit());

/// A socket that listens somewhere, a map that holds it, and the program that leads to it.
struct steered {
    support::own_network network;
    owned_fd<kind::netns> netns = support::current_netns();
    support::socket_fd listening = support::take_over(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sock_map<> sockets = sock_map<>::create({.max_entries = 1}).value();
    std::optional<sk_lookup_program> program;

    steered() {
        REQUIRE(support::bind_to(listening, support::loopback()));
        REQUIRE(::listen(listening.raw(), 8) == 0);
        REQUIRE(sockets.update(0, listening));
        program.emplace(support::loaded<program_kind::sk_lookup>(steering.with(sockets.fd())));
    }

    /// Whether a connection to the port that nobody listens at comes about.
    [[nodiscard]] bool connects() const {
        auto const client = support::take_over(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        auto const to = support::loopback(nobodys_port);
        if (::connect(client.raw(), reinterpret_cast<::sockaddr const*>(&to), sizeof to) != 0) return false;
        auto const server = support::take_over(::accept4(listening.raw(), nullptr, nullptr, SOCK_CLOEXEC));
        return true;
    }

    [[nodiscard]] netns_link attach() const { return program->attach(netns_hook{.netns = netns}).value(); }
};

} // namespace

TEST_CASE("a sk_lookup program steers connections as long as its link lives") {
    if (!support::own_network{}) return support::lacks_privilege(no_network);
    steered here;
    CHECK_FALSE(here.connects());
    {
        auto const link = here.attach();
        CHECK(here.connects());
        here.program.reset(); // the link keeps it
        CHECK(here.connects());
        CHECK(support::programs_at(here.netns.borrow(), attach_type::sk_lookup) == 1);
    }
    CHECK_FALSE(here.connects());
    CHECK(support::programs_at(here.netns.borrow(), attach_type::sk_lookup) == 0);
    support::fired("sk_lookup", "netns_hook");
}

TEST_CASE("what the kernel says of a link to a network namespace, until it is detached") {
    if (!support::own_network{}) return support::lacks_privilege(no_network);
    steered here;
    auto link = here.attach();
    auto const info = link.info().value();
    CHECK(info.id == *link.id());
    CHECK(info.program == *here.program->id());
    CHECK(info.netns_inode == support::inode_of(here.netns));
    CHECK(info.hook == attach_type::sk_lookup);

    CHECK(link.detach());
    CHECK_FALSE(here.connects());
    CHECK(link.info()->netns_inode == std::nullopt);
    CHECK(link.info()->program == info.program);
    CHECK(link.detach()); // no mistake here
    CHECK(link.update(*here.program).error() == error{errc::enolink, command::link_update});
}

TEST_CASE("update swaps the program, if the one that is expected is there") {
    if (!support::own_network{}) return support::lacks_privilege(no_network);
    steered here;
    auto const other = support::loaded<program_kind::sk_lookup>(passing);
    auto link = here.attach();
    CHECK(link.update(other, other).error() == error{errc::eperm, command::link_update});
    CHECK(here.connects());
    CHECK(link.update(other, *here.program));
    CHECK_FALSE(here.connects());
    CHECK(link.update(*here.program));
    CHECK(here.connects());
    CHECK(link.info()->program == *here.program->id());
    support::counter const runs;
    auto const dissector = support::counting<program_kind::flow_dissector, 0>(runs);
    CHECK(link.update(dissector).error() == error{errc::einval, command::link_update});
}

TEST_CASE("a pinned link to a network namespace stays, and is opened again") {
    if (!support::own_network{}) return support::lacks_privilege(no_network);
    support::bpffs const files;
    if (!files) return support::lacks_privilege("a BPF file system cannot be mounted here");
    steered const here;
    auto const path = files.path("link");
    auto const id = [&] {
        auto const link = here.attach();
        CHECK(link.pin(path.c_str()));
        return *link.id();
    }();
    CHECK(here.connects());
    CHECK(*netns_link::open(path.c_str())->id() == id);
    CHECK(netns_link::open(id));
    CHECK(::unlink(path.c_str()) == 0);
    for (int i = 0; i != 500 && here.connects(); ++i) ::usleep(10'000); // the kernel closes it a moment later
    CHECK_FALSE(here.connects());
}

TEST_CASE("64 sk_lookup programs and no more") {
    if (!support::own_network{}) return support::lacks_privilege(no_network);
    steered const here;
    auto const other = support::loaded<program_kind::sk_lookup>(passing);
    std::vector<netns_link> links;
    links.push_back(here.attach());
    while (links.size() != 64) links.push_back(other.attach(netns_hook{.netns = here.netns}).value());
    CHECK(other.attach(netns_hook{.netns = here.netns}).error() == error{errc::e2big, command::link_create});
    CHECK(here.connects()); // whatever the others leave to the kernel
    links.erase(links.begin());
    CHECK_FALSE(here.connects());
    CHECK(other.attach(netns_hook{.netns = here.netns}));
}

TEST_CASE("what is no network namespace") {
    if (!support::own_network{}) return support::lacks_privilege(no_network);
    steered const here;
    auto const attach_to = [&](int number) {
        return here.program->attach(netns_hook{.netns = fd_ref<kind::netns>::from_raw(number)}).error();
    };
    CHECK(attach_to(here.listening.raw()) == error{errc::einval, command::link_create});
    CHECK(attach_to(here.sockets.fd().raw()) == error{errc::einval, command::link_create});
    CHECK(attach_to(-1).during == command::link_create);
}

TEST_CASE("capabilities are asked for when programs are loaded, and not where they are attached") {
    if (!support::own_network{}) return support::lacks_privilege(no_network);
    steered const here;
    CHECK(support::unprivileged([&] { return here.program->attach(netns_hook{.netns = here.netns}); }) == error{});
    CHECK(support::unprivileged([] { return sk_lookup_program::load({.insns = passing, .license = "GPL"}); }) ==
          error{errc::eperm, command::prog_load});
}

TEST_CASE("a link does not keep its network namespace alive") {
    if (!support::own_network{}) return support::lacks_privilege(no_network);
    auto const program = support::loaded<program_kind::sk_lookup>(passing);
    auto link = [&] {
        support::own_network const network;
        auto const netns = support::current_netns();
        return program.attach(netns_hook{.netns = netns}).value();
    }();
    for (int i = 0; i != 500 && link.info()->netns_inode; ++i) ::usleep(20'000); // the kernel takes its time
    CHECK(link.info()->netns_inode == std::nullopt);
    CHECK(link.update(program).error() == error{errc::enolink, command::link_update});
}

TEST_CASE("a flow dissector sees packets as long as its link lives, and is the only one") {
    support::own_network const network;
    if (!network) return support::lacks_privilege(no_network);
    auto const netns = support::current_netns();
    support::counter const runs, others;
    auto const program = support::counting<program_kind::flow_dissector, 0>(runs);
    auto const other = support::counting<program_kind::flow_dissector, 0>(others);
    support::send_through_lo();
    CHECK(runs.moved() == 0);
    {
        auto link = program.attach(netns_hook{.netns = netns}).value();
        support::send_through_lo();
        CHECK(runs.moved() > 0);
        CHECK(link.info()->hook == attach_type::flow_dissector);
        CHECK(other.attach(netns_hook{.netns = netns}).error() == error{errc::e2big, command::link_create});
        CHECK(other.attach(direct::netns_hook{}).error() == error{errc::eexist, command::prog_attach});
        CHECK(link.update(other, program));
        support::send_through_lo();
        CHECK(runs.moved() == 0);
        CHECK(others.moved() > 0);
    }
    support::send_through_lo();
    CHECK(others.moved() == 0);
    support::fired("flow_dissector", "netns_hook");
}

TEST_CASE("a link does not take the place of a flow dissector without one") {
    support::own_network const network;
    if (!network) return support::lacks_privilege(no_network);
    auto const netns = support::current_netns();
    support::counter const runs;
    auto const program = support::counting<program_kind::flow_dissector, 0>(runs);
    auto attached = program.attach(direct::netns_hook{}).value();
    CHECK(program.attach(netns_hook{.netns = netns}).error() == error{errc::eexist, command::link_create});
    support::send_through_lo();
    CHECK(runs.moved() > 0);
    CHECK(attached.detach());
    CHECK(program.attach(netns_hook{.netns = netns}));
}
