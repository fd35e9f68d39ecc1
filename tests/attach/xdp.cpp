// XDP without a link, by rtnetlink: attached, fired, replaced, refused, and taken off again and nothing else.
#include <bpfxx/attach/xdp.hpp>

#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/link/xdp.hpp>
#include <bpfxx/netlink/xdp.hpp>
#include <bpfxx/program/handle.hpp>
#include <bpfxx/program/verdict.hpp>

#include "kernel/support/counting.hpp"
#include "kernel/support/descriptors_left.hpp"
#include "kernel/support/fired.hpp"
#include "kernel/support/judged.hpp"
#include "kernel/support/skip.hpp"
#include "kernel/support/unprivileged.hpp"
#include "kernel/support/veth.hpp"
#include "map/support/sockets.hpp"

#include <doctest/doctest.h>

#include <asm/unistd.h>
#include <sched.h>
#include <sys/socket.h>

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>

namespace {

using namespace bpfxx;
using support::counting;

constexpr auto drop = static_cast<std::uint32_t>(xdp_action::drop);
constexpr auto pass = static_cast<std::uint32_t>(xdp_action::pass);
using xdp_kind = program_kind::xdp;
using attached_result = result_with<direct::xdp_attachment, netlink::refusal>;

static_assert(std::is_nothrow_move_constructible_v<direct::xdp_attachment> &&
              !std::is_copy_constructible_v<direct::xdp_attachment>);
static_assert(std::is_convertible_v<netlink::refusal, error>);

constexpr char const* no_veth = "this kernel has no veth";
constexpr char const* no_notifications = "this kernel has no seccomp user notifications";

error refused(errc code) { return {code, command::send_message}; }

xdp_programs programs_of(interface_index ifindex) { return direct::query_xdp(ifindex).value(); }
bool is_bare(interface_index ifindex) { return programs_of(ifindex).attached == xdp_attached::none; }

/// What an attachment says to the kernel, and what it comes to.
struct spoken {
    std::uint32_t ifindex = 0;
    std::optional<std::int32_t> descriptor, expected;
    std::uint32_t flags = 0;
};

spoken read_request(support::judged_call const& call) {
    auto const* const piece = call.pointer<::msghdr>(1)->msg_iov;
    netlink::byte_view rest{static_cast<std::byte const*>(piece->iov_base), piece->iov_len};
    auto const message = netlink::take_message(rest).value();
    using attribute = netlink::xdp_attribute;
    auto const xdp = message.behind<netlink::link_message>().nested(netlink::link_attribute::xdp);
    return {message.family<netlink::link_message>()->ifindex, xdp.get<std::int32_t>(attribute::descriptor),
            xdp.get<std::int32_t>(attribute::expected_descriptor), *xdp.get<std::uint32_t>(attribute::flags)};
}

} // namespace

TEST_CASE("an XDP program drops what arrives, in the driver and in the stack, and then no more") {
    support::veth_pair const pair;
    if (!pair) return support::skip(no_veth);
    support::counter const runs;
    auto const program = counting<xdp_kind, drop>(runs);
    for (auto const mode : {xdp_mode::native, xdp_mode::generic, xdp_mode::automatic}) {
        CAPTURE(static_cast<std::uint32_t>(mode));
        CHECK(pair.passes());
        {
            auto const attached = program.attach(direct::xdp_hook{.ifindex = pair.out(), .mode = mode});
            REQUIRE(attached);
            auto const found = programs_of(pair.out());
            auto const native = mode != xdp_mode::generic; // automatic is native where the driver can
            CHECK(found.attached == (native ? xdp_attached::native : xdp_attached::generic));
            CHECK((native ? found.native : found.generic) == *program.id());
            CHECK_FALSE((native ? found.generic : found.native));
            CHECK_FALSE(found.hardware);
            CHECK((*attached)->mode() == mode);
            CHECK((*attached)->ifindex() == pair.out());
            CHECK(pair.drops([&] { return runs.moved() != 0; }));
        }
        CHECK(is_bare(pair.out()));
        CHECK(pair.passes());
        CHECK(runs.moved() == 0);
    }
    support::fired("xdp", "direct::xdp_hook");
}

