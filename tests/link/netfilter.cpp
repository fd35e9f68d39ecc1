// SPDX-License-Identifier: BSL-1.0
// Links to netfilter hooks on the running kernel: programs see packets at each place, drop them, see fragments whole.
#include <bpfxx/link/netfilter.hpp>

#include <bpfxx/program/handle.hpp>
#include <bpfxx/program/verdict.hpp>

#include "kernel/support/bpffs.hpp"
#include "kernel/support/counting.hpp"
#include "kernel/support/fired.hpp"
#include "kernel/support/skip.hpp"
#include "map/support/sockets.hpp"

#include <doctest/doctest.h>

#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <unistd.h>
#include <utility>

namespace {

using namespace bpfxx;

constexpr char const* no_network = "a network namespace cannot be made here";
constexpr char const* no_netfilter = "this kernel has no netfilter programs (before Linux 6.4)";
constexpr auto pass_on = static_cast<std::uint32_t>(netfilter_verdict::accept);
constexpr auto drop = static_cast<std::uint32_t>(netfilter_verdict::drop);

constexpr netfilter_hook at_local_in{
    .family = netfilter_family::ipv4, .hook = netfilter_place::local_in, .priority = -128};

bool kernel_has_netfilter() {
    constexpr auto code = insn::assemble(insn::mov(insn::r0, 1), insn::exit());
    return netfilter_program::load({.insns = code, .license = "GPL"}).has_value();
}

/// Datagrams to a port of lo, over IPv4 or IPv6.
class datagrams {
  public:
    explicit datagrams(int family = AF_INET) : family_{family} {
        size_ = family == AF_INET ? sizeof(::sockaddr_in) : sizeof(::sockaddr_in6);
        auto* const plain = reinterpret_cast<::sockaddr*>(&address_);
        plain->sa_family = static_cast<::sa_family_t>(family);
        if (family == AF_INET6)
            reinterpret_cast<::sockaddr_in6*>(&address_)->sin6_addr.s6_addr[15] = 1;
        else
            reinterpret_cast<::sockaddr_in*>(&address_)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        REQUIRE(::bind(receiver_.raw(), plain, size_) == 0);
        REQUIRE(::getsockname(receiver_.raw(), plain, &size_) == 0);
    }

    /// Whether one arrives.
    [[nodiscard]] bool arrives(std::size_t size = 1) const {
        std::array<char, 8192> text{};
        auto const* const to = reinterpret_cast<::sockaddr const*>(&address_);
        // A program that drops it on the way out is told to the sender as EPERM.
        static_cast<void>(::sendto(sender_.raw(), text.data(), size, 0, to, size_));
        return support::comes_within(200, receiver_) &&
               ::recv(receiver_.raw(), text.data(), text.size(), MSG_DONTWAIT) == static_cast<long>(size);
    }

