// A program as the action of a segment of IPv6 segment routing: packets with a segment routing header run it.
#include <bpfxx/attach/seg6local.hpp>

#include <bpfxx/attach/route.hpp>
#include <bpfxx/map/ip_prefix.hpp>
#include <bpfxx/program/handle.hpp>
#include <bpfxx/sys/file.hpp>

#include "kernel/support/counting.hpp"
#include "kernel/support/fired.hpp"
#include "kernel/support/judged.hpp"
#include "kernel/support/skip.hpp"
#include "kernel/support/unprivileged.hpp"
#include "kernel/support/veth.hpp"

#include <doctest/doctest.h>

#include <asm/unistd.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace {

using namespace bpfxx;
using namespace bpfxx::literals;
using support::counter;
using support::counting;

constexpr std::uint32_t drop = 2; // BPF_DROP
using kind_of_program = program_kind::lwt_seg6local;
using attached_result = result_with<direct::route_attachment, netlink::refusal>;

constexpr char const* no_veth = "this kernel has no veth";
constexpr char const* no_action = "this kernel has no seg6local End.BPF";
constexpr char const* no_notifications = "this kernel has no seccomp user notifications";

error refused(errc code) { return {code, command::send_message}; }

/// A pair of devices of which the end where packets arrive speaks IPv6.
struct network {
    support::veth_pair const pair{};

    network() {
        if (!pair) return;
        auto const set = [](char const* path, std::string_view text) {
            auto const file = sys::open_file(path, O_WRONLY);
            REQUIRE(file);
            CHECK(sys::write_once(file->borrow(), text));
        };
        set("/proc/sys/net/ipv6/conf/out/addr_gen_mode", "1");
        set("/proc/sys/net/ipv6/conf/out/disable_ipv6", "0");
    }

    /// A packet to fd00::1 that is to go on to fd00::2.
    void send() const {
        std::array<std::byte, 14 + 40 + 40> frame{};
        auto const put = [&](std::size_t at, auto... bytes) { ((frame[at++] = static_cast<std::byte>(bytes)), ...); };
        ::ifreq request{};
        std::strcpy(request.ifr_name, "out");
        auto const any = support::take_over(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        REQUIRE(::ioctl(any.raw(), SIOCGIFHWADDR, &request) == 0);
        std::memcpy(frame.data(), request.ifr_hwaddr.sa_data, 6);
        put(6, 2, 0, 0, 0, 0, 9, ETH_P_IPV6 >> 8, ETH_P_IPV6 & 0xff);
        put(14, 0x60, 0, 0, 0, 0, 40, IPPROTO_ROUTING, 64); // IPv6, 40 bytes behind it
        put(14 + 8, 0xfd, 0);
        put(14 + 8 + 15, 9);
        put(14 + 24, 0xfd, 0);
        put(14 + 24 + 15, 1);
        put(54, IPPROTO_NONE, 4, 4, 1, 1, 0, 0, 0); // routing header of type 4: segments left 1, last entry 1
        put(54 + 8, 0xfd, 0);
        put(54 + 8 + 15, 2);
        put(54 + 24, 0xfd, 0);
        put(54 + 24 + 15, 1);
        REQUIRE(pair.send_from(pair.in(), frame));
    }

    /// Whether the program runs for a packet: the device takes it a little later.
    bool runs(counter const& runs) const {
        send();
        for (int wait = 0; wait != 100; ++wait) {
            if (runs.moved() != 0) return true;
            ::usleep(1000);
        }
        return false;
    }
};

std::size_t routes() {
    auto asking = netlink::route_socket::open().value();
    netlink::message<32> request{netlink::message_type::get_route, netlink::message_flags::dump,
                                 netlink::route_message{.family = AF_INET6}};
    std::size_t count = 0;
    CHECK(asking.ask(request, [&](netlink::message_view const& answer) {
        constexpr std::uint8_t by_administrator = 4; // and not by the kernel, whenever it thinks of it
        if (answer.family<netlink::route_message>()->protocol == by_administrator) ++count;
    }));
    return count;
}

} // namespace

TEST_CASE("a segment runs its program, and then no more") {
    network const here;
    if (!here.pair) return support::skip(no_veth);
    counter const runs;
    auto const program = counting<kind_of_program, drop>(runs);
    direct::seg6local_hook const hook{.destination = "fd00::1"_ipv6, .ifindex = here.pair.out()};
    auto const before = routes();
    CHECK_FALSE(here.runs(runs));
    {
        auto const attached = program.attach(hook);
        if (!attached && attached.error().failure.code == errc::eopnotsupp) return support::skip(no_action);
        INFO(std::string{attached ? "" : attached.error().text.view()});
        REQUIRE(attached);
        CHECK(routes() == before + 1);
        CHECK((*attached)->ifindex() == here.pair.out());
        CHECK(here.runs(runs));
    }
    CHECK(routes() == before);
    CHECK_FALSE(here.runs(runs));

    auto attached = counting<kind_of_program, drop>(runs).attach(hook); // and its program is closed
    REQUIRE(attached);
    CHECK(here.runs(runs));
    CHECK(attached->detach());
    CHECK(attached->detach()); // is over already
    CHECK(routes() == before);
    support::fired("lwt_seg6local", "direct::seg6local_hook");
}

TEST_CASE("what is there is kept, and what is not there is not looked for elsewhere") {
    network const here;
    if (!here.pair) return support::skip(no_veth);
    counter const runs;
    auto const program = counting<kind_of_program, drop>(runs);
    direct::seg6local_hook hook{.destination = "fd00::1"_ipv6, .ifindex = here.pair.out()};
    auto attached = program.attach(hook);
    if (!attached) return support::skip(no_action);
    auto const before = routes();
    CHECK(program.attach(hook).error().failure == refused(errc::eexist));
    hook.metric = 7;
    auto other = program.attach(hook);
    REQUIRE(other);
    CHECK(routes() == before + 1);
    hook.table = 4711;
    CHECK(program.attach(hook));
    CHECK(other->detach());
    CHECK(routes() == before);
    CHECK(here.runs(runs));
    CHECK(support::unprivileged([&] { return program.attach(hook); }) == refused(errc::eperm));

    here.pair.remove();
    CHECK(attached->detach().error() == refused(errc::esrch));
    CHECK(program.attach(hook).error().failure == refused(errc::enodev));
}

TEST_CASE("a step fails: no route and no descriptor is left") {
    network const here;
    if (!here.pair) return support::skip(no_veth);
    counter const runs;
    auto const program = counting<kind_of_program, drop>(runs);
    direct::seg6local_hook const hook{.destination = "fd00::1"_ipv6, .ifindex = here.pair.out()};
    if (!program.attach(hook)) return support::skip(no_action);
    auto const before = routes();
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
}
