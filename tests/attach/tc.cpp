// Traffic control filters without a link, by rtnetlink: on the clsact qdisc, in both directions, replaced, refused,
// found, and taken away again and nothing else.
#include <bpfxx/attach/tc.hpp>

#include <bpfxx/attach/clsact.hpp>
#include <bpfxx/attach/tc_action.hpp>
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/netlink/filter.hpp>
#include <bpfxx/program/context.hpp>
#include <bpfxx/program/handle.hpp>
#include <bpfxx/program/verdict.hpp>

#include "kernel/support/counting.hpp"
#include "kernel/support/descriptors_left.hpp"
#include "kernel/support/fired.hpp"
#include "kernel/support/judged.hpp"
#include "kernel/support/skip.hpp"
#include "kernel/support/unprivileged.hpp"
#include "kernel/support/veth.hpp"

#include <doctest/doctest.h>

#include <asm/unistd.h>
#include <sched.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace bpfxx;
using support::counter;
using support::counting;

using classifier = program_kind::sched_cls;
using action = program_kind::sched_act;
constexpr auto drop = static_cast<std::uint32_t>(tc_action::drop);
constexpr auto pass = static_cast<std::uint32_t>(tc_action::pass);
constexpr auto next = static_cast<std::uint32_t>(tc_action::next);
constexpr auto in = tc_direction::ingress, out = tc_direction::egress;

using attached_result = result_with<direct::tc_attachment, netlink::refusal>;
using qdisc_result = result_with<direct::clsact_qdisc, netlink::refusal>;

constexpr char const* no_notifications = "this kernel has no seccomp user notifications";
constexpr char const* no_actions = "this kernel has no act_bpf";

error refused(errc code) { return {code, command::send_message}; }

std::vector<tc_filter> filters(interface_index ifindex, tc_direction direction) {
    std::array<tc_filter, 16> buffer;
    auto const found = direct::query_tc(ifindex, direction, buffer);
    REQUIRE(found);
    return {found->begin(), found->end()};
}

/// A pair of devices and the qdisc on the one where packets arrive.
struct network {
    support::veth_pair const pair{};
    std::optional<direct::clsact_qdisc> qdisc{};
    char const* obstacle = "this kernel has no veth";

    network() {
        if (!pair) return;
        auto made = direct::clsact_qdisc::create(pair.out());
        obstacle = made ? nullptr : "this kernel has no clsact qdisc";
        if (made) qdisc.emplace(*std::move(made));
    }

    interface_index device() const { return pair.out(); }
    direct::tc_hook hook(tc_direction direction = in) const { return {.ifindex = device(), .direction = direction}; }
    direct::tc_hook hook_at(std::uint16_t priority, std::uint32_t handle, bool replace = false) const {
        return {.ifindex = device(), .direction = in, .priority = priority, .handle = handle, .replace = replace};
    }
    std::size_t count() const { return filters(device(), in).size() + filters(device(), out).size(); }
};

/// Sets the packet's mark, which a later program reads.
constexpr auto marking = [] {
    using namespace bpfxx::insn;
    return assemble(mov(r2, 0x1234), store<std::uint32_t>(r1 + ctx<classifier>::mark, r2), mov(r0, -1), exit());
}();

/// Drops packets that have that mark.
constexpr auto dropping_marked = [] {
    using namespace bpfxx::insn;
    return assemble(load<std::uint32_t>(r2, r1 + ctx<classifier>::mark), mov(r0, 0), jump_if(r2 != 0x1234, "end"),
                    mov(r0, 2), label("end"), exit());
}();

/// All descriptors, filters and qdiscs are as before where a step of `attempt` fails; the number of steps that did.
template <class Attempt>
int fails_at_each_step(network const& here, Attempt attempt) {
    int failed = 0;
    for (int const number : {__NR_socket, __NR_bind, __NR_getsockname, __NR_sendmsg, __NR_recvmsg}) {
        CAPTURE(number);
        errc code{};
        bool const ran = support::judged(
            {number},
            [](support::judged_call const& call) {
                return call.count == 1 ? std::optional<long>{-ENOBUFS} : std::nullopt;
            },
            [&] { code = attempt(); });
        if (!ran) return 0;
        CHECK(code == errc::enobufs);
        CHECK(here.count() == 0);
        ++failed;
    }
    support::descriptors_left const none{0};
    CHECK(attempt() == errc::emfile);
    return failed + 1;
}

} // namespace

