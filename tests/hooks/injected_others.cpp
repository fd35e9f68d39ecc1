// What belongs to somebody else at a hook: it stays where ours is refused, where ours was replaced by it, and where ours
// fails to replace it. And what detaching says once the place is gone.
#include "hooks/places/direct.hpp"
#include "hooks/places/events.hpp"
#include "hooks/places/links.hpp"

#include "kernel/support/hook_steps.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace bpfxx;
using places::without_link::behind_qdisc;
using places::without_link::in_group;
using support::steps::error_in;
using support::steps::words;

/// A second program is refused, and neither it nor the first one's place is touched.
template <class Place>
void check_refused(error const& expected) {
    auto const here = support::steps::usable<Place>();
    if (!here) return;
    auto const others = here->load().value();
    auto const theirs = here->attach(others);
    REQUIRE(theirs);
    auto program = std::optional{here->load().value()};
    auto const id = program->id().value();
    support::steps::state const before{*here};
    {
        auto const ours = here->attach(*program);
        CAPTURE(words(error_in(ours)));
        CHECK(error_in(ours) == expected);
    }
    support::steps::state const after{*here};
    CHECK(after.contents == before.contents);
    CHECK(after.open == before.open);
    program.reset();
    CHECK(support::vanishes(id));
}

/// Whoever comes later takes the place, and detaching the first one leaves the second alone, once and again.
template <class Place>
void check_replaced(error const& expected) {
    auto const here = support::steps::usable<Place>();
    if (!here) return;
    auto const empty = here->contents();
    auto const ours = here->load().value(), others = here->load().value();
    auto attached = here->attach(ours);
    REQUIRE(attached);
    auto theirs = here->attach(others);
    CAPTURE(words(error_in(theirs)));
    REQUIRE(theirs);
    auto const before = here->contents();
    auto const done = attached->detach();
    CAPTURE(words(error_in(done)));
    CHECK(error_in(done) == expected);
    CHECK(attached->detach()); // over is over
    CHECK(here->contents() == before);
    CHECK(theirs->detach());
    CHECK(here->contents() == empty);
}

/// What `detach` says after a device or a cgroup was removed; nothing holds the program then.
template <class Place>
void check_gone(std::vector<error> const& any_of) {
    auto const nothing = support::descriptors();
    {
        auto const here = support::steps::usable<Place>();
        if (!here) return;
        auto program = std::optional{here->load().value()};
        auto const id = program->id().value();
        auto attached = here->attach(*program);
        REQUIRE(attached);
        here->remove_target();
        auto const done = attached->detach();
        CAPTURE(words(error_in(done)));
        bool found = false;
        for (auto const& one : any_of) found = found || error_in(done) == one;
        CHECK(found);
        program.reset();
        {
            auto const closed = std::move(attached);
        }
        CHECK(support::vanishes(id));
    }
    CHECK(support::descriptors() == nothing);
}

constexpr error busy_link{errc::ebusy, command::link_create};
constexpr error refused(errc code) { return {code, command::send_message}; }

/// Takes the place of whatever is there.
struct over_xdp : places::without_link::at_xdp {
    auto attach(program const& what) const {
        return what.attach(direct::xdp_hook{.ifindex = device, .only_if_empty = false});
    }
};

struct over_filter : behind_qdisc<program_kind::sched_cls> {
    auto attach(program const& what) const {
        return what.attach(direct::tc_hook{
            .ifindex = device, .direction = tc_direction::egress, .priority = 9, .handle = 5, .replace = true});
    }
};

/// Replaces one program by name, in one of these ways.
struct instead_of_xdp : places::without_link::at_xdp {
    auto replace(program const& theirs, program const& ours) const {
        return ours.attach(direct::xdp_hook{.ifindex = device, .replace = theirs.fd()});
    }
};

struct instead_at_cgroup : in_group {
    auto attach(program const& what) const {
        return what.attach(direct::cgroup_hook{.cgroup = fd, .sharing = cgroup_sharing::overridable});
    }
    auto replace(program const& theirs, program const& ours) const {
        return ours.attach(
            direct::cgroup_hook{.cgroup = fd, .sharing = cgroup_sharing::overridable, .replace = theirs.fd()});
    }
};

struct instead_among_many : in_group {
    auto attach(program const& what) const { return what.attach(direct::cgroup_hook{.cgroup = fd}); }
    auto replace(program const& theirs, program const& ours) const {
        return ours.attach(direct::cgroup_hook{.cgroup = fd, .replace = theirs.fd()});
    }
};

struct instead_of_tcx : places::without_link::at_tcx {
    auto replace(program const& theirs, program const& ours) const {
        return ours.attach(
            direct::tcx_hook{.ifindex = device, .direction = tc_direction::ingress, .replace = theirs.fd()});
    }
};

struct instead_of_filter : over_filter {
    auto replace(program const&, program const& ours) const { return attach(ours); }
};

} // namespace