TEST_CASE("lo: in the stack only") {
    support::own_network const network;
    if (!network) return support::lacks_privilege("no network namespace of its own");
    constexpr interface_index lo{1};
    support::counter const runs;
    auto const program = counting<xdp_kind, pass>(runs);
    auto const native = program.attach(direct::xdp_hook{.ifindex = lo, .mode = xdp_mode::native});
    REQUIRE(!native);
    CHECK(native.error().failure == refused(errc::eopnotsupp));
    CHECK(native.error().text.view().find("driver") != std::string::npos);
    auto attached = program.attach(direct::xdp_hook{.ifindex = lo});
    REQUIRE(attached);
    CHECK(programs_of(lo).attached == xdp_attached::generic);
    auto const receiver = support::take_over(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    REQUIRE(support::bind_to(receiver, support::loopback()));
    auto const to = support::address_of(receiver);
    CHECK(::sendto(receiver.raw(), "x", 1, 0, reinterpret_cast<::sockaddr const*>(&to), sizeof to) == 1);
    char got = 0;
    CHECK(::recv(receiver.raw(), &got, 1, 0) == 1);
    CHECK(runs.moved() == 1);
    CHECK(attached->detach());
    CHECK(is_bare(lo));
}

TEST_CASE("detaching twice, moving, leaving attached") {
    support::veth_pair const pair;
    if (!pair) return support::skip(no_veth);
    support::counter const runs;
    auto const program = counting<xdp_kind, pass>(runs);
    direct::xdp_hook const hook{.ifindex = pair.out()};
    auto attached = program.attach(hook);
    REQUIRE(attached);
    CHECK(*attached);
    CHECK(attached->detach());
    CHECK_FALSE(static_cast<bool>(*attached));
    CHECK(is_bare(pair.out()));
    CHECK(attached->detach()); // is over already
    {
        auto again = program.attach(hook);
        REQUIRE(again);
        std::move(*again).leave_attached();
    }
    CHECK(programs_of(pair.out()).native == *program.id());
    auto taken_over = program.attach(direct::xdp_hook{.ifindex = pair.out(), .only_if_empty = false});
    REQUIRE(taken_over);
    {
        auto const moved = std::move(*taken_over);
        CHECK_FALSE(is_bare(pair.out()));
    }
    CHECK(is_bare(pair.out()));
}

TEST_CASE("the program may be closed before the guard") {
    support::veth_pair const pair;
    if (!pair) return support::skip(no_veth);
    support::counter const runs;
    std::optional<xdp_program> program = counting<xdp_kind, drop>(runs);
    auto attached = program->attach(direct::xdp_hook{.ifindex = pair.out()});
    REQUIRE(attached);
    program.reset();
    CHECK(pair.drops([&] { return runs.moved() != 0; }));
    CHECK(attached->detach());
    CHECK(pair.passes());
}

TEST_CASE("a program that is there is kept, and the kernel says so in words") {
    support::veth_pair const pair;
    if (!pair) return support::skip(no_veth);
    support::counter const runs;
    auto const first = counting<xdp_kind, pass>(runs), second = counting<xdp_kind, drop>(runs);
    auto const attached = first.attach(direct::xdp_hook{.ifindex = pair.out(), .mode = xdp_mode::native});
    REQUIRE(attached);
    auto const again = second.attach(direct::xdp_hook{.ifindex = pair.out(), .mode = xdp_mode::native});
    REQUIRE(!again);
    CHECK(again.error().failure == refused(errc::ebusy));
    CHECK(again.error().text.view() == "XDP program already attached");
    auto const other = second.attach(direct::xdp_hook{.ifindex = pair.out(), .mode = xdp_mode::generic});
    REQUIRE(!other);
    CHECK(other.error().failure == refused(errc::eexist));
    CHECK(other.error().text.view() == "Native and generic XDP can't be active at the same time");
    CHECK(programs_of(pair.out()).native == *first.id());
    CHECK(pair.passes());
}

TEST_CASE("one program gives way to another, and its guard to the other's") {
    support::veth_pair const pair;
    if (!pair) return support::skip(no_veth);
    support::counter const runs;
    auto const first = counting<xdp_kind, pass>(runs), second = counting<xdp_kind, drop>(runs);
    auto const third = counting<xdp_kind, pass>(runs);
    auto attached = first.attach(direct::xdp_hook{.ifindex = pair.out()});
    REQUIRE(attached);
    auto const wrong = second.attach(direct::xdp_hook{.ifindex = pair.out(), .replace = third.fd()});
    REQUIRE(!wrong);
    CHECK(wrong.error().failure == refused(errc::eexist));
    CHECK(wrong.error().text.view() == "Active program does not match expected");
    CHECK(programs_of(pair.out()).native == *first.id());

    auto replaced = second.attach(direct::xdp_hook{.ifindex = pair.out(), .replace = first.fd()});
    REQUIRE(replaced);
    CHECK(programs_of(pair.out()).native == *second.id());
    CHECK(pair.drops([&] { return runs.moved() != 0; }));
    CHECK(attached->detach().error() == refused(errc::attached_by_another));
    CHECK(programs_of(pair.out()).native == *second.id());

    auto const any = third.attach(direct::xdp_hook{.ifindex = pair.out(), .only_if_empty = false});
    REQUIRE(any);
    CHECK(pair.passes());
    CHECK(replaced->detach().error() == refused(errc::attached_by_another));
    CHECK(programs_of(pair.out()).native == *third.id());
}

TEST_CASE("a link is not replaced") {
    support::veth_pair const pair;
    if (!pair) return support::skip(no_veth);
    support::counter const runs;
    auto const first = counting<xdp_kind, pass>(runs), second = counting<xdp_kind, drop>(runs);
    auto const link = first.attach(bpfxx::xdp_hook{.ifindex = pair.out()});
    REQUIRE(link);
    for (bool const only_if_empty : {true, false}) {
        auto const over = second.attach(direct::xdp_hook{.ifindex = pair.out(), .only_if_empty = only_if_empty});
        REQUIRE(!over);
        CHECK(over.error().failure == refused(errc::ebusy));
        CHECK(over.error().text.view() == "Can't replace active BPF XDP link");
    }
    CHECK(programs_of(pair.out()).native == *first.id());
}

TEST_CASE("the guard of a program that somebody took off leaves the link that came then") {
    support::veth_pair const pair;
    if (!pair) return support::skip(no_veth);
    support::counter const runs;
    auto const first = counting<xdp_kind, pass>(runs), second = counting<xdp_kind, drop>(runs);
    auto attached = first.attach(direct::xdp_hook{.ifindex = pair.out()});
    REQUIRE(attached);
    {
        auto const thief = first.attach(direct::xdp_hook{.ifindex = pair.out(), .only_if_empty = false});
        REQUIRE(thief);
    }
    REQUIRE(is_bare(pair.out()));
    auto const link = second.attach(bpfxx::xdp_hook{.ifindex = pair.out()});
    REQUIRE(link);
    CHECK(attached->detach().error() == refused(errc::attached_by_another));
    CHECK(programs_of(pair.out()).native == *second.id());
}

TEST_CASE("the device goes away first") {
    support::veth_pair const pair;
    if (!pair) return support::skip(no_veth);
    support::counter const runs;
    auto const program = counting<xdp_kind, pass>(runs);
    auto const out = pair.out();
    auto attached = program.attach(direct::xdp_hook{.ifindex = out});
    REQUIRE(attached);
    pair.remove();
    CHECK(attached->detach().error() == refused(errc::enodev));
    auto const none = program.attach(direct::xdp_hook{.ifindex = out});
    REQUIRE(!none);
    CHECK(none.error().failure == refused(errc::enodev));
    CHECK(direct::query_xdp(out).error().failure == refused(errc::enodev));
}

TEST_CASE("a thread in another network detaches where it was attached") {
    support::veth_pair const pair;
    if (!pair) return support::skip(no_veth);
    support::counter const runs;
    auto const program = counting<xdp_kind, pass>(runs);
    auto attached = program.attach(direct::xdp_hook{.ifindex = pair.out()});
    REQUIRE(attached);
    bool detached = false;
    std::thread{[&] { detached = ::unshare(CLONE_NEWNET) == 0 && attached->detach(); }}.join();
    CHECK(detached);
    CHECK(is_bare(pair.out()));
}

TEST_CASE("without privilege") {
    support::veth_pair const pair;
    if (!pair) return support::skip(no_veth);
    support::counter const runs;
    auto const program = counting<xdp_kind, pass>(runs);
    CHECK(support::unprivileged([&] { return program.attach(direct::xdp_hook{.ifindex = pair.out()}); }) ==
          refused(errc::eperm));
    CHECK(is_bare(pair.out()));
}

TEST_CASE("what the kernel is told") {
    auto const program = support::counting<xdp_kind, pass>(support::counter{});
    auto const other = support::counting<xdp_kind, pass>(support::counter{});
    spoken said;
    auto const say = [&](direct::xdp_hook const& hook) {
        std::optional<attached_result> attached;
        bool const ran = support::judged(
            {__NR_sendmsg},
            [&](support::judged_call const& call) {
                said = read_request(call);
                return std::optional<long>{-ENOSYS};
            },
            [&] { attached = program.attach(hook); });
        return ran && attached->error().failure == refused(errc::enosys);
    };
    constexpr interface_index device{77};
    if (!say({.ifindex = device})) return support::skip(no_notifications);
    CHECK(said.ifindex == 77);
    CHECK(said.descriptor == program.fd().raw());
    CHECK(said.flags == 1);
    CHECK_FALSE(said.expected);
    CHECK(say({.ifindex = device, .mode = xdp_mode::hardware, .only_if_empty = false}));
    CHECK(said.flags == 8);
    CHECK(say({.ifindex = device, .mode = xdp_mode::native, .replace = other.fd()}));
    CHECK(said.flags == (4 | 16));
    CHECK(said.expected == other.fd().raw());
}

TEST_CASE("a step fails: nothing is attached, no descriptor is left") {
    support::veth_pair const pair;
    if (!pair) return support::skip(no_veth);
    support::counter const runs;
    auto const program = counting<xdp_kind, pass>(runs);
    direct::xdp_hook const hook{.ifindex = pair.out()};
    for (int const number : {__NR_socket, __NR_bind, __NR_getsockname, __NR_fcntl, __NR_sendmsg, __NR_recvmsg}) {
        CAPTURE(number);
        std::optional<attached_result> attached;
        bool const ran = support::judged(
            {number},
            [](support::judged_call const& call) {
                return call.count == 1 ? std::optional<long>{-ENOBUFS} : std::nullopt;
            },
            [&] { attached = program.attach(hook); });
        if (!ran) return support::skip(no_notifications);
        REQUIRE(!*attached);
        CHECK(attached->error().failure.code == errc::enobufs);
        CHECK(is_bare(pair.out()));
    }
    for (std::size_t const left : {0U, 1U}) {
        support::descriptors_left const limit{left};
        auto const attached = program.attach(hook);
        REQUIRE(!attached);
        CHECK(attached.error().failure.code == errc::emfile);
    }
    CHECK(is_bare(pair.out()));
}

TEST_CASE("the device's answer is lost or none") {
    support::own_network const network;
    if (!network) return support::lacks_privilege("no network namespace of its own");
    std::optional<result_with<xdp_programs, netlink::refusal>> found;
    bool const ran = support::judged(
        {__NR_recvmsg}, [](support::judged_call const&) { return std::optional<long>{-ENOMEM}; },
        [&] { found = direct::query_xdp(interface_index{1}); });
    if (!ran) return support::skip(no_notifications);
    CHECK(found->error().failure == error{errc::enomem, command::receive_message});
    CHECK(direct::query_xdp(interface_index{1}));
}