TEST_CASE("packets are dropped where they arrive and where they leave, and then no more") {
    network const here;
    if (here.obstacle != nullptr) return support::skip(here.obstacle);
    counter const runs;
    auto const ran = [&] { return runs.moved() != 0; };
    auto const program = counting<classifier, drop>(runs);
    CHECK(here.pair.passes());
    {
        auto const attached = program.attach(here.hook(in));
        REQUIRE(attached);
        CHECK(here.pair.drops(ran));
        CHECK((*attached)->handle() != 0);
        CHECK((*attached)->priority() != 0);
        CHECK((*attached)->ifindex() == here.device());
        CHECK((*attached)->program() == *program.id());
    }
    CHECK(here.pair.passes());
    CHECK(here.pair.passes_back());
    {
        auto const attached = program.attach(here.hook(out));
        REQUIRE(attached);
        CHECK(here.pair.drops_back(ran));
        CHECK(here.pair.passes());
    }
    CHECK(here.pair.passes_back());
    CHECK(here.count() == 0);
    support::fired("sched_cls", "direct::tc_hook");
}

TEST_CASE("a program marks packets, and one behind it drops those") {
    network const here;
    if (here.obstacle != nullptr) return support::skip(here.obstacle);
    auto const marks = support::loaded<classifier>(marking), drops = support::loaded<classifier>(dropping_marked);
    auto const second = drops.attach(here.hook_at(20, 1));
    REQUIRE(second);
    CHECK(here.pair.passes());
    auto first = marks.attach(here.hook_at(10, 1));
    REQUIRE(first);
    CHECK(here.pair.drops([] { return true; }));
    CHECK(first->detach());
    CHECK(here.pair.passes());
}

TEST_CASE("a program that tells classes instead of verdicts lets everything pass") {
    network const here;
    if (here.obstacle != nullptr) return support::skip(here.obstacle);
    counter const runs;
    auto const program = counting<classifier, drop>(runs);
    auto hook = here.hook();
    hook.direct_action = false;
    auto const attached = program.attach(hook);
    REQUIRE(attached);
    CHECK(here.pair.passes());
    CHECK(runs.moved() != 0);
    CHECK_FALSE(filters(here.device(), in).at(0).direct_action);
}

TEST_CASE("filters are found in the order in which they run") {
    network const here;
    if (here.obstacle != nullptr) return support::skip(here.obstacle);
    counter const runs;
    auto const program = counting<classifier, next>(runs), other = counting<classifier, next>(runs);
    auto hook = here.hook_at(5, 7);
    hook.protocol = ether_type::ipv6;
    hook.name = "of_ipv6";
    auto const second = program.attach(hook);
    auto const first = other.attach(here.hook_at(4, 0));
    REQUIRE(second);
    REQUIRE(first);
    CHECK((*second)->priority() == 5);
    CHECK((*second)->handle() == 7);
    CHECK((*first)->priority() == 4);
    CHECK((*first)->handle() == 1);

    auto const found = filters(here.device(), in);
    REQUIRE(found.size() == 2);
    CHECK(found[0].priority == 4);
    CHECK(found[0].handle == 1);
    CHECK(found[0].protocol == ether_type::all);
    CHECK(found[0].program == *other.id());
    CHECK(found[0].direct_action);
    CHECK_FALSE(found[0].action);
    CHECK(found[1].priority == 5);
    CHECK(found[1].handle == 7);
    CHECK(found[1].protocol == ether_type::ipv6);
    CHECK(found[1].program == *program.id());
    CHECK(filters(here.device(), out).empty());

    std::array<tc_filter, 1> small;
    auto const too_many = direct::query_tc(here.device(), in, small);
    CHECK(too_many.error().failure.code == errc::too_many_matches);
    CHECK(here.pair.passes());
    CHECK(runs.moved() != 0);
}

