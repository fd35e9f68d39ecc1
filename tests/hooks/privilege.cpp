// What loads and what attaches with which capabilities: the kernel asks for most of them when a program is loaded, so
// that whoever is handed a program may attach it at many hooks without any.
#include "hooks/places/direct.hpp"
#include "hooks/places/events.hpp"
#include "hooks/places/links.hpp"

#include "kernel/support/capabilities.hpp"
#include "kernel/support/hook_steps.hpp"
#include "kernel/support/skip.hpp"

#include <bpfxx/program/kinds.hpp>
#include <bpfxx/sys/file.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <string>

namespace {

using namespace bpfxx;
using support::capabilities;

constexpr auto none = capabilities::none, bpf = capabilities::bpf, net_admin = capabilities::net_admin,
               perfmon = capabilities::perfmon, sys_admin = capabilities::sys_admin;
constexpr capabilities every_mixture[]{
    none, bpf, net_admin, bpf | net_admin, perfmon, bpf | perfmon, net_admin | perfmon, bpf | net_admin | perfmon,
};

constexpr bool holds(capabilities what, capabilities wanted) { return (what | wanted) == what; }

std::uint64_t setting(char const* path) {
    auto const number = sys::read_number(path);
    return number ? *number : 0; // -1 is no number, and as little as 0
}

template <class Kind>
struct loading {
    template <int Returned>
    static error as(capabilities what) {
        return support::as_capable_of(what, [] {
            auto const loaded = support::place<Kind, Returned>{}.load();
            return support::steps::error_in(loaded);
        });
    }

    template <int Returned>
    static void check(capabilities needed) {
        if (auto const* reason = support::bpf_is_denied()) return support::lacks_privilege(reason);
        if (auto const failure = as<Returned>(bpf | net_admin | perfmon); failure != error{}) {
            CHECK(support::steps::lacks_feature(failure));
            return support::skip(("this kernel says " + support::steps::words(failure)).c_str());
        }
        constexpr error denied{errc::eperm, command::prog_load};
        for (auto const what : every_mixture) {
            CAPTURE(static_cast<std::uint64_t>(what));
            auto const failure = as<Returned>(what);
            CAPTURE(support::steps::words(failure));
            CHECK(failure == (holds(what, needed) ? error{} : denied));
        }
        CHECK(as<Returned>(sys_admin) == error{}); // as before Linux 5.8
    }
};

/// Attaches and detaches as somebody who was handed the program.
template <class Place>
error attach_as(capabilities what, Place const& here, typename Place::program const& program) {
    return support::as_capable_of(what, [&] {
        auto const attached = here.attach(program);
        return support::steps::error_in(attached);
    });
}

/// What it says without the capability that it takes, if it takes one; and leaves nothing either way.
template <class Place>
void check_attach(capabilities needed = none, error const& denied = {}) {
    auto const here = support::steps::usable<Place>();
    if (!here) return;
    auto const program = here->load().value();
    auto const before = here->contents();
    for (auto const what : every_mixture) {
        CAPTURE(static_cast<std::uint64_t>(what));
        auto const failure = attach_as(what, *here, program);
        CAPTURE(support::steps::words(failure));
        CHECK(failure == (holds(what, needed) ? error{} : denied));
    }
    CHECK(here->contents() == before);
}

constexpr error refused_event{errc::eacces, command::open_perf_event};
constexpr error refused_message{errc::eperm, command::send_message};

/// By default 2, where CAP_PERFMON is asked for; some distributions go beyond, and ask for CAP_SYS_ADMIN.
std::uint64_t paranoia() { return setting("/proc/sys/kernel/perf_event_paranoid"); }

} // namespace

TEST_CASE_TEMPLATE("programs that CAP_BPF is enough for", Kind, program_kind::socket_filter,
                   program_kind::cgroup_inet_ingress, program_kind::sk_reuseport, program_kind::sk_lookup) {
    if (setting("/proc/sys/kernel/unprivileged_bpf_disabled") == 0)
        return support::skip("the machine lets everybody load some programs");
    loading<Kind>::template check<1>(bpf);
}

TEST_CASE_TEMPLATE("programs of the network take CAP_NET_ADMIN too", Kind, program_kind::xdp, program_kind::sched_cls,
                   program_kind::sched_act, program_kind::lwt_in, program_kind::lwt_xmit, program_kind::lwt_seg6local,
                   program_kind::sk_msg, program_kind::sk_skb_verdict, program_kind::flow_dissector,
                   program_kind::sock_ops, program_kind::cgroup_device, program_kind::cgroup_inet_sock_create,
                   program_kind::cgroup_inet4_connect, program_kind::cgroup_sysctl, program_kind::cgroup_setsockopt,
                   program_kind::netfilter) {
    loading<Kind>::template check<std::same_as<Kind, program_kind::flow_dissector> ? 0 : 1>(bpf | net_admin);
}

