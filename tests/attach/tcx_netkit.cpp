// tcx and netkit attachments without a link on the running kernel, which end for exactly the program that they attached.
#include <bpfxx/attach/netkit.hpp>
#include <bpfxx/attach/tcx.hpp>

#include "kernel/support/device_hooks.hpp"
#include "kernel/support/fired.hpp"
#include "kernel/support/skip.hpp"
#include "kernel/support/unprivileged.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace {

using namespace bpfxx;

constexpr interface_index nowhere{0x7fff'0000};

error during_attach(errc code) { return {code, command::prog_attach}; }
error during_detach(errc code) { return {code, command::prog_detach}; }

TEST_CASE_TEMPLATE("a program decides until its attachment ends", Place, EACH_PLACE) {
    support::device_hook<Place> const on;
    if (auto const* reason = on.obstacle()) return support::skip(reason);
    using at = support::device_hook<Place>;
    auto const dropping = on.template program<1, at::drop>();
    CHECK(on.order() == 0);
    {
        auto const attached = dropping.attach(on.direct_at()).value();
        CHECK(on.drops());
        CHECK(on.trail.take() == 1);
        CHECK((on.contents().programs == std::vector{*dropping.id()}));
        CHECK((on.contents().links == std::vector{link_id{}}));
        CHECK(attached->hook() == Place::type);
        CHECK(attached->ifindex() == on.device());
    }
    CHECK(on.order() == 0);
    CHECK(on.contents().programs.empty());
    {
        auto attached = dropping.attach(on.direct_at()).value();
        CHECK(attached.detach());
        CHECK(on.order() == 0);
        CHECK(attached.detach()); // nothing is left to do
    }
    support::fired("sched_cls", Place::direct_name);
}

TEST_CASE_TEMPLATE("programs with and without links in one order", Place, EACH_PLACE) {
    support::device_hook<Place> const on;
    if (auto const* reason = on.obstacle()) return support::skip(reason);
    auto const p1 = on.template program<1>(), p2 = on.template program<2>(), p3 = on.template program<3>(),
               p4 = on.template program<4>(), p5 = on.template program<5>(), p6 = on.template program<6>();
    auto const a1 = p1.attach(on.direct_at()).value();
    auto const l2 = p2.attach(on.at()).value();
    CHECK(on.order() == 12);
    auto const a3 = p3.attach(on.direct_at(attach_order::first())).value();
    CHECK(on.order() == 312);
    auto const a4 = p4.attach(on.direct_at(attach_order::before(l2.fd()))).value();
    CHECK(on.order() == 3142);
    {
        auto const l5 = p5.attach(on.at(attach_order::after(a1->program()))).value();
        CHECK(on.order() == 31542);
    }
    auto const a5 = p5.attach(on.direct_at(attach_order::after(*l2.id()))).value();
    CHECK(on.order() == 31425);
    {
        auto const a6 = p6.attach(on.direct_at(attach_order::before(*p4.id()))).value();
        CHECK(on.order() == 316425);
    }
    auto const a6 = p6.attach(on.direct_at(attach_order::last())).value();
    CHECK(on.order() == 314256);
    CHECK((on.contents().programs == std::vector{*p3.id(), *p1.id(), *p4.id(), *p2.id(), *p5.id(), *p6.id()}));
}

TEST_CASE_TEMPLATE("one program in the place of another", Place, EACH_PLACE) {
    support::device_hook<Place> const on;
    if (auto const* reason = on.obstacle()) return support::skip(reason);
    auto const p1 = on.template program<1>(), p2 = on.template program<2>(), p3 = on.template program<3>(),
               p4 = on.template program<4>();
    auto a1 = p1.attach(on.direct_at()).value();
    auto const a2 = p2.attach(on.direct_at()).value();
    {
        auto const a3 = p3.attach(on.direct_at({}, 0, p1.fd())).value();
        CHECK(on.order() == 32);
        CHECK(a1.detach().error() == during_detach(errc::enoent)); // and leaves the third alone
        CHECK(on.order() == 32);
    }
    CHECK(on.order() == 2); // the first one does not come back

    CHECK(p3.attach(on.direct_at({}, 0, p1.fd())).error() == during_attach(errc::enoent));
    CHECK(p2.attach(on.direct_at({}, 0, p2.fd())).error() == during_attach(errc::eexist));
    auto const l4 = p4.attach(on.at()).value();
    CHECK(p3.attach(on.direct_at({}, 0, p4.fd())).error() == during_attach(errc::ebusy));
    CHECK(p3.attach(on.direct_at(attach_order::last(), 0, p2.fd())).error() == during_attach(errc::erange));
    CHECK(on.order() == 24);
    auto const a3 = p3.attach(on.direct_at(attach_order::before(p4.fd()), 0, p2.fd()));
    REQUIRE(a3);
    CHECK(on.order() == 34);
}

TEST_CASE_TEMPLATE("what others did meanwhile is left alone", Place, EACH_PLACE) {
    support::device_hook<Place> const on;
    if (auto const* reason = on.obstacle()) return support::skip(reason);
    auto const p1 = on.template program<1>(), p2 = on.template program<2>();
    auto attached = p1.attach(on.direct_at()).value();
    auto const other = p2.attach(on.direct_at()).value();
    REQUIRE(on.detach(p1));
    CHECK(on.order() == 2);
    {
        auto const link = p1.attach(on.at()).value();
        CHECK(attached.detach().error() == during_detach(errc::ebusy)); // a link holds it now
        CHECK(on.order() == 21);
    }
    CHECK(on.detach(p1).error() == during_detach(errc::enoent));
    CHECK_FALSE(attached);
    CHECK(on.order() == 2);
}

TEST_CASE_TEMPLATE("a program is at a hook once, with a link or without", Place, EACH_PLACE) {
    support::device_hook<Place> const on;
    if (auto const* reason = on.obstacle()) return support::skip(reason);
    auto const p1 = on.template program<1>();
    {
        auto const attached = p1.attach(on.direct_at()).value();
        CHECK(p1.attach(on.direct_at()).error() == during_attach(errc::eexist));
        CHECK(p1.attach(on.at()).error() == error{errc::eexist, command::link_create});
    }
    auto const link = p1.attach(on.at()).value();
    CHECK(p1.attach(on.direct_at()).error() == during_attach(errc::eexist));
    CHECK(on.order() == 1);
}

TEST_CASE_TEMPLATE("the hook has to have the revision that is expected", Place, EACH_PLACE) {
    support::device_hook<Place> const on;
    if (auto const* reason = on.obstacle()) return support::skip(reason);
    auto const p1 = on.template program<1>(), p2 = on.template program<2>();
    auto const a1 = p1.attach(on.direct_at()).value();
    auto const revision = on.contents().revision;
    CHECK(p2.attach(on.direct_at({}, revision + 1)).error() == during_attach(errc::estale));
    auto const a2 = p2.attach(on.direct_at(attach_order::first(), revision));
    REQUIRE(a2);
    CHECK(on.order() == 21);
    CHECK(on.template program<3>().attach(on.direct_at({}, revision)).error() == during_attach(errc::estale));
}

TEST_CASE_TEMPLATE("63 programs and no more", Place, EACH_PLACE) {
    support::device_hook<Place> const on;
    if (auto const* reason = on.obstacle()) return support::skip(reason);
    std::vector<direct::interface_attachment> attachments;
    for (int i = 0; i != 63; ++i) {
        auto attached = on.template program<0>().attach(on.direct_at());
        REQUIRE(attached);
        attachments.push_back(std::move(*attached));
    }
    CHECK(on.template program<0>().attach(on.direct_at()).error() == during_attach(errc::erange));
    auto const replacing = on.template program<1>().attach(on.direct_at({}, 0, attachments.back()->program()));
    REQUIRE(replacing);
    CHECK(on.order() == 1);
    CHECK(on.contents().programs.size() == 63);
    attachments.clear();
    CHECK(on.contents().programs.size() == 1);
}

TEST_CASE_TEMPLATE("anchors and devices that are not there", Place, EACH_PLACE) {
    support::device_hook<Place> const on;
    if (auto const* reason = on.obstacle()) return support::skip(reason);
    auto const there = on.template program<1>(), other = on.template program<2>(), added = on.template program<3>();
    auto const attached = there.attach(on.direct_at()).value();
    auto const answer = [&](auto anchor) { return added.attach(on.direct_at(attach_order::after(anchor))).error(); };
    CHECK(answer(other.fd()) == during_attach(errc::enoent));
    CHECK(answer(*other.id()) == during_attach(errc::enoent));
    CHECK(answer(program_id{0x7fff'ffff}) == during_attach(errc::enoent));
    CHECK(answer(fd_ref<kind::link>::from_raw(9999)) == during_attach(errc::ebadf));
    CHECK(on.order() == 1);
    for (auto const device : {nowhere, interface_index{}})
        CHECK(added.attach(typename Place::direct_hook{device, Place::where}).error() == during_attach(errc::enodev));
}

TEST_CASE_TEMPLATE("the attachment keeps its program, and outlives its device", Place, EACH_PLACE) {
    support::device_hook<Place> const on;
    if (auto const* reason = on.obstacle()) return support::skip(reason);
    std::optional p1 = on.template program<1>();
    auto attached = p1->attach(on.direct_at()).value();
    p1.reset();
    CHECK(on.order() == 1);
    on.pair.remove();
    CHECK(attached.detach().error() == during_detach(errc::enodev));
}

TEST_CASE_TEMPLATE("an attachment that ends in another network finds no device", Place, EACH_PLACE) {
    support::device_hook<Place> const on;
    if (auto const* reason = on.obstacle()) return support::skip(reason);
    auto const p1 = on.template program<1>();
    auto attached = p1.attach(on.direct_at()).value();
    {
        support::own_network const elsewhere;
        REQUIRE(elsewhere);
        CHECK(attached.detach().error() == during_detach(errc::enodev));
    }
    CHECK(on.order() == 1);
    CHECK(on.detach(p1));
}

TEST_CASE_TEMPLATE("an attachment that is moved or left", Place, EACH_PLACE) {
    support::device_hook<Place> const on;
    if (auto const* reason = on.obstacle()) return support::skip(reason);
    auto const p1 = on.template program<1>(), p2 = on.template program<2>();
    {
        auto first = p1.attach(on.direct_at()).value();
        auto second = p2.attach(on.direct_at()).value();
        CHECK(on.order() == 12);
        second = std::move(first);
        CHECK(on.order() == 1);
    }
    CHECK(on.order() == 0);
    p1.attach(on.direct_at()).value().leave_attached();
    CHECK(on.order() == 1);
    CHECK(on.detach(p1));
}

TEST_CASE_TEMPLATE("no capability is asked for, and the program stays when the process dies", Place, EACH_PLACE) {
    support::device_hook<Place> const on;
    if (auto const* reason = on.obstacle()) return support::skip(reason);
    auto const p1 = on.template program<1>();
    auto const hook = on.direct_at();
    CHECK(support::unprivileged([&] { return p1.attach(hook); }) == error{});
    CHECK(on.order() == 1);
    CHECK(on.detach(p1));
}

TEST_CASE("netkit programs are attached by way of the primary device") {
    support::device_hook<support::netkit_primary> const on;
    if (auto const* reason = on.obstacle()) return support::skip(reason);
    auto const program = on.program<1>();
    for (auto const side : {netkit_side::primary, netkit_side::peer}) {
        CHECK(program.attach(direct::netkit_hook{.ifindex = on.pair.out(), .side = side}).error() ==
              during_attach(errc::eacces));
        CHECK(program.attach(direct::netkit_hook{.ifindex = interface_index{1}, .side = side}).error() ==
              during_attach(errc::enxio));
    }
}

} // namespace