TEST_CASE("what is there is kept, unless it is to be replaced") {
    network const here;
    if (here.obstacle != nullptr) return support::skip(here.obstacle);
    counter const runs;
    auto const first = counting<classifier, pass>(runs), second = counting<classifier, drop>(runs);
    auto attached = first.attach(here.hook_at(10, 1));
    REQUIRE(attached);
    auto const again = second.attach(here.hook_at(10, 1));
    REQUIRE(!again);
    CHECK(again.error().failure == refused(errc::eexist));
    CHECK(again.error().text.view() == "Filter already exists");
    CHECK(filters(here.device(), in).at(0).program == *first.id());

    auto replaced = second.attach(here.hook_at(10, 1, true));
    REQUIRE(replaced);
    REQUIRE(filters(here.device(), in).size() == 1);
    CHECK(filters(here.device(), in)[0].program == *second.id());
    CHECK(here.pair.drops([&] { return runs.moved() != 0; }));
    CHECK(attached->detach().error() == refused(errc::attached_by_another));
    CHECK(here.count() == 1);
    CHECK(replaced->detach());
    CHECK(here.count() == 0);
    CHECK(first.attach(here.hook_at(10, 1, true))); // nothing was there to replace
}

TEST_CASE("another filter of the same priority stays, and so does the same program elsewhere") {
    network const here;
    if (here.obstacle != nullptr) return support::skip(here.obstacle);
    counter const runs;
    auto const program = counting<classifier, next>(runs);
    auto one = program.attach(here.hook_at(10, 0));
    auto const two = program.attach(here.hook_at(10, 0));
    auto const egress = program.attach(here.hook(out));
    REQUIRE(one);
    REQUIRE(two);
    REQUIRE(egress);
    CHECK((*one)->handle() != (*two)->handle());
    CHECK(one->detach());
    REQUIRE(filters(here.device(), in).size() == 1);
    CHECK(filters(here.device(), in)[0].handle == (*two)->handle());
    CHECK(filters(here.device(), out).size() == 1);
    CHECK(one->detach()); // is over already
    CHECK(here.count() == 2);
}

TEST_CASE("a filter that somebody else deleted, or whose qdisc is gone") {
    network here;
    if (here.obstacle != nullptr) return support::skip(here.obstacle);
    counter const runs;
    auto const program = counting<classifier, pass>(runs);
    auto other = program.attach(here.hook_at(20, 1));
    REQUIRE(other);
    // The kernel says it in two ways: the last filter takes the chain of filters with it.
    for (auto const code : {errc::enoent, errc::einval}) {
        auto attached = program.attach(here.hook_at(10, 1));
        REQUIRE(attached);
        {
            auto const thief = program.attach(here.hook_at(10, 1, true)); // the same program: it counts as this one
            REQUIRE(thief);
        }
        if (code == errc::einval) CHECK(other->detach());
        CHECK(attached->detach().error() == refused(code));
    }
    CHECK(here.count() == 0);

    auto const last = program.attach(here.hook_at(10, 1));
    REQUIRE(last);
    CHECK(here.qdisc->detach().error() == refused(errc::attached_by_another)); // a filter of somebody is there
    CHECK(here.count() == 1);
}

TEST_CASE("the program may be closed, and the filter left") {
    network here;
    if (here.obstacle != nullptr) return support::skip(here.obstacle);
    counter const runs;
    {
        auto attached = counting<classifier, drop>(runs).attach(here.hook_at(10, 1));
        REQUIRE(attached);
        CHECK(here.pair.drops([&] { return runs.moved() != 0; }));
        std::move(*attached).leave_attached();
    }
    CHECK(here.pair.drops([&] { return runs.moved() != 0; }));
    auto const other = counting<classifier, pass>(runs).attach(here.hook_at(10, 1, true));
    REQUIRE(other);
    CHECK(here.pair.passes());
}

