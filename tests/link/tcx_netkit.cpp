// tcx and netkit links on the running kernel: programs decide about packets in the order that was asked for.
#include <bpfxx/link/netkit.hpp>
#include <bpfxx/link/tcx.hpp>

#include <bpfxx/link/xdp.hpp>

#include "kernel/support/bpffs.hpp"
#include "kernel/support/device_hooks.hpp"
#include "kernel/support/fired.hpp"
#include "kernel/support/skip.hpp"
#include "kernel/support/unprivileged.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <optional>
#include <sys/resource.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {

using namespace bpfxx;

constexpr interface_index nowhere{0x7fff'0000};

error during_create(errc code) { return {code, command::link_create}; }

TEST_CASE_TEMPLATE("a program decides until its link goes", Place, EACH_PLACE) {
    support::device_hook<Place> const on;
    if (auto const* reason = on.obstacle()) return support::skip(reason);
    using at = support::device_hook<Place>;
    auto const dropping = on.template program<1, at::drop>();
    CHECK(on.order() == 0);
    {
        auto const link = dropping.attach(on.at()).value();
        CHECK(on.drops());
        CHECK(on.trail.take() == 1);
        auto const info = link.info().value();
        CHECK(info.id == *link.id());
        CHECK(info.program == *dropping.id());
        CHECK(info.ifindex == Place::told_device(on.pair));
        CHECK((Place::place(info) == Place::where));
        CHECK((Place::backwards ? on.pair.passes() : on.pair.passes_back()));
        CHECK(on.trail.empty()); // not what goes the other way
    }
    CHECK(on.order() == 0);
    CHECK(on.contents().programs.empty());
    support::fired("sched_cls", Place::name);
}

TEST_CASE_TEMPLATE("programs run in the order asked for", Place, EACH_PLACE) {
    support::device_hook<Place> const on;
    if (auto const* reason = on.obstacle()) return support::skip(reason);
    auto const p1 = on.template program<1>(), p2 = on.template program<2>(), p3 = on.template program<3>(),
               p4 = on.template program<4>(), p5 = on.template program<5>(), p6 = on.template program<6>(),
               p7 = on.template program<7>();
    auto const l1 = p1.attach(on.at()).value();
    auto const l2 = p2.attach(on.at()).value();
    CHECK(on.order() == 12);
    auto const l3 = p3.attach(on.at(attach_order::first())).value();
    CHECK(on.order() == 312);
    auto const l4 = p4.attach(on.at(attach_order::before(p2.fd()))).value();
    CHECK(on.order() == 3142);
    auto const l5 = p5.attach(on.at(attach_order::after(l3.fd()))).value();
    CHECK(on.order() == 35142);
    auto const l6 = p6.attach(on.at(attach_order::after(*p1.id()))).value();
    CHECK(on.order() == 351642);
    {
        auto const l7 = p7.attach(on.at(attach_order::before(*l5.id()))).value();
        CHECK(on.order() == 3751642);
        std::vector const programs{*p3.id(), *p7.id(), *p5.id(), *p1.id(), *p6.id(), *p4.id(), *p2.id()};
        std::vector const links{*l3.id(), *l7.id(), *l5.id(), *l1.id(), *l6.id(), *l4.id(), *l2.id()};
        CHECK((on.contents().programs == programs));
        CHECK((on.contents().links == links));
    }
    auto const l7 = p7.attach(on.at(attach_order::last())).value();
    CHECK(on.order() == 3516427);
}

TEST_CASE_TEMPLATE("a verdict ends it", Place, EACH_PLACE) {
    support::device_hook<Place> const on;
    if (auto const* reason = on.obstacle()) return support::skip(reason);
    using at = support::device_hook<Place>;
    auto const next = on.template program<1>();
    auto const passing = on.template program<2, at::pass>();
    auto const dropping = on.template program<3, at::drop>();
    auto const last = dropping.attach(on.at()).value();
    auto const middle = passing.attach(on.at(attach_order::first())).value();
    auto const first = next.attach(on.at(attach_order::first())).value();
    CHECK(on.order() == 12);
}

TEST_CASE_TEMPLATE("the hook has to have the revision that is expected", Place, EACH_PLACE) {
    support::device_hook<Place> const on;
    if (auto const* reason = on.obstacle()) return support::skip(reason);
    auto const p1 = on.template program<1>(), p2 = on.template program<2>();
    auto const l1 = p1.attach(on.at()).value();
    auto const revision = on.contents().revision;
    CHECK(p2.attach(on.at({}, revision + 1)).error() == during_create(errc::estale));
    CHECK(p2.attach(on.at({}, revision - 1)).error() == during_create(errc::estale));
    {
        auto const l2 = p2.attach(on.at(attach_order::first(), revision));
        REQUIRE(l2);
        CHECK(on.order() == 21);
        CHECK(on.contents().revision == revision + 1);
    }
    CHECK(p2.attach(on.at({}, revision)).error() == during_create(errc::estale));
}

TEST_CASE_TEMPLATE("63 programs and no more", Place, EACH_PLACE) {
    support::device_hook<Place> const on;
    if (auto const* reason = on.obstacle()) return support::skip(reason);
    std::vector<typename Place::link> links;
    for (int i = 0; i != 63; ++i) {
        auto link = on.template program<0>().attach(on.at());
        REQUIRE(link);
        links.push_back(std::move(*link));
    }
    CHECK(on.template program<0>().attach(on.at()).error() == during_create(errc::erange));
    CHECK(on.template program<0>().attach(on.at(attach_order::first())).error() == during_create(errc::erange));
    CHECK(on.contents().programs.size() == 63);
    links.pop_back();
    CHECK(on.template program<0>().attach(on.at()));
}

TEST_CASE_TEMPLATE("anchors that are not there", Place, EACH_PLACE) {
    support::device_hook<Place> const on;
    if (auto const* reason = on.obstacle()) return support::skip(reason);
    auto const there = on.template program<1>(), other = on.template program<2>(), added = on.template program<3>();
    auto const link = there.attach(on.at()).value();
    auto const answer = [&](auto anchor) { return added.attach(on.at(attach_order::before(anchor))).error(); };
    CHECK(answer(other.fd()) == during_create(errc::enoent));
    CHECK(answer(*other.id()) == during_create(errc::enoent));
    CHECK(added.attach(on.at(attach_order::after(other.fd()))).error() == during_create(errc::enoent));
    CHECK(answer(program_id{0x7fff'ffff}) == during_create(errc::enoent));
    CHECK(answer(link_id{0x7fff'ffff}).code != errc{});
    CHECK(answer(fd_ref<kind::program>::from_raw(9999)) == during_create(errc::ebadf));
    CHECK(answer(fd_ref<kind::link>::from_raw(9999)) == during_create(errc::ebadf));
    auto const classifies_nothing = on.trail.template program<program_kind::socket_filter, 4, 0>();
    CHECK(answer(classifies_nothing.fd()) == during_create(errc::einval));
    CHECK(on.order() == 1);
}

TEST_CASE_TEMPLATE("a program is at a hook once", Place, EACH_PLACE) {
    support::device_hook<Place> const on;
    if (auto const* reason = on.obstacle()) return support::skip(reason);
    auto const p1 = on.template program<1>(), p2 = on.template program<2>();
    auto const l1 = p1.attach(on.at()).value();
    CHECK(p1.attach(on.at()).error() == during_create(errc::eexist));
    auto l2 = p2.attach(on.at()).value();
    CHECK(l2.update(p1).error() == error{errc::eexist, command::link_update});
    CHECK(on.order() == 12);
}

TEST_CASE_TEMPLATE("another program under the same link, at the same place", Place, EACH_PLACE) {
    support::device_hook<Place> const on;
    if (auto const* reason = on.obstacle()) return support::skip(reason);
    auto const p1 = on.template program<1>(), p2 = on.template program<2>(), p3 = on.template program<3>();
    auto l1 = p1.attach(on.at()).value();
    auto const l2 = p2.attach(on.at()).value();
    REQUIRE(l1.update(p3));
    CHECK(on.order() == 32);
    CHECK(l1.info()->program == *p3.id());
    CHECK(l1.update(p1, p2).error() == error{errc::eperm, command::link_update});
    CHECK(l1.update(p1, p1).error() == error{errc::eperm, command::link_update});
    CHECK(on.order() == 32);
    REQUIRE(l1.update(p1, p3));
    CHECK(on.order() == 12);
    CHECK(l1.update(p1)); // the same one again
    CHECK(on.order() == 12);
}

TEST_CASE_TEMPLATE("detaching at once, whoever holds the link", Place, EACH_PLACE) {
    support::device_hook<Place> const on;
    if (auto const* reason = on.obstacle()) return support::skip(reason);
    auto const p1 = on.template program<1>(), p2 = on.template program<2>();
    auto l1 = p1.attach(on.at()).value();
    auto const l2 = p2.attach(on.at()).value();
    auto const copy = l1.duplicate().value();
    REQUIRE(l1.detach());
    CHECK(on.order() == 2);
    CHECK_FALSE(copy.info()->ifindex);
    CHECK((Place::place(*copy.info()) == Place::where));
    CHECK(l1.detach()); // nothing is left to do
    CHECK(l1.update(p1).error() == error{errc::enolink, command::link_update});
    auto const again = p1.attach(on.at());
    REQUIRE(again);
    CHECK(on.order() == 21);
}

TEST_CASE_TEMPLATE("the link keeps a program whose handle is gone, and outlives its device", Place, EACH_PLACE) {
    support::device_hook<Place> const on;
    if (auto const* reason = on.obstacle()) return support::skip(reason);
    std::optional p1 = on.template program<1>();
    auto const p2 = on.template program<2>();
    auto link = p1->attach(on.at()).value();
    p1.reset();
    CHECK(on.order() == 1);
    auto const device = on.device();
    on.pair.remove();
    auto const info = link.info();
    REQUIRE(info);
    CHECK_FALSE(info->ifindex);
    CHECK(link.update(p2).error() == error{errc::enolink, command::link_update});
    CHECK(link.detach());
    CHECK(p2.attach(typename Place::hook{device, Place::where}).error() == during_create(errc::enodev));
    CHECK(p2.attach(typename Place::hook{nowhere, Place::where}).error() == during_create(errc::enodev));
    CHECK(p2.attach(typename Place::hook{interface_index{}, Place::where}).error() == during_create(errc::enodev));
}

TEST_CASE_TEMPLATE("a pinned link goes on by itself, and is found again by path and by id", Place, EACH_PLACE) {
    support::bpffs const files;
    if (!files) return support::lacks_privilege("a BPF file system cannot be mounted here");
    support::device_hook<Place> const on;
    if (auto const* reason = on.obstacle()) return support::skip(reason);
    auto const p1 = on.template program<1>();
    auto const path = files.path("link");
    link_id id{};
    {
        auto const link = p1.attach(on.at()).value();
        REQUIRE(link.pin(path.c_str()));
        id = *link.id();
    }
    CHECK(on.order() == 1);
    {
        auto const by_path = Place::link::open(path.c_str());
        REQUIRE(by_path);
        CHECK(*by_path->id() == id);
        auto const by_id = Place::link::open(id);
        REQUIRE(by_id);
        CHECK(by_id->info()->ifindex == Place::told_device(on.pair));
        CHECK(xdp_link::open(id).error() == error{errc::link_type_differs, command::obj_get_info_by_fd});
    }
    REQUIRE(::unlink(path.c_str()) == 0); // the file goes at once, what it held a little later
    CHECK(support::comes_true([&] { return on.contents().programs.empty(); }));
    CHECK(on.order() == 0);
}

TEST_CASE_TEMPLATE("an attach that fails leaves the hook as it was", Place, EACH_PLACE) {
    support::device_hook<Place> const on;
    if (auto const* reason = on.obstacle()) return support::skip(reason);
    auto const p1 = on.template program<1>(), p2 = on.template program<2>();
    auto const link = p1.attach(on.at()).value();
    auto const before = on.contents();
    auto const hook = on.at();
    ::rlimit limits{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &limits) == 0);
    ::rlimit const full{3, limits.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &full) == 0);
    auto const refused = p2.attach(hook);
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &limits) == 0);
    CHECK(refused.error() == during_create(errc::emfile));
    CHECK((on.contents().programs == before.programs));
    CHECK(on.contents().revision == before.revision);
    CHECK(on.order() == 1);
}

TEST_CASE_TEMPLATE("whoever was given a program may attach it: no capability is asked for", Place, EACH_PLACE) {
    support::device_hook<Place> const on;
    if (auto const* reason = on.obstacle()) return support::skip(reason);
    auto const p1 = on.template program<1>();
    auto const hook = on.at();
    CHECK(support::unprivileged([&] { return p1.attach(hook); }) == error{});
    CHECK(on.order() == 0); // the link went with the process
}

TEST_CASE("netkit programs are attached by way of the primary device") {
    support::device_hook<support::netkit_primary> const on;
    if (auto const* reason = on.obstacle()) return support::skip(reason);
    auto const program = on.program<1>();
    for (auto const side : {netkit_side::primary, netkit_side::peer}) {
        CHECK(program.attach(netkit_hook{.ifindex = on.pair.out(), .side = side}).error() ==
              during_create(errc::eacces));
        CHECK(program.attach(netkit_hook{.ifindex = interface_index{1}, .side = side}).error() ==
              during_create(errc::enxio));
    }
}

} // namespace
