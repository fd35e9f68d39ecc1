// SPDX-License-Identifier: BSL-1.0
// Programs at maps of sockets without a link on the running kernel: attached, replaced, left alone.
#include <bpfxx/attach/sock_map.hpp>

#include <bpfxx/map/sock_map.hpp>

#include "kernel/support/descriptors_left.hpp"
#include "kernel/support/fired.hpp"
#include "kernel/support/programs_at.hpp"
#include "kernel/support/skip.hpp"
#include "kernel/support/sock_map.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <optional>
#include <utility>

namespace {

using namespace bpfxx;
using support::connection;

constexpr char const* no_network = "a network namespace cannot be made here";

std::uint32_t there(sock_map<> const& map, attach_type hook = attach_type::sk_msg_verdict) {
    return support::programs_at(map.fd(), hook);
}

} // namespace

TEST_CASE("a sk_msg program sees what is sent, by the sockets that come into the map while it is attached") {
    support::own_network const network;
    if (!network) return support::lacks_privilege(no_network);
    auto const map = sock_map<>::create({.max_entries = 4}).value();
    support::counter const runs;
    auto program = std::optional{support::counting<program_kind::sk_msg, support::pass>(runs)};
    connection const during = support::connected(), after = support::connected();
    {
        auto const attached = program->attach(direct::sock_map_hook{.map = map}).value();
        program.reset(); // the attachment keeps it
        CHECK(map.update(0, during.client));
        CHECK(support::passes(during));
        CHECK(runs.moved() == 1);
        CHECK(there(map) == 1);
    }
    CHECK(there(map) == 0);
    CHECK(map.update(1, after.client));
    CHECK(support::passes(after));
    CHECK(runs.moved() == 0);
    support::fired("sk_msg", "direct::sock_map_hook");
}

TEST_CASE("a sk_skb_verdict program drops what is received") {
    support::own_network const network;
    if (!network) return support::lacks_privilege(no_network);
    auto const map = sock_hash<std::uint64_t>::create({.max_entries = 4}).value();
    support::counter const runs;
    auto const program = support::counting<program_kind::sk_skb_verdict, support::drop>(runs);
    connection const during = support::connected(), after = support::connected();
    {
        auto const attached = program.attach(direct::sock_map_hook{.map = map}).value();
        CHECK(map.update(1, during.server));
        CHECK_FALSE(support::passes(during));
        CHECK(runs.moved() > 0);
    }
    CHECK(map.update(2, after.server));
    CHECK(support::passes(after));
    support::fired("sk_skb_verdict", "direct::sock_map_hook");
}

TEST_CASE("a parser and a verdict for streams: what is received is sent back") {
    support::own_network const network;
    if (!network) return support::lacks_privilege(no_network);
    auto const map = sock_map<>::create({.max_entries = 2}).value();
    direct::sock_map_hook const hook{.map = map};
    support::counter const parsed, sent_back;
    auto const parser = support::loaded<program_kind::sk_skb_stream_parser>(support::whole.with(parsed.fd()));
    auto const verdict =
        support::loaded<program_kind::sk_skb_stream_verdict>(support::sending_back.with(map.fd(), sent_back.fd()));
    auto const parsing = parser.attach(hook);
    if (!parsing) {
        CHECK(parsing.error() == error{errc::eopnotsupp, command::prog_attach});
        return support::skip("this kernel has no stream parsers");
    }
    auto const deciding = verdict.attach(hook).value();
    connection const tcp = support::connected();
    CHECK(map.update(0, tcp.server));
    CHECK(support::send_text(tcp.client));
    CHECK(support::receives(tcp.client));
    CHECK(parsed.moved() > 0);
    CHECK(sent_back.moved() > 0);
    support::fired("sk_skb_stream_parser", "direct::sock_map_hook");
    support::fired("sk_skb_stream_verdict", "direct::sock_map_hook");
}

TEST_CASE("detach says what became of it, once") {
    auto const map = sock_map<>::create({.max_entries = 1}).value();
    support::counter const runs;
    auto const program = support::counting<program_kind::sk_msg, support::pass>(runs);
    auto attached = program.attach(direct::sock_map_hook{.map = map}).value();
    CHECK(attached.detach());
    CHECK(there(map) == 0);
    CHECK(attached.detach());
    CHECK_FALSE(attached);
}

TEST_CASE("a program that took the place stays there") {
    auto const map = sock_map<>::create({.max_entries = 1}).value();
    direct::sock_map_hook const hook{.map = map};
    support::counter const runs;
    auto const program = support::counting<program_kind::sk_msg, support::pass>(runs);
    auto const other = support::counting<program_kind::sk_msg, support::pass>(runs);
    auto replaced = std::optional{program.attach(hook).value()};
    auto attached = other.attach(hook).value();
    CHECK(there(map) == 1);
    SUBCASE("when the first is detached") {
        CHECK(replaced->detach().error() == error{errc::enoent, command::prog_detach});
    }
    SUBCASE("when the first is forgotten") { replaced.reset(); }
    CHECK(there(map) == 1);
    CHECK(attached.detach());
    CHECK(there(map) == 0);
}

TEST_CASE("the two verdicts on what is received exclude each other") {
    auto const map = sock_map<>::create({.max_entries = 1}).value();
    direct::sock_map_hook const hook{.map = map};
    support::counter const runs;
    auto const verdict = support::counting<program_kind::sk_skb_verdict, support::pass>(runs);
    auto const stream = support::counting<program_kind::sk_skb_stream_verdict, support::pass>(runs);
    auto const attached = stream.attach(hook).value();
    CHECK(verdict.attach(hook).error() == error{errc::ebusy, command::prog_attach});
    CHECK(there(map, attach_type::sk_skb_stream_verdict) == 1);
}

TEST_CASE("the attachment keeps the map") {
    support::counter const runs;
    auto const program = support::counting<program_kind::sk_msg, support::pass>(runs);
    auto map = std::optional{sock_map<>::create({.max_entries = 1}).value()};
    auto const id = *map->id();
    auto attached = program.attach(direct::sock_map_hook{.map = *map}).value();
    map.reset();
    CHECK(there(sock_map<>::open(id).value()) == 1);
    CHECK(attached.detach());
}

TEST_CASE("nothing is attached where a descriptor is missing, and no map of another type takes a program") {
    auto const map = sock_map<>::create({.max_entries = 1}).value();
    support::counter const runs;
    auto const program = support::counting<program_kind::sk_msg, support::pass>(runs);
    for (std::size_t const left : {0U, 1U}) {
        CAPTURE(left);
        support::descriptors_left const few{left};
        auto const attached = program.attach(direct::sock_map_hook{.map = map});
        CHECK(attached.error() == error{errc::emfile, command::duplicate_fd});
    }
    CHECK(there(map) == 0);
    auto const other = sock_map_reference::unchecked(runs.fd());
    auto const refused = program.attach(direct::sock_map_hook{.map = other});
    CHECK(refused.error() == error{errc::eopnotsupp, command::prog_attach});
}
