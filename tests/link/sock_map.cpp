// SPDX-License-Identifier: BSL-1.0
// Links to maps of sockets on the running kernel: programs drop and redirect what is sent and received.
#include <bpfxx/link/sock_map.hpp>

#include <bpfxx/attach/sock_map.hpp>
#include <bpfxx/map/sock_map.hpp>

#include "kernel/support/bpffs.hpp"
#include "kernel/support/fired.hpp"
#include "kernel/support/programs_at.hpp"
#include "kernel/support/skip.hpp"
#include "kernel/support/sock_map.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <optional>
#include <unistd.h>
#include <utility>

namespace {

using namespace bpfxx;
using support::connection;

constexpr char const* no_network = "a network namespace cannot be made here";
constexpr char const* no_links = "this kernel has no links to maps of sockets (before Linux 6.10)";

bool kernel_has_links() {
    support::counter const runs;
    auto const map = sock_map<>::create({.max_entries = 1}).value();
    auto const link = support::counting<program_kind::sk_msg, support::pass>(runs).attach(sock_map_hook{.map = map});
    if (!link) CHECK(link.error() == error{errc::einval, command::link_create});
    return link.has_value();
}

/// Whether a test can go on here.
bool lacks_links() {
    if (!support::own_network{}) {
        support::lacks_privilege(no_network);
        return true;
    }
    if (kernel_has_links()) return false;
    support::skip(no_links);
    return true;
}

} // namespace

TEST_CASE("a sk_msg program sees what is sent, by the sockets that come into the map while it is attached") {
    if (lacks_links()) return;
    support::own_network const network;
    auto const map = sock_map<>::create({.max_entries = 4}).value();
    support::counter const runs;
    auto program = std::optional{support::counting<program_kind::sk_msg, support::pass>(runs)};
    connection const before = support::connected(), during = support::connected(), after = support::connected();
    CHECK(map.update(0, before.client));
    {
        auto const link = program->attach(sock_map_hook{.map = map}).value();
        CHECK(map.update(1, during.client));
        program.reset(); // the link keeps it
        CHECK(support::passes(during));
        CHECK(runs.moved() == 1);
        CHECK(support::passes(before));
        CHECK(runs.moved() == 0);
    }
    CHECK(map.update(2, after.client));
    CHECK(support::passes(after));
    CHECK(runs.moved() == 0);
    CHECK(support::passes(during)); // what came in with a program keeps it
    CHECK(runs.moved() == 1);
    CHECK(*map.erase(1));
    CHECK(support::passes(during));
    CHECK(runs.moved() == 0);
    support::fired("sk_msg", "sock_map_hook");
}

TEST_CASE("a sk_msg program drops what is sent") {
    if (lacks_links()) return;
    support::own_network const network;
    auto const map = sock_map<>::create({.max_entries = 2}).value();
    support::counter const runs;
    auto const program = support::counting<program_kind::sk_msg, support::drop>(runs);
    connection const dropped = support::connected(), after = support::connected();
    {
        auto const link = program.attach(sock_map_hook{.map = map}).value();
        CHECK(map.update(0, dropped.client));
        CHECK_FALSE(support::passes(dropped));
        CHECK(runs.moved() == 1);
    }
    CHECK(map.update(1, after.client));
    CHECK(support::passes(after));
}

TEST_CASE("a sk_msg program sends to another socket of the map") {
    if (lacks_links()) return;
    support::own_network const network;
    auto const map = sock_map<>::create({.max_entries = 2}).value();
    auto const program = support::loaded<program_kind::sk_msg>(support::sending_to_1.with(map.fd()));
    auto const link = program.attach(sock_map_hook{.map = map}).value();
    connection const from = support::connected(), to = support::connected();
    CHECK(map.update(0, from.client));
    CHECK(map.update(1, to.server));
    CHECK(support::send_text(from.client));
    CHECK(support::receives(to.server));
    CHECK_FALSE(support::receives(from.server, 50));
}

TEST_CASE("a sk_skb_verdict program drops what is received") {
    if (lacks_links()) return;
    support::own_network const network;
    auto const map = sock_hash<std::uint64_t>::create({.max_entries = 4}).value();
    support::counter const runs;
    auto const program = support::counting<program_kind::sk_skb_verdict, support::drop>(runs);
    connection const during = support::connected(), after = support::connected();
    {
        auto const link = program.attach(sock_map_hook{.map = map}).value();
        CHECK(map.update(1, during.server));
        CHECK_FALSE(support::passes(during));
        CHECK(runs.moved() > 0);
    }
    CHECK(map.update(2, after.server));
    CHECK(support::passes(after));
    support::fired("sk_skb_verdict", "sock_map_hook");
}

TEST_CASE("a parser and a verdict for streams: what is received is sent back") {
    if (lacks_links()) return;
    support::own_network const network;
    auto const map = sock_map<>::create({.max_entries = 2}).value();
    support::counter const parsed, sent_back;
    auto const parser = support::loaded<program_kind::sk_skb_stream_parser>(support::whole.with(parsed.fd()));
    auto const verdict =
        support::loaded<program_kind::sk_skb_stream_verdict>(support::sending_back.with(map.fd(), sent_back.fd()));
    auto const parser_link = parser.attach(sock_map_hook{.map = map});
    if (!parser_link) {
        CHECK(parser_link.error() == error{errc::eopnotsupp, command::link_create});
        return support::skip("this kernel has no stream parsers");
    }
    auto const verdict_link = verdict.attach(sock_map_hook{.map = map}).value();
    connection const tcp = support::connected();
    CHECK(map.update(0, tcp.server));
    CHECK(support::send_text(tcp.client));
    CHECK(support::receives(tcp.client));
    CHECK(parsed.moved() > 0);
    CHECK(sent_back.moved() > 0);
    support::fired("sk_skb_stream_parser", "sock_map_hook");
    support::fired("sk_skb_stream_verdict", "sock_map_hook");
}

