// SPDX-License-Identifier: BSL-1.0
// Flow dissectors without a link on the running kernel: attached, replaced, left alone.
#include <bpfxx/attach/netns.hpp>

#include <bpfxx/program/handle.hpp>

#include "kernel/support/counting.hpp"
#include "kernel/support/descriptors_left.hpp"
#include "kernel/support/fired.hpp"
#include "kernel/support/netns.hpp"
#include "kernel/support/programs_at.hpp"
#include "kernel/support/skip.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <utility>

namespace {

using namespace bpfxx;

constexpr char const* no_network = "a network namespace cannot be made here";

struct counted {
    support::counter runs;
    std::optional<flow_dissector_program> program = support::counting<program_kind::flow_dissector, 0>(runs);

    [[nodiscard]] bool fires() const {
        static_cast<void>(runs.moved());
        support::send_through_lo();
        return runs.moved() != 0;
    }
};

std::uint32_t there() {
    auto const netns = support::current_netns();
    return support::programs_at(netns.borrow(), attach_type::flow_dissector);
}

} // namespace

TEST_CASE("a flow dissector sees packets as long as its attachment lives") {
    support::own_network const network;
    if (!network) return support::lacks_privilege(no_network);
    counted one;
    CHECK_FALSE(one.fires());
    {
        auto const attached = one.program->attach(direct::netns_hook{}).value();
        CHECK(one.fires());
        one.program.reset(); // the attachment keeps it
        CHECK(one.fires());
        CHECK(there() == 1);
    }
    CHECK_FALSE(one.fires());
    CHECK(there() == 0);
    support::fired("flow_dissector", "direct::netns_hook");
}

TEST_CASE("detach says what became of it, once") {
    support::own_network const network;
    if (!network) return support::lacks_privilege(no_network);
    counted const one;
    auto attached = one.program->attach(direct::netns_hook{}).value();
    CHECK(one.program->attach(direct::netns_hook{}).error() == error{errc::einval, command::prog_attach});
    CHECK(attached.detach());
    CHECK_FALSE(one.fires());
    CHECK(attached.detach());
    CHECK_FALSE(attached);
}

TEST_CASE("a flow dissector that took the place stays there") {
    support::own_network const network;
    if (!network) return support::lacks_privilege(no_network);
    counted const one, other;
    auto replaced = std::optional{one.program->attach(direct::netns_hook{}).value()};
    auto const attached = other.program->attach(direct::netns_hook{}).value();
    CHECK_FALSE(one.fires());
    CHECK(other.fires());
    SUBCASE("when the first is detached") {
        CHECK(replaced->detach().error() == error{errc::enoent, command::prog_detach});
    }
    SUBCASE("when the first is forgotten") { replaced.reset(); }
    CHECK(other.fires());
    CHECK(there() == 1);
}

TEST_CASE("an attachment belongs to the namespace in which it was made") {
    support::own_network const network;
    if (!network) return support::lacks_privilege(no_network);
    counted const one;
    auto attached = one.program->attach(direct::netns_hook{}).value();
    {
        support::own_network const another;
        CHECK_FALSE(one.fires());
        CHECK(attached.detach().error() == error{errc::enoent, command::prog_detach});
    }
    CHECK(one.fires());
}

TEST_CASE("what is left attached stays") {
    support::own_network const network;
    if (!network) return support::lacks_privilege(no_network);
    counted const one;
    {
        one.program->attach(direct::netns_hook{}).value().leave_attached();
    }
    CHECK(one.fires());
}

TEST_CASE("nothing is attached where the program cannot be kept") {
    support::own_network const network;
    if (!network) return support::lacks_privilege(no_network);
    counted const one;
    {
        support::descriptors_left const none{0};
        CHECK(one.program->attach(direct::netns_hook{}).error() == error{errc::emfile, command::duplicate_fd});
    }
    CHECK(there() == 0);
}