TEST_CASE("the qdisc: made once, by one, and gone with its guard") {
    network here;
    if (here.obstacle != nullptr) return support::skip(here.obstacle);
    auto const again = direct::clsact_qdisc::create(here.device());
    REQUIRE(!again);
    CHECK(again.error().failure == refused(errc::eexist));
    CHECK(again.error().text.view() == "Exclusivity flag on, cannot modify");
    CHECK((*here.qdisc)->ifindex() == here.device());
    CHECK(here.qdisc->detach());
    CHECK(here.qdisc->detach()); // is over already

    counter const runs;
    auto const program = counting<classifier, pass>(runs);
    auto const without = program.attach(here.hook());
    REQUIRE(!without);
    CHECK(without.error().failure == refused(errc::einval));
    CHECK(without.error().text.view().starts_with("Parent Qdisc doesn't exist"));

    auto made = direct::clsact_qdisc::create(here.device());
    REQUIRE(made);
    std::move(*made).leave_attached();
    CHECK(direct::clsact_qdisc::create(here.device()).error().failure.code == errc::eexist);
}

TEST_CASE("the device goes away first") {
    network here;
    if (here.obstacle != nullptr) return support::skip(here.obstacle);
    counter const runs;
    auto const program = counting<classifier, pass>(runs);
    auto const device = here.device();
    auto attached = program.attach(here.hook());
    REQUIRE(attached);
    here.pair.remove();
    CHECK(attached->detach().error() == refused(errc::enodev));
    CHECK(here.qdisc->detach().error() == refused(errc::enodev));
    direct::tc_hook const hook{.ifindex = device, .direction = in};
    CHECK(program.attach(hook).error().failure == refused(errc::enodev));
    CHECK(direct::clsact_qdisc::create(device).error().failure == refused(errc::enodev));
}

TEST_CASE("a thread in another network detaches where it was attached") {
    network here;
    if (here.obstacle != nullptr) return support::skip(here.obstacle);
    counter const runs;
    auto const program = counting<classifier, pass>(runs);
    auto attached = program.attach(here.hook());
    REQUIRE(attached);
    bool detached = false;
    std::thread{[&] { detached = ::unshare(CLONE_NEWNET) == 0 && attached->detach() && here.qdisc->detach(); }}.join();
    CHECK(detached);
    CHECK(direct::clsact_qdisc::create(here.device()));
}

TEST_CASE("without privilege") {
    network const here;
    if (here.obstacle != nullptr) return support::skip(here.obstacle);
    counter const runs;
    auto const program = counting<classifier, pass>(runs);
    CHECK(support::unprivileged([&] { return program.attach(here.hook()); }) == refused(errc::eperm));
    CHECK(support::unprivileged([&] { return direct::clsact_qdisc::create(here.pair.in()); }) == refused(errc::eperm));
}

TEST_CASE("a step fails: no filter, no qdisc and no descriptor is left") {
    network here;
    if (here.obstacle != nullptr) return support::skip(here.obstacle);
    counter const runs;
    auto const program = counting<classifier, pass>(runs);
    for (auto const& hook : {here.hook(), here.hook_at(10, 0), here.hook_at(10, 3)}) {
        auto const attempt = [&] {
            auto const attached = program.attach(hook);
            return attached ? errc{} : attached.error().failure.code;
        };
        if (fails_at_each_step(here, attempt) == 0) return support::skip(no_notifications);
    }
    CHECK(here.qdisc->detach());
}