TEST_CASE("a place that is taken stays as it is") {
    SUBCASE("XDP link") { check_refused<places::links::at_xdp>(busy_link); }
    SUBCASE("generic XDP link") { check_refused<places::links::at_generic_xdp>(busy_link); }
    SUBCASE("netfilter") { check_refused<places::links::at_netfilter>(busy_link); }
    SUBCASE("map of sockets") { check_refused<places::links::at_sock_map>(busy_link); }
    SUBCASE("flow dissector") { check_refused<places::links::at_flow_dissector>({errc::e2big, command::link_create}); }
    SUBCASE("event") { check_refused<places::events::at_opened_event>({errc::eexist, command::link_create}); }
    SUBCASE("XDP") { check_refused<places::without_link::at_xdp>(refused(errc::ebusy)); }
    SUBCASE("qdisc") { check_refused<places::without_link::at_qdisc>(refused(errc::eexist)); }
    SUBCASE("filter") { check_refused<places::without_link::at_known_filter>(refused(errc::eexist)); }
    SUBCASE("route") { check_refused<places::without_link::at_route>(refused(errc::eexist)); }
    SUBCASE("IPv6 route") { check_refused<places::without_link::at_ipv6_route>(refused(errc::eexist)); }
    SUBCASE("segment") { check_refused<places::without_link::at_segment>(refused(errc::eexist)); }
    SUBCASE("cgroup") {
        check_refused<places::without_link::alone_at_cgroup>({errc::attached_by_another, command::prog_query});
    }
}

TEST_CASE("who came later stays") {
    SUBCASE("map of sockets") {
        check_replaced<places::without_link::at_sock_map>({errc::enoent, command::prog_detach});
    }
    SUBCASE("flow dissector") { check_replaced<places::without_link::at_netns>({errc::enoent, command::prog_detach}); }
    SUBCASE("XDP") { check_replaced<over_xdp>(refused(errc::attached_by_another)); }
    SUBCASE("filter") { check_replaced<over_filter>(refused(errc::attached_by_another)); }
}

TEST_CASE("the place is gone") {
    SUBCASE("XDP link") { check_gone<places::links::at_xdp>({{}}); }
    SUBCASE("tcx link") { check_gone<places::links::at_tcx>({{}}); }
    SUBCASE("cgroup link") { check_gone<places::links::at_cgroup>({{}}); }
    SUBCASE("XDP") { check_gone<places::without_link::at_xdp>({refused(errc::enodev)}); }
    SUBCASE("qdisc") { check_gone<places::without_link::at_qdisc>({refused(errc::enodev)}); }
    SUBCASE("filter") { check_gone<places::without_link::at_filter>({refused(errc::enodev)}); }
    SUBCASE("action") { check_gone<places::without_link::at_action>({refused(errc::enodev)}); }
    SUBCASE("route") { check_gone<places::without_link::at_route>({refused(errc::esrch)}); }
    SUBCASE("IPv6 route") { check_gone<places::without_link::at_ipv6_route>({refused(errc::esrch)}); }
    SUBCASE("segment") { check_gone<places::without_link::at_segment>({refused(errc::esrch)}); }
    SUBCASE("tcx") { check_gone<places::without_link::at_tcx>({{errc::enodev, command::prog_detach}}); }
    SUBCASE("cgroup") { check_gone<places::without_link::at_cgroup>({{errc::enoent, command::prog_query}}); }
    SUBCASE("exclusive cgroup") {
        check_gone<places::without_link::alone_at_cgroup>({{errc::enoent, command::prog_query}});
    }
}

TEST_CASE_TEMPLATE("what cannot be replaced stays", Place, instead_of_xdp, instead_at_cgroup, instead_among_many,
                   instead_of_tcx, instead_of_filter) {
    auto const here = support::steps::usable<Place>();
    if (!here) return;
    auto const others = here->load().value();
    auto const ours = here->load().value();
    std::vector<support::made_call> calls{1};
    for (support::failing_call fails{.which = 1, .code = ENOMEM}; fails.which <= calls.size(); ++fails.which) {
        CAPTURE(fails.which);
        auto const empty = here->contents();
        auto const theirs = here->attach(others);
        REQUIRE(theirs);
        auto const before = here->contents();
        std::optional<decltype(here->replace(others, ours))> attached;
        calls = support::with_failure(fails, [&] { attached.emplace(here->replace(others, ours)); });
        if (calls.size() < fails.which) break; // it got through
        auto const& failed = calls[fails.which - 1];
        CAPTURE(words(error_in(*attached)));
        // Where the answer was lost both are gone: what was replaced cannot be had back.
        if (failed.number == __NR_recvmsg)
            CHECK((here->contents() == empty || here->contents() == before));
        else if (!support::steps::is_let_pass(failed))
            CHECK(here->contents() == before);
    }
}

// Which of two filters of one program was made by the request whose answer is lost, nobody can tell: none is removed.
TEST_CASE("a filter whose answer is lost takes no other filter of the program with it") {
    using here_type = places::without_link::at_filter;
    auto const here = support::steps::usable<here_type>();
    if (!here) return;
    auto const program = here->load().value();
    auto first = here->attach(program);
    REQUIRE(first);
    std::optional<support::steps::attached_to<here_type>> second;
    support::failing_call const answer_is_lost{.which = 7, .code = ENOBUFS};
    static_cast<void>(support::with_failure(answer_is_lost, [&] { second.emplace(here->attach(program)); }));
    CHECK(error_in(*second) == error{errc::enobufs, command::receive_message});
    CHECK(first->detach());
}

TEST_CASE("a qdisc that is there already stays whichever answer is lost") {
    auto const here = support::steps::usable<places::without_link::at_qdisc>();
    if (!here) return;
    auto const theirs = direct::clsact_qdisc::create(here->device);
    REQUIRE(theirs);
    auto const before = here->contents();
    for (auto fails : support::steps::every_failure)
        for (fails.which = 1; fails.which != 12; ++fails.which) { // ten calls where it is refused, and one to close
            CAPTURE(fails.which);
            bool made = false;
            static_cast<void>(
                support::with_failure(fails, [&] { made = direct::clsact_qdisc::create(here->device).has_value(); }));
            CHECK_FALSE(made);
            CHECK(here->contents() == before);
        }
}