TEST_CASE_TEMPLATE("programs that see the kernel take CAP_PERFMON too", Kind, program_kind::kprobe,
                   program_kind::tracepoint, program_kind::raw_tracepoint, program_kind::perf_event) {
    loading<Kind>::template check<0>(bpf | perfmon);
}

TEST_CASE_TEMPLATE("whoever has the program attaches it", Place, places::links::at_xdp, places::links::at_tcx,
                   places::links::at_sk_lookup, places::links::at_flow_dissector, places::links::at_netfilter,
                   places::links::at_sock_map, places::links::at_raw_tracepoint, places::links::at_btf_tracepoint,
                   places::links::at_iterator, places::links::at_fentry, places::links::at_uprobe_multi,
                   places::links::at_kprobe_multi, places::events::at_opened_event, places::without_link::at_tcx,
                   places::without_link::at_sock_map, places::without_link::at_netns, places::without_link::at_socket,
                   places::without_link::at_group_of_sockets) {
    check_attach<Place>();
}

TEST_CASE_TEMPLATE("netlink takes CAP_NET_ADMIN", Place, places::without_link::at_xdp, places::without_link::at_qdisc,
                   places::without_link::at_filter, places::without_link::at_action, places::without_link::at_route,
                   places::without_link::at_ipv6_route, places::without_link::at_segment) {
    check_attach<Place>(net_admin, refused_message);
}

TEST_CASE("programs that see packets take CAP_NET_ADMIN at cgroups") {
    SUBCASE("with a link") { check_attach<places::links::at_cgroup>(net_admin, {errc::eperm, command::link_create}); }
    SUBCASE("without one") {
        check_attach<places::without_link::at_cgroup>(net_admin, {errc::einval, command::prog_attach});
    }
    SUBCASE("and so does asking what is there") {
        check_attach<places::without_link::alone_at_cgroup>(net_admin, {errc::eperm, command::prog_query});
    }
}

TEST_CASE("whoever attached to a cgroup without a link needs CAP_NET_ADMIN to detach") {
    if (auto const* reason = support::bpf_is_denied()) return support::lacks_privilege(reason);
    support::cgroup const group;
    if (!group) return support::lacks_privilege("no cgroup2 here");
    auto const fd = group.open();
    auto const program = support::place<program_kind::cgroup_inet4_connect>{}.load().value();
    auto const contents = [&] { return support::programs_told(fd.borrow(), attach_type::cgroup_inet4_connect); };
    auto const empty = contents();
    auto const attach_and_detach = [&] {
        auto attached = program.attach(direct::cgroup_hook{.cgroup = fd});
        if (!attached) return attached.error();
        auto const done = attached->detach();
        return done ? error{} : done.error();
    };
    CHECK(support::as_capable_of(net_admin, attach_and_detach) == error{});
    CHECK(contents() == empty);
    CHECK(support::as_capable_of(none, attach_and_detach) == error{errc::eperm, command::prog_query});
    CHECK(contents() != empty);
}

TEST_CASE_TEMPLATE("events take CAP_PERFMON", Place, places::events::linked<places::events::tracepoint_place>,
                   places::events::linked<places::events::software_place>,
                   places::events::linked<places::events::breakpoint_place>,
                   places::events::controlled<places::events::tracepoint_place>,
                   places::events::controlled<places::events::software_place>,
                   places::events::controlled<places::events::breakpoint_place>,
                   places::events::defined<places::events::uprobe_place>,
                   places::events::defined<places::events::kprobe_place>) {
    if (paranoia() < 2) return support::skip("the machine lets everybody open events");
    check_attach<Place>(paranoia() == 2 ? perfmon : sys_admin, refused_event);
}

TEST_CASE_TEMPLATE("perf's own probes of files take CAP_SYS_ADMIN", Place,
                   places::events::linked<places::events::uprobe_place>,
                   places::events::controlled<places::events::uprobe_place>) {
    check_attach<Place>(sys_admin, refused_event);
    auto const here = support::steps::usable<Place>();
    if (here) CHECK(attach_as(sys_admin, *here, here->load().value()) == error{});
}