  private:
    int family_;
    ::sockaddr_storage address_{};
    ::socklen_t size_;
    support::socket_fd receiver_ = support::take_over(::socket(family_, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    support::socket_fd sender_ = support::take_over(::socket(family_, SOCK_DGRAM | SOCK_CLOEXEC, 0));
};

/// Longer packets go through lo in fragments from here on.
void shorten_packets() {
    auto const any = support::take_over(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ::ifreq request{};
    std::strcpy(request.ifr_name, "lo");
    request.ifr_mtu = 1500;
    REQUIRE(::ioctl(any.raw(), SIOCSIFMTU, &request) == 0);
}

error attach_error(netfilter_program const& program, netfilter_hook const& hook) {
    auto const link = program.attach(hook);
    REQUIRE(!link);
    return link.error();
}

} // namespace

TEST_CASE("a netfilter program drops packets as long as its link lives") {
    support::own_network const network;
    if (!network) return support::lacks_privilege(no_network);
    if (!kernel_has_netfilter()) return support::skip(no_netfilter);
    datagrams const udp;
    support::counter const runs;
    auto program = std::optional{support::counting<program_kind::netfilter, drop>(runs)};
    CHECK(udp.arrives());
    CHECK(runs.moved() == 0);
    {
        auto const link = program->attach(at_local_in).value();
        CHECK_FALSE(udp.arrives());
        CHECK(runs.moved() == 1);
        program.reset(); // the link keeps it
        CHECK_FALSE(udp.arrives());
        CHECK(runs.moved() == 1);
    }
    CHECK(udp.arrives());
    CHECK(runs.moved() == 0);
    support::fired("netfilter", "netfilter_hook");
}

TEST_CASE("each place and family sees what passes there") {
    support::own_network const network;
    if (!network) return support::lacks_privilege(no_network);
    if (!kernel_has_netfilter()) return support::skip(no_netfilter);
    support::counter const runs;
    auto const program = support::counting<program_kind::netfilter, pass_on>(runs);
    for (auto const family : {netfilter_family::ipv4, netfilter_family::ipv6}) {
        bool const is_ipv4 = family == netfilter_family::ipv4;
        if (!is_ipv4 && ::access("/proc/net/if_inet6", F_OK) != 0)
            return support::skip("the second half: this kernel has no IPv6");
        datagrams const udp{is_ipv4 ? AF_INET : AF_INET6};
        for (auto const place : {netfilter_place::pre_routing, netfilter_place::local_in, netfilter_place::forward,
                                 netfilter_place::local_out, netfilter_place::post_routing}) {
            CAPTURE(static_cast<int>(family));
            CAPTURE(static_cast<int>(place));
            auto const link = program.attach(netfilter_hook{.family = family, .hook = place, .priority = 7}).value();
            static_cast<void>(runs.moved());
            CHECK(udp.arrives());
            CHECK(runs.moved() == (place == netfilter_place::forward ? 0 : 1));
            auto const info = link.info().value();
            CHECK(info.id == *link.id());
            CHECK(info.program == *program.id());
            CHECK(info.family == family);
            CHECK(info.hook == place);
            CHECK(info.priority == 7);
            CHECK_FALSE(info.defragment);
        }
    }
}

TEST_CASE("programs run in the order of their priorities") {
    support::own_network const network;
    if (!network) return support::lacks_privilege(no_network);
    if (!kernel_has_netfilter()) return support::skip(no_netfilter);
    datagrams const udp;
    support::counter const runs;
    auto const counting = support::counting<program_kind::netfilter, pass_on>(runs);
    support::counter const drops;
    auto const dropping = support::counting<program_kind::netfilter, drop>(drops);
    auto const in_between = dropping.attach(at_local_in).value();
    auto hook = at_local_in;
    for (std::int32_t const priority :
         {std::numeric_limits<std::int32_t>::min() + 1, -129, -127, std::numeric_limits<std::int32_t>::max() - 1}) {
        CAPTURE(priority);
        hook.priority = netfilter_priority::of(priority);
        auto const link = counting.attach(hook).value();
        CHECK_FALSE(udp.arrives());
        CHECK(runs.moved() == (priority < -128 ? 1 : 0));
        CHECK(drops.moved() == 1);
        CHECK(link.info()->priority == priority);
    }
}

TEST_CASE("what the kernel refuses at a netfilter hook") {
    support::own_network const network;
    if (!network) return support::lacks_privilege(no_network);
    if (!kernel_has_netfilter()) return support::skip(no_netfilter);
    support::counter const runs;
    auto const program = support::counting<program_kind::netfilter, pass_on>(runs);
    auto const refused = [](errc code) { return error{code, command::link_create}; };
    auto hook = at_local_in;
    hook.priority = netfilter_priority::of(std::numeric_limits<std::int32_t>::min());
    CHECK(attach_error(program, hook) == refused(errc::erange));
    hook.priority = netfilter_priority::of(std::numeric_limits<std::int32_t>::max());
    CHECK(attach_error(program, hook) == refused(errc::erange));
    hook = at_local_in;
    hook.hook = static_cast<netfilter_place>(5);
    CHECK(attach_error(program, hook) == refused(errc::eproto));
    hook = at_local_in;
    hook.family = static_cast<netfilter_family>(7); // bridges
    CHECK(attach_error(program, hook) == refused(errc::eafnosupport));
    {
        auto const link = program.attach(at_local_in).value();
        CHECK(attach_error(program, at_local_in) == refused(errc::ebusy));
    }
    CHECK(program.attach(at_local_in));
}

TEST_CASE("a netfilter link is detached, once or twice, and never updated") {
    support::own_network const network;
    if (!network) return support::lacks_privilege(no_network);
    if (!kernel_has_netfilter()) return support::skip(no_netfilter);
    datagrams const udp;
    support::counter const runs;
    auto const program = support::counting<program_kind::netfilter, drop>(runs);
    auto link = program.attach(at_local_in).value();
    CHECK_FALSE(udp.arrives());
    auto const update = sys::call(sys::attr::link_update{.link_fd = link.fd(), .new_prog_fd = program.fd()});
    CHECK(update.error() == error{errc::eopnotsupp, command::link_update});
    CHECK(link.detach());
    CHECK(udp.arrives());
    CHECK(link.detach());
    CHECK(link.info()->priority == -128);
    CHECK(program.attach(at_local_in)); // the place is free again
}

TEST_CASE("a pinned netfilter link stays, and is opened again") {
    support::own_network const network;
    if (!network) return support::lacks_privilege(no_network);
    if (!kernel_has_netfilter()) return support::skip(no_netfilter);
    support::bpffs const files;
    if (!files) return support::lacks_privilege("a BPF file system cannot be mounted here");
    datagrams const udp;
    support::counter const runs;
    auto const program = support::counting<program_kind::netfilter, drop>(runs);
    auto const path = files.path("link");
    CHECK(program.attach(at_local_in)->pin(path.c_str()));
    CHECK_FALSE(udp.arrives());
    auto link = netfilter_link::open(path.c_str()).value();
    CHECK(link.info()->hook == netfilter_place::local_in);
    CHECK(::unlink(path.c_str()) == 0);
    CHECK_FALSE(udp.arrives());
    CHECK(link.detach());
    CHECK(udp.arrives());
}

TEST_CASE("a netfilter link survives its network namespace") {
    if (!support::own_network{}) return support::lacks_privilege(no_network);
    if (!kernel_has_netfilter()) return support::skip(no_netfilter);
    support::counter const runs;
    auto const program = support::counting<program_kind::netfilter, drop>(runs);
    auto link = [&] {
        support::own_network const network;
        return program.attach(at_local_in).value();
    }();
    ::usleep(200'000);
    CHECK(link.info()->program == *program.id());
    CHECK(link.detach());
}

TEST_CASE("with defragment a program sees fragments put together") {
    support::own_network const network;
    if (!network) return support::lacks_privilege(no_network);
    if (!kernel_has_netfilter()) return support::skip(no_netfilter);
    shorten_packets();
    datagrams const udp;
    support::counter const runs;
    auto const program = support::counting<program_kind::netfilter, pass_on>(runs);
    netfilter_hook hook{.family = netfilter_family::ipv4, .hook = netfilter_place::pre_routing, .priority = -128};
    {
        auto const link = program.attach(hook).value();
        CHECK(udp.arrives(4000));
        CHECK(runs.moved() == 3);
    }
    hook.defragment = true;
    {
        auto const link = program.attach(hook);
        if (!link) {
            CHECK(link.error().during == command::link_create);
            return support::skip("this kernel does not defragment for programs");
        }
        CHECK(udp.arrives(4000));
        CHECK(runs.moved() == 1);
        CHECK(link->info()->defragment);
    }
    for (std::int32_t const priority : {-400, -401}) {
        hook.priority = netfilter_priority::of(priority);
        CHECK(attach_error(program, hook) == error{errc::erange, command::link_create});
    }
    hook.priority = -399;
    CHECK(program.attach(hook));
}