TEST_CASE("what the kernel says of a link to a map of sockets, until it is detached") {
    if (lacks_links()) return;
    auto const map = sock_map<>::create({.max_entries = 1}).value();
    support::counter const runs;
    auto const program = support::counting<program_kind::sk_msg, support::pass>(runs);
    auto link = program.attach(sock_map_hook{.map = map}).value();
    auto const info = link.info().value();
    CHECK(info.id == *link.id());
    CHECK(info.program == *program.id());
    CHECK(info.map == *map.id());
    CHECK(info.hook == attach_type::sk_msg_verdict);
    CHECK(link.detach());
    CHECK(link.info()->map == std::nullopt);
    CHECK(link.detach());
    CHECK(link.update(program).error() == error{errc::enolink, command::link_update});
    CHECK(program.attach(sock_map_hook{.map = map}));
}

TEST_CASE("update of a link to a map of sockets counts for sockets that come in afterwards") {
    if (lacks_links()) return;
    support::own_network const network;
    auto const map = sock_map<>::create({.max_entries = 2}).value();
    support::counter const runs, others;
    auto const program = support::counting<program_kind::sk_msg, support::pass>(runs);
    auto const other = support::counting<program_kind::sk_msg, support::pass>(others);
    auto link = program.attach(sock_map_hook{.map = map}).value();
    connection const first = support::connected(), second = support::connected();
    CHECK(map.update(0, first.client));
    CHECK(link.update(other, other).error() == error{errc::eperm, command::link_update});
    CHECK(link.update(other, program));
    CHECK(link.info()->program == *other.id());
    CHECK(map.update(1, second.client));
    CHECK(support::passes(first));
    CHECK(runs.moved() == 1);
    CHECK(support::passes(second));
    CHECK(others.moved() == 1);
    CHECK(link.update(program));
    auto const receiving = support::counting<program_kind::sk_skb_verdict, support::pass>(runs);
    CHECK(link.update(receiving).error() == error{errc::einval, command::link_update});
}

TEST_CASE("one program for each hook of a map") {
    if (lacks_links()) return;
    auto const map = sock_map<>::create({.max_entries = 1}).value();
    sock_map_hook const hook{.map = map};
    direct::sock_map_hook const direct_hook{.map = map};
    support::counter const runs;
    auto const message = support::counting<program_kind::sk_msg, support::pass>(runs);
    auto const verdict = support::counting<program_kind::sk_skb_verdict, support::pass>(runs);
    auto const stream = support::counting<program_kind::sk_skb_stream_verdict, support::pass>(runs);
    error const busy{errc::ebusy, command::link_create};
    auto const link = message.attach(hook).value();
    CHECK(message.attach(hook).error() == busy);
    CHECK(message.attach(direct_hook).error() == error{errc::ebusy, command::prog_attach});
    {
        auto const other = verdict.attach(hook).value(); // another hook
        CHECK(stream.attach(hook).error() == busy);
    }
    auto const attached = stream.attach(direct_hook).value();
    CHECK(verdict.attach(hook).error() == busy);
}

TEST_CASE("a link takes the place of a program that was attached without one") {
    if (lacks_links()) return;
    auto const map = sock_map<>::create({.max_entries = 1}).value();
    support::counter const runs;
    auto const program = support::counting<program_kind::sk_msg, support::pass>(runs);
    auto const other = support::counting<program_kind::sk_msg, support::pass>(runs);
    auto attached = program.attach(direct::sock_map_hook{.map = map}).value();
    auto const link = other.attach(sock_map_hook{.map = map}).value();
    CHECK(attached.detach().error() == error{errc::ebusy, command::prog_detach});
    CHECK(link.info()->map == *map.id());
    CHECK(support::programs_at(map.fd(), attach_type::sk_msg_verdict) == 1);
}

TEST_CASE("a pinned link to a map of sockets keeps the map and the program") {
    if (lacks_links()) return;
    support::bpffs const files;
    if (!files) return support::lacks_privilege("a BPF file system cannot be mounted here");
    auto const path = files.path("link");
    auto const id = [&] {
        auto const map = sock_map<>::create({.max_entries = 1}).value();
        support::counter const runs;
        auto const program = support::counting<program_kind::sk_msg, support::pass>(runs);
        CHECK(program.attach(sock_map_hook{.map = map})->pin(path.c_str()));
        return *map.id();
    }();
    auto const link = sock_map_link::open(path.c_str()).value();
    CHECK(link.info()->map == id);
    CHECK(sock_map<>::open(id));
    CHECK(::unlink(path.c_str()) == 0);
}

TEST_CASE("what is no map of sockets") {
    support::counter const runs;
    auto const program = support::counting<program_kind::sk_msg, support::pass>(runs);
    auto const at = [](fd_ref<kind::map> map) { return sock_map_hook{.map = sock_map_reference::unchecked(map)}; };
    CHECK(program.attach(at(runs.fd())).error() == error{errc::einval, command::link_create});
    if (!kernel_has_links()) return support::skip(no_links);
    auto const nothing = fd_ref<kind::map>::from_raw(-1);
    CHECK(program.attach(at(nothing)).error() == error{errc::ebadf, command::link_create});
}
