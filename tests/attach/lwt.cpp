// Routes whose packets a program sees: in, out and xmit, over IPv4 and IPv6, deleted again and no other route.
#include <bpfxx/attach/lwt.hpp>

#include <bpfxx/attach/route.hpp>
#include <bpfxx/map/ip_prefix.hpp>
#include <bpfxx/netlink/route.hpp>
#include <bpfxx/program/handle.hpp>
#include <bpfxx/sys/file.hpp>

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
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <sys/socket.h>

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace bpfxx;
using namespace bpfxx::literals;
using support::counter;
using support::counting;

constexpr std::uint32_t pass = 0, drop = 2; // BPF_OK, BPF_DROP
constexpr interface_index lo{1};
using in_kind = program_kind::lwt_in;
using out_kind = program_kind::lwt_out;
using xmit_kind = program_kind::lwt_xmit;
using attached_result = result_with<direct::route_attachment, netlink::refusal>;

constexpr char const* no_veth = "this kernel has no veth";
constexpr char const* no_notifications = "this kernel has no seccomp user notifications";

error refused(errc code) { return {code, command::send_message}; }

/// Sends a datagram to 10.0.0.0/8 or fd00::/16; whether the kernel took it.
bool send_to(bool ipv6) {
    auto const socket = support::take_over(::socket(ipv6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ::sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(9);
    to.sin_addr.s_addr = htonl(0x0a09'0909);
    ::sockaddr_in6 to6{};
    to6.sin6_family = AF_INET6;
    to6.sin6_port = htons(9);
    to6.sin6_addr.s6_addr[0] = 0xfd;
    to6.sin6_addr.s6_addr[15] = 9;
    auto const* const address =
        ipv6 ? reinterpret_cast<::sockaddr const*>(&to6) : reinterpret_cast<::sockaddr const*>(&to);
    return ::sendto(socket.raw(), "x", 1, 0, address, ipv6 ? sizeof to6 : sizeof to) == 1;
}

/// Routes of IPv6 over lo lead nowhere, so that there is a device for each protocol.
struct devices {
    support::veth_pair const pair{};

    devices() {
        if (!pair) return;
        set("/proc/sys/net/ipv6/conf/in/addr_gen_mode", "1");
        set("/proc/sys/net/ipv6/conf/in/accept_dad", "0");
        set("/proc/sys/net/ipv6/conf/in/disable_ipv6", "0");
        struct {
            std::uint8_t family = AF_INET6, bits = 128, flags = IFA_F_NODAD, scope = 0;
            std::uint32_t ifindex;
        } const address{.ifindex = static_cast<std::uint32_t>(pair.in())};
        netlink::message<64> request{netlink::message_type::new_address, netlink::message_flags::create, address};
        request.put(static_cast<ifa>(IFA_ADDRESS), ipv6_address{0xfd, 0xff});
        CHECK(netlink::route_socket::open().value().ask(request));
    }

    interface_index device(bool ipv6) const { return ipv6 ? pair.in() : lo; }

  private:
    enum class ifa : std::uint16_t {};

    static void set(char const* path, std::string_view text) {
        auto const file = sys::open_file(path, O_WRONLY);
        REQUIRE(file);
        CHECK(sys::write_once(file->borrow(), text));
    }
};

/// How many routes of a family the tables hold.
std::size_t routes(bool ipv6) {
    auto asking = netlink::route_socket::open().value();
    netlink::message<32> request{
        netlink::message_type::get_route, netlink::message_flags::dump,
        netlink::route_message{.family = static_cast<std::uint8_t>(ipv6 ? AF_INET6 : AF_INET)}};
    std::size_t count = 0;
    CHECK(asking.ask(request, [&](netlink::message_view const& answer) {
        constexpr std::uint8_t by_administrator = 4; // and not by the kernel, whenever it thinks of it
        if (answer.family<netlink::route_message>()->protocol == by_administrator) ++count;
    }));
    return count;
}
std::size_t routes() { return routes(false) + routes(true); }

/// The same route without a program, by other means.
template <class Prefix>
void change_plain_route(devices const& here, netlink::message_type change, Prefix const& prefix,
                        std::uint32_t metric = 0) {
    auto asking = netlink::route_socket::open().value();
    bool const ipv6 = sizeof prefix.address == 16;
    netlink::message<96> request{
        change, netlink::message_flags::create | netlink::message_flags::replace,
        netlink::route_message{.family = static_cast<std::uint8_t>(ipv6 ? AF_INET6 : AF_INET),
                               .destination_bits = static_cast<std::uint8_t>(prefix.prefix_bits),
                               .table = RT_TABLE_MAIN,
                               .protocol = RTPROT_STATIC,
                               .scope = static_cast<std::uint8_t>(ipv6 ? 0 : RT_SCOPE_LINK),
                               .type = RTN_UNICAST}};
    request.put(netlink::route_attribute::destination, prefix.address);
    request.put(netlink::route_attribute::interface, here.device(ipv6));
    if (metric != 0) request.put(netlink::route_attribute::metric, metric);
    auto const done = asking.ask(request);
    INFO(std::string{done ? "" : done.error().text.view()});
    CHECK(done);
}

template <class Kind>
void fires(devices const& here, char const* kind, route_destination const& destination) {
    CAPTURE(std::string{kind});
    bool const ipv6 = destination.is_ipv6();
    counter const runs;
    auto const before = routes();
    auto const passing = counting<Kind, pass>(runs), dropping = counting<Kind, drop>(runs);
    bool const incoming = std::same_as<Kind, in_kind>;
    auto const device = here.device(ipv6 && !incoming);
    direct::lwt_hook const hook{
        .destination = destination, .ifindex = device, .local = incoming, .headroom = incoming ? 0U : 14U};
    {
        auto const attached = passing.attach(hook);
        INFO(std::string{attached ? "" : attached.error().text.view()});
        REQUIRE(attached);
        CHECK(routes() == before + 1);
        for (int packet = 0; packet != 2; ++packet) {
            CHECK(send_to(ipv6));
            auto const moved = runs.moved(); // what comes in is answered, and the answer comes in, too
            CHECK((incoming ? moved >= 1 : moved == 1));
        }
    }
    CHECK(routes() == before);
    static_cast<void>(runs.moved()); // what came in late
    static_cast<void>(send_to(ipv6));
    CHECK(runs.moved() == 0);
    {
        auto attached = dropping.attach(hook);
        REQUIRE(attached);
        CHECK((*attached)->ifindex() == device);
        static_cast<void>(send_to(ipv6));
        CHECK(runs.moved() == 1);
        CHECK(attached->detach());
        CHECK(attached->detach()); // is over already
    }
    CHECK(routes() == before);
    support::fired(kind, "direct::lwt_hook");
}

} // namespace

TEST_CASE("programs see packets that come in, leave and are sent by a route, and then no more") {
    devices const here;
    if (!here.pair) return support::skip(no_veth);
    fires<in_kind>(here, "lwt_in", "10.9.9.9"_ipv4);
    fires<out_kind>(here, "lwt_out", "10.9.0.0/16"_ipv4);
    fires<xmit_kind>(here, "lwt_xmit", "10.0.0.0/8"_ipv4);
}

TEST_CASE("the same over IPv6") {
    devices const here;
    if (!here.pair) return support::skip(no_veth);
    fires<in_kind>(here, "lwt_in", "fd00::9"_ipv6);
    fires<out_kind>(here, "lwt_out", "fd00::/64"_ipv6);
    fires<xmit_kind>(here, "lwt_xmit", "fd00::/16"_ipv6);
}

TEST_CASE("a dropped packet is not sent") {
    devices const here;
    if (!here.pair) return support::skip(no_veth);
    counter const runs;
    auto const program = counting<out_kind, drop>(runs);
    auto const attached = program.attach(direct::lwt_hook{.destination = "10.9.0.0/16"_ipv4, .ifindex = lo});
    REQUIRE(attached);
    CHECK_FALSE(send_to(false));
}

TEST_CASE("a route that is there is kept") {
    devices const here;
    if (!here.pair) return support::skip(no_veth);
    counter const runs;
    auto const first = counting<out_kind, pass>(runs), second = counting<out_kind, drop>(runs);
    for (route_destination const& destination : {route_destination{"10.9.0.0/16"_ipv4}, {"fd00::/64"_ipv6}}) {
        auto const before = routes();
        direct::lwt_hook hook{.destination = destination, .ifindex = here.device(destination.is_ipv6())};
        auto const attached = first.attach(hook);
        REQUIRE(attached);
        CHECK(second.attach(hook).error().failure == refused(errc::eexist));
        hook.metric = 7;
        auto other = second.attach(hook);
        REQUIRE(other);
        CHECK(routes() == before + 2);
        CHECK(other->detach());
        CHECK(routes() == before + 1);
        hook.table = 4711;
        other = second.attach(hook);
        REQUIRE(other);
        CHECK(routes() == before + 2);
    }
}

TEST_CASE("somebody else's route in the place of ours is left alone") {
    devices const here;
    if (!here.pair) return support::skip(no_veth);
    counter const runs;
    auto const program = counting<out_kind, pass>(runs);
    auto const before = routes();
    auto const replaced = [&](auto const& prefix, std::uint32_t metric) {
        auto attached = program.attach(direct::lwt_hook{
            .destination = prefix, .ifindex = here.device(sizeof prefix.address == 16), .metric = metric});
        REQUIRE(attached);
        change_plain_route(here, netlink::message_type::new_route, prefix, metric);
        CHECK(routes() == before + 1);
        CHECK(attached->detach().error() == refused(errc::esrch));
        CHECK(routes() == before + 1);
        change_plain_route(here, netlink::message_type::delete_route, prefix, metric);
        CHECK(routes() == before);
    };
    replaced("10.9.0.0/16"_ipv4, 5);
    replaced("fd00::/64"_ipv6, 5);
}

TEST_CASE("a route that is gone") {
    devices const here;
    if (!here.pair) return support::skip(no_veth);
    counter const runs;
    auto const program = counting<out_kind, pass>(runs);
    auto ipv4 = program.attach(direct::lwt_hook{.destination = "10.9.0.0/16"_ipv4, .ifindex = lo});
    auto ipv6 = program.attach(direct::lwt_hook{.destination = "fd00::/64"_ipv6, .ifindex = here.pair.in()});
    REQUIRE(ipv4);
    REQUIRE(ipv6);
    change_plain_route(here, netlink::message_type::delete_route, "10.9.0.0/16"_ipv4);
    change_plain_route(here, netlink::message_type::delete_route, "fd00::/64"_ipv6);
    CHECK(ipv4->detach().error() == refused(errc::esrch));
    CHECK(ipv6->detach().error() == refused(errc::esrch));
}

TEST_CASE("the program may be closed before, and the guard be in another network") {
    devices const here;
    if (!here.pair) return support::skip(no_veth);
    counter const runs;
    for (route_destination const& destination : {route_destination{"10.9.0.0/16"_ipv4}, {"fd00::/64"_ipv6}}) {
        auto const before = routes();
        auto attached = counting<xmit_kind, pass>(runs).attach(
            direct::lwt_hook{.destination = destination, .ifindex = here.device(destination.is_ipv6())});
        REQUIRE(attached);
        CHECK(send_to(destination.is_ipv6()));
        CHECK(runs.moved() == 1);
        bool detached = false;
        std::thread{[&] { detached = ::unshare(CLONE_NEWNET) == 0 && attached->detach(); }}.join();
        CHECK(detached);
        CHECK(routes() == before);
    }
}

TEST_CASE("what the kernel refuses") {
    devices const here;
    if (!here.pair) return support::skip(no_veth);
    counter const runs;
    auto const program = counting<xmit_kind, pass>(runs);
    auto const attach = [&](direct::lwt_hook const& hook) { return program.attach(hook); };
    auto const bits = attach({.destination = "10.9.9.9/16"_ipv4, .ifindex = lo});
    REQUIRE(!bits);
    CHECK(bits.error().failure == refused(errc::einval));
    CHECK(bits.error().text.view() == "Invalid prefix for given prefix length");
    auto const gone = attach({.destination = "10.9.0.0/16"_ipv4, .ifindex = interface_index{0x7fff'0000}});
    CHECK(gone.error().failure == refused(errc::enodev));
    CHECK(attach({.destination = "10.9.0.0/16"_ipv4, .ifindex = lo, .headroom = 257}).error().failure ==
          refused(errc::erange));
    auto const other = attach({.destination = "10.9.0.0/16"_ipv4, .ifindex = lo, .gateway = ipv6_address{0xfd}});
    REQUIRE(!other);
    CHECK(other.error().failure == refused(errc::einval));
    CHECK(other.error().text.view() == "the gateway is of another protocol than the destination");
    CHECK(support::unprivileged([&] { return attach({.destination = "10.9.0.0/16"_ipv4, .ifindex = lo}); }) ==
          refused(errc::eperm));
}

TEST_CASE("by a router") {
    devices const here;
    if (!here.pair) return support::skip(no_veth);
    counter const runs;
    auto const program = counting<out_kind, pass>(runs);
    change_plain_route(here, netlink::message_type::new_route, "192.0.2.0/24"_ipv4);
    change_plain_route(here, netlink::message_type::new_route, "fd01::/64"_ipv6);
    auto const before = routes();
    {
        ipv6_address router{0xfd, 1};
        router[15] = 1;
        auto const ipv4 = program.attach(
            direct::lwt_hook{.destination = "10.0.0.0/8"_ipv4, .ifindex = lo, .gateway = ipv4_address{192, 0, 2, 1}});
        auto const ipv6 = program.attach(
            direct::lwt_hook{.destination = "fd00::/16"_ipv6, .ifindex = here.pair.in(), .gateway = router});
        INFO(std::string{ipv4 ? "" : ipv4.error().text.view()}, std::string{ipv6 ? "" : ipv6.error().text.view()});
        REQUIRE(ipv4);
        REQUIRE(ipv6);
        CHECK(routes() == before + 2);
        static_cast<void>(send_to(false));
        CHECK(runs.moved() == 1);
    }
    CHECK(routes() == before);
}

TEST_CASE("a step fails: no route and no descriptor is left") {
    devices const here;
    if (!here.pair) return support::skip(no_veth);
    counter const runs;
    auto const program = counting<out_kind, pass>(runs);
    auto const before = routes();
    for (route_destination const& destination : {route_destination{"10.9.0.0/16"_ipv4}, {"fd00::/64"_ipv6}}) {
        direct::lwt_hook const hook{.destination = destination, .ifindex = here.device(destination.is_ipv6())};
        for (int const number :
             {__NR_socket, __NR_bind, __NR_getsockname, __NR_fcntl, __NR_bpf, __NR_sendmsg, __NR_recvmsg}) {
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
            CHECK(routes() == before);
        }
        for (std::size_t const left : {0U, 1U}) {
            support::descriptors_left const limit{left};
            CHECK(program.attach(hook).error().failure.code == errc::emfile);
        }
        CHECK(routes() == before);
    }
}
