// XDP links on the running kernel: the program decides about packets as long as it is attached, and not after.
#include <bpfxx/link/xdp.hpp>

#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/link/tcx.hpp>
#include <bpfxx/program/handle.hpp>
#include <bpfxx/program/verdict.hpp>

#include "kernel/support/bpffs.hpp"
#include "kernel/support/fired.hpp"
#include "kernel/support/skip.hpp"
#include "kernel/support/trail.hpp"
#include "kernel/support/unprivileged.hpp"
#include "kernel/support/veth.hpp"
#include "map/support/sockets.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <optional>
#include <sys/resource.h>
#include <utility>

namespace {

using namespace bpfxx;

constexpr interface_index lo{1};
constexpr interface_index nowhere{0x7fff'0000};
constexpr auto return_2 = insn::assemble(insn::mov(insn::r0, 2), insn::exit());
constexpr int pass = 2, drop = 1;
static_assert(static_cast<int>(xdp_action::pass) == pass && static_cast<int>(xdp_action::drop) == drop);

template <int Digit, int Verdict>
xdp_program program_of(support::trail const& trail) {
    return trail.program<program_kind::xdp, Digit, Verdict>();
}

error during_create(errc code) { return {code, command::link_create}; }

struct pair_and_programs {
    support::veth_pair pair;
    support::trail trail;
    xdp_program dropping = program_of<1, drop>(trail), passing = program_of<2, pass>(trail);

    [[nodiscard]] bool drops() const {
        return pair.drops([&] { return !trail.empty(); });
    }

    [[nodiscard]] xdp_link attach(xdp_program const& program, xdp_mode mode = xdp_mode::native) const {
        return program.attach(xdp_hook{.ifindex = pair.out(), .mode = mode}).value();
    }
};

TEST_CASE("a program drops what arrives at a device until its link goes") {
    pair_and_programs const on;
    if (!on.pair) return support::skip("this kernel has no veth");
    for (auto const mode : {xdp_mode::native, xdp_mode::generic, xdp_mode::automatic}) {
        CAPTURE(static_cast<int>(mode));
        CHECK(on.pair.passes());
        {
            auto const link = on.attach(on.dropping, mode);
            CHECK(on.drops());
            CHECK(on.trail.take() == 1);
            CHECK(on.pair.passes_back());
            CHECK(on.trail.take() == 0);
            auto const info = link.info().value();
            CHECK(info.id == *link.id());
            CHECK(info.program == *on.dropping.id());
            CHECK(info.ifindex == on.pair.out());
        }
        CHECK(on.pair.passes());
        CHECK(on.trail.take() == 0);
    }
    support::fired("xdp", "xdp_hook");
}

TEST_CASE("generic XDP on lo, which has no native one") {
    support::own_network const network;
    REQUIRE(network);
    support::trail const trail;
    auto const dropping = program_of<1, drop>(trail);
    auto const receiver = support::udp_in_group();
    auto const address = support::address_of(receiver);
    auto const send = [&] {
        auto const sender = support::take_over(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        ::sendto(sender.raw(), "x", 1, 0, reinterpret_cast<::sockaddr const*>(&address), sizeof address);
    };
    auto const arrived = [&] {
        char byte;
        return ::recv(receiver.raw(), &byte, 1, MSG_DONTWAIT) == 1;
    };
    auto const drops = [&] {
        send();
        return support::comes_true([&] { return !trail.empty(); }) && trail.take() == 1 && !arrived();
    };
    CHECK(dropping.attach(xdp_hook{.ifindex = lo, .mode = xdp_mode::native}).error() ==
          during_create(errc::eopnotsupp));
    {
        auto const link = dropping.attach(xdp_hook{.ifindex = lo, .mode = xdp_mode::generic});
        REQUIRE(link);
        CHECK(drops());
    }
    {
        auto const link = dropping.attach(xdp_hook{.ifindex = lo}); // generic, as there is nothing else
        REQUIRE(link);
        CHECK(drops());
    }
    send();
    CHECK(support::comes_true(arrived));
    CHECK(trail.empty());
}

TEST_CASE("a device takes one program") {
    pair_and_programs const on;
    if (!on.pair) return support::skip("this kernel has no veth");
    auto const answer = [&](xdp_program const& program, xdp_mode mode) {
        return program.attach(xdp_hook{.ifindex = on.pair.out(), .mode = mode});
    };
    for (auto const& [first, other] :
         {std::pair{xdp_mode::native, xdp_mode::generic}, std::pair{xdp_mode::generic, xdp_mode::native}}) {
        auto const link = on.attach(on.dropping, first);
        CHECK(answer(on.passing, first).error() == during_create(errc::ebusy));
        CHECK(answer(on.dropping, first).error() == during_create(errc::ebusy));
        CHECK(answer(on.passing, other).error() == during_create(errc::eexist));
        CHECK(on.drops());
        CHECK(on.trail.take() == 1);
    }
    CHECK(answer(on.passing, xdp_mode::hardware).error() == during_create(errc::einval)); // it is bound to no device
    CHECK(answer(on.passing, xdp_mode::generic));
}

TEST_CASE("devices that are not there") {
    support::own_network const network;
    REQUIRE(network);
    auto const program = program_of<1, drop>(support::trail{});
    for (auto const device : {nowhere, interface_index{}})
        CHECK(program.attach(xdp_hook{.ifindex = device}).error() == during_create(errc::einval));
}

TEST_CASE("frames of several pages need a program that takes them") {
    pair_and_programs const on;
    if (!on.pair) return support::skip("this kernel has no veth");
    std::uint32_t const jumbo = 9000;
    support::rtnetlink_message request{RTM_NEWLINK, 0, static_cast<std::uint32_t>(on.pair.in())};
    request.open(IFLA_MTU, &jumbo, sizeof jumbo);
    REQUIRE(request.send() == 0);
    xdp_hook const native{.ifindex = on.pair.out(), .mode = xdp_mode::native};
    CHECK(on.passing.attach(native).error() == during_create(errc::erange));
    auto const able =
        xdp_program::load({.insns = return_2, .license = "GPL", .flags = program_flags::xdp_has_frags}).value();
    CHECK(able.attach(native));
}

TEST_CASE("another program under the same link") {
    pair_and_programs const on;
    if (!on.pair) return support::skip("this kernel has no veth");
    auto link = on.attach(on.dropping);
    REQUIRE(link.update(on.passing));
    CHECK(on.pair.passes());
    CHECK(on.trail.take() == 2);
    CHECK(link.info()->program == *on.passing.id());

    CHECK(link.update(on.dropping, on.dropping).error() == error{errc::eperm, command::link_update});
    CHECK(on.pair.passes());
    CHECK(on.trail.take() == 2);

    REQUIRE(link.update(on.dropping, on.passing));
    CHECK(on.drops());
    CHECK(on.trail.take() == 1);
    CHECK(link.update(on.dropping)); // the same one again
}

TEST_CASE("detaching at once, whoever holds the link") {
    pair_and_programs const on;
    if (!on.pair) return support::skip("this kernel has no veth");
    auto link = on.attach(on.dropping);
    auto const second = link.duplicate().value();
    REQUIRE(link.detach());
    CHECK(on.pair.passes());
    CHECK(on.trail.take() == 0);
    CHECK_FALSE(second.info()->ifindex);
    CHECK(second.info()->program == *on.dropping.id());
    CHECK(link.detach()); // nothing is left to do
    CHECK(link.update(on.passing).error() == error{errc::enolink, command::link_update});
    CHECK(on.dropping.attach(xdp_hook{.ifindex = on.pair.out()}));
}

TEST_CASE("the link keeps a program whose handle is gone, and outlives its device") {
    pair_and_programs const on;
    if (!on.pair) return support::skip("this kernel has no veth");
    std::optional<xdp_program> program = program_of<3, drop>(on.trail);
    auto link = on.attach(*program);
    program.reset();
    CHECK(on.drops());
    CHECK(on.trail.take() == 3);
    on.pair.remove();
    auto const info = link.info();
    REQUIRE(info);
    CHECK_FALSE(info->ifindex);
    CHECK(link.update(on.passing).error() == error{errc::enolink, command::link_update});
    CHECK(link.detach());
}

TEST_CASE("a pinned link goes on by itself, and is found again by path and by id") {
    support::bpffs const files;
    if (!files) return support::lacks_privilege("a BPF file system cannot be mounted here");
    pair_and_programs const on;
    if (!on.pair) return support::skip("this kernel has no veth");
    auto const path = files.path("link");
    link_id id{};
    {
        auto const link = on.attach(on.dropping);
        REQUIRE(link.pin(path.c_str()));
        id = *link.id();
    }
    CHECK(on.drops());
    {
        auto const by_path = xdp_link::open(path.c_str());
        REQUIRE(by_path);
        CHECK(*by_path->id() == id);
        auto const by_id = xdp_link::open(id);
        REQUIRE(by_id);
        CHECK(by_id->info()->ifindex == on.pair.out());
        CHECK(tcx_link::open(id).error() == error{errc::link_type_differs, command::obj_get_info_by_fd});
        CHECK(tcx_link::open(path.c_str()).error() == error{errc::link_type_differs, command::obj_get_info_by_fd});
    }
    REQUIRE(::unlink(path.c_str()) == 0); // the file goes at once, what it held a little later
    CHECK(support::comes_true([&] { return on.passing.attach(xdp_hook{.ifindex = on.pair.out()}).has_value(); }));
    CHECK(on.pair.passes());
    CHECK(xdp_link::open(id).error() == error{errc::enoent, command::link_get_fd_by_id});
}

TEST_CASE("an attach that fails leaves the device as it was") {
    pair_and_programs const on;
    if (!on.pair) return support::skip("this kernel has no veth");
    ::rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    ::rlimit const full{3, before.rlim_max};
    auto const device = on.pair.out();
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &full) == 0);
    auto const refused = on.dropping.attach(xdp_hook{.ifindex = device});
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
    CHECK(refused.error() == during_create(errc::emfile));
    CHECK(on.pair.passes());
    CHECK(on.dropping.attach(xdp_hook{.ifindex = device}));
}

TEST_CASE("whoever was given a program may attach it: no capability is asked for") {
    pair_and_programs const on;
    if (!on.pair) return support::skip("this kernel has no veth");
    auto const device = on.pair.out();
    CHECK(support::unprivileged([&] { return on.dropping.attach(xdp_hook{.ifindex = device}); }) == error{});
    CHECK(on.pair.passes()); // the link went with the process
    CHECK(support::unprivileged([&] { return xdp_program::load({.insns = return_2, .license = "GPL"}); }) ==
          error{errc::eperm, command::prog_load});
}

} // namespace