TEST_CASE("the answer is lost where the same program is there: what is not known to be this one stays") {
    network const here;
    if (here.obstacle != nullptr) return support::skip(here.obstacle);
    counter const runs;
    auto const program = counting<classifier, next>(runs), other = counting<classifier, next>(runs);
    auto const before = program.attach(here.hook_at(10, 1));
    auto const beside = other.attach(here.hook_at(10, 2));
    REQUIRE(before);
    REQUIRE(beside);
    auto const lose = [&](direct::tc_hook const& hook) {
        std::optional<attached_result> attached;
        bool const ran = support::judged(
            {__NR_recvmsg},
            [](support::judged_call const& call) {
                return call.count == 1 ? std::optional<long>{-ENOBUFS} : std::nullopt;
            },
            [&] { attached = program.attach(hook); });
        return ran && !*attached;
    };
    if (!lose(here.hook_at(20, 0))) return support::skip(no_notifications);
    CHECK(here.count() == 2); // told by its priority
    CHECK(lose(here.hook_at(10, 5)));
    CHECK(here.count() == 2); // by its handle
    CHECK(lose(here.hook_at(10, 0)));
    CHECK(here.count() == 3); // two fit: neither is touched
}

TEST_CASE("an action: of every packet, and of those that a filter sends it") {
    network const here;
    if (here.obstacle != nullptr) return support::skip(here.obstacle);
    counter const runs, asked;
    auto const ran = [&] { return runs.moved() != 0; };
    auto const program = counting<action, drop>(runs);
    {
        auto const attached = program.attach(direct::tc_action_hook{.ifindex = here.device(), .direction = in});
        if (!attached) {
            CHECK(attached.error().failure == refused(errc::enoent));
            CHECK(attached.error().text.view() == "Failed to load TC action module");
            return support::skip(no_actions);
        }
        CHECK(here.pair.drops(ran));
        auto const found = filters(here.device(), in);
        REQUIRE(found.size() == 1);
        CHECK_FALSE(found[0].program);
        CHECK(found[0].action == *program.id());
    }
    CHECK(here.pair.passes());
    CHECK(here.count() == 0);

    auto const none = counting<classifier, 0>(asked), all = counting<classifier, next>(asked);
    {
        auto const attached =
            program.attach(direct::tc_action_hook{.ifindex = here.device(), .direction = in, .filter = none.fd()});
        REQUIRE(attached);
        CHECK(here.pair.passes());
        CHECK(asked.moved() != 0);
        CHECK(runs.moved() == 0);
    }
    auto attached = program.attach(direct::tc_action_hook{
        .ifindex = here.device(), .direction = out, .priority = 9, .handle = 3, .filter = all.fd(), .name = "shoot"});
    REQUIRE(attached);
    CHECK(here.pair.drops_back(ran));
    CHECK((*attached)->priority() == 9);
    CHECK((*attached)->handle() == 3);
    CHECK(attached->detach());
    CHECK(here.pair.passes_back());
    support::fired("sched_act", "direct::tc_action_hook");
}

TEST_CASE("an action that leaves it to the others, and one that is replaced") {
    network const here;
    if (here.obstacle != nullptr) return support::skip(here.obstacle);
    counter const runs;
    auto const undecided = counting<action, next>(runs), decided = counting<action, pass>(runs);
    direct::tc_action_hook hook{.ifindex = here.device(), .direction = in, .priority = 9, .handle = 3};
    hook.otherwise = tc_action::drop;
    auto first = undecided.attach(hook);
    if (!first) return support::skip(no_actions);
    CHECK(here.pair.drops([&] { return runs.moved() != 0; }));
    CHECK(decided.attach(hook).error().failure == refused(errc::eexist));
    hook.replace = true;
    auto const second = decided.attach(hook);
    REQUIRE(second);
    CHECK(here.pair.passes());
    CHECK(first->detach().error() == refused(errc::attached_by_another));
    CHECK(filters(here.device(), in).at(0).action == *decided.id());
}

TEST_CASE("a step of attaching an action fails") {
    network here;
    if (here.obstacle != nullptr) return support::skip(here.obstacle);
    counter const runs;
    auto const program = counting<action, pass>(runs);
    direct::tc_action_hook const hook{.ifindex = here.device(), .direction = in};
    if (!program.attach(hook)) return support::skip(no_actions);
    auto const attempt = [&] {
        auto const attached = program.attach(hook);
        return attached ? errc{} : attached.error().failure.code;
    };
    if (fails_at_each_step(here, attempt) == 0) return support::skip(no_notifications);
}
