// tcx and netkit links as the kernel sees them.
#include <bpfxx/link/interface.hpp>
#include <bpfxx/link/netkit.hpp>
#include <bpfxx/link/netkit_side.hpp>
#include <bpfxx/link/tcx.hpp>
#include <bpfxx/program/handle.hpp>

#include "fake/kernel.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <type_traits>

namespace {

using namespace bpfxx;

constexpr std::uint32_t link_create = 28, get_info = 15;

static_assert(std::is_aggregate_v<tcx_hook> && std::is_aggregate_v<netkit_hook>);
static_assert(hook_for<tcx_hook, program_kind::sched_cls> && hook_for<netkit_hook, program_kind::sched_cls>);
static_assert(!hook_for<tcx_hook, program_kind::sched_act> && !hook_for<netkit_hook, program_kind::xdp>);
static_assert(link_kind::tcx::runs<program_kind::sched_cls> && !link_kind::netkit::runs<program_kind::xdp>);

int new_descriptor() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

sched_cls_program make_program() {
    return sched_cls_program::adopt_unchecked(*owned_fd<kind::program>::adopt_raw(new_descriptor()));
}

constexpr interface_index device{0x1234'5678};

fake::logged_call attribute_of(auto const& hook, sched_cls_program const& program) {
    fake::kernel kernel{[](fake::bpf_call&) -> long { return new_descriptor(); }};
    auto const link = program.attach(hook);
    kernel.stop();
    REQUIRE(link);
    auto const call = kernel.only_bpf();
    CHECK(link->fd().raw() == call.result);
    CHECK(call.command == link_create);
    CHECK(call.size == 32);
    CHECK(call.field<std::int32_t>(0) == program.fd().raw());
    CHECK(call.field<std::uint32_t>(4) == 0x1234'5678);
    CHECK(call.field<std::uint32_t>(20) == 0);
    return call;
}

TEST_CASE("attaching names the device and the hook") {
    auto const program = make_program();
    auto const hook_of = [&](auto const& hook) {
        auto const call = attribute_of(hook, program);
        CHECK(call.template field<std::uint32_t>(12) == 0);
        CHECK(call.template field<std::uint32_t>(16) == 0);
        CHECK(call.template field<std::uint64_t>(24) == 0);
        return call.template field<std::uint32_t>(8);
    };
    CHECK(hook_of(tcx_hook{.ifindex = device, .direction = tc_direction::ingress}) == 46);
    CHECK(hook_of(tcx_hook{.ifindex = device, .direction = tc_direction::egress}) == 47);
    CHECK(hook_of(netkit_hook{.ifindex = device, .side = netkit_side::primary}) == 54);
    CHECK(hook_of(netkit_hook{.ifindex = device, .side = netkit_side::peer}) == 55);
}

TEST_CASE("order and revision go in as they are") {
    auto const program = make_program();
    auto const order_of = [&](attach_order order) {
        auto const tcx = attribute_of(tcx_hook{.ifindex = device,
                                               .direction = tc_direction::ingress,
                                               .order = order,
                                               .expected_revision = 0x1122'3344'5566'7788},
                                      program);
        auto const netkit = attribute_of(netkit_hook{.ifindex = device,
                                                     .side = netkit_side::primary,
                                                     .order = order,
                                                     .expected_revision = 0x1122'3344'5566'7788},
                                         program);
        CHECK(tcx.field<std::uint64_t>(24) == 0x1122'3344'5566'7788);
        CHECK(netkit.field<std::uint64_t>(24) == 0x1122'3344'5566'7788);
        CHECK(tcx.field<std::uint64_t>(16) == netkit.field<std::uint64_t>(16));
        CHECK(tcx.field<std::uint32_t>(12) == netkit.field<std::uint32_t>(12));
        return std::pair{tcx.field<std::uint32_t>(12), tcx.field<std::uint32_t>(16)};
    };
    using said = std::pair<std::uint32_t, std::uint32_t>;
    auto const other = fd_ref<kind::program>::from_raw(41);
    auto const link = fd_ref<kind::link>::from_raw(42);
    CHECK(order_of(attach_order::first()) == said{8, 0});
    CHECK(order_of(attach_order::last()) == said{16, 0});
    CHECK(order_of(attach_order::before(other)) == said{8, 41});
    CHECK(order_of(attach_order::after(link)) == said{16 | 0x2000, 42});
    CHECK(order_of(attach_order::before(program_id{43})) == said{8 | 0x20, 43});
    CHECK(order_of(attach_order::after(link_id{44})) == said{16 | 0x20 | 0x2000, 44});
}

TEST_CASE("what the kernel refuses") {
    auto const program = make_program();
    fake::kernel kernel{[](fake::bpf_call&) -> long { return -ERANGE; }};
    auto const tcx = program.attach(tcx_hook{.ifindex = device, .direction = tc_direction::egress});
    auto const netkit = program.attach(netkit_hook{.ifindex = device, .side = netkit_side::peer});
    kernel.stop();
    CHECK(tcx.error() == error{errc::erange, command::link_create});
    CHECK(netkit.error() == error{errc::erange, command::link_create});
}

template <class Link>
auto info_of(std::uint32_t attach_type, std::uint32_t ifindex) {
    auto const link = Link::adopt_unchecked(*owned_fd<kind::link>::adopt_raw(new_descriptor()));
    fake::kernel kernel{[&](fake::bpf_call& call) -> long {
        std::uint32_t const said[]{static_cast<std::uint32_t>(Link::type), 77, 88, 0, ifindex, attach_type};
        std::memcpy(call.pointer<std::byte>(8), said, sizeof said);
        call.put(4, std::uint32_t{24});
        return 0;
    }};
    auto const info = link.info();
    kernel.stop();
    CHECK(kernel.only_bpf().command == get_info);
    CHECK(kernel.only_bpf().template field<std::uint32_t>(4) == 24);
    REQUIRE(info);
    CHECK(info->id == link_id{77});
    CHECK(info->program == program_id{88});
    CHECK(info->ifindex == (ifindex == 0 ? std::nullopt : std::optional{interface_index{ifindex}}));
    return *info;
}

TEST_CASE("info tells the hook and the device, and none once it is gone") {
    static_assert(tcx_link::type == link_type::tcx && netkit_link::type == link_type::netkit);
    for (std::uint32_t const ifindex : {7u, 0u}) {
        CHECK(info_of<tcx_link>(46, ifindex).direction == tc_direction::ingress);
        CHECK(info_of<tcx_link>(47, ifindex).direction == tc_direction::egress);
        CHECK(info_of<netkit_link>(54, ifindex).side == netkit_side::primary);
        CHECK(info_of<netkit_link>(55, ifindex).side == netkit_side::peer);
    }
}

TEST_CASE_TEMPLATE("no info without an answer, an update that is refused", Link, tcx_link, netkit_link) {
    auto link = Link::adopt_unchecked(*owned_fd<kind::link>::adopt_raw(new_descriptor()));
    auto const next = make_program();
    fake::kernel kernel{[](fake::bpf_call&) -> long { return -ENOLINK; }};
    auto const info = link.info();
    auto const updated = link.update(next, next);
    auto const detached = link.detach();
    kernel.stop();
    CHECK(info.error() == error{errc::enolink, command::obj_get_info_by_fd});
    CHECK(updated.error() == error{errc::enolink, command::link_update});
    CHECK(detached.error() == error{errc::enolink, command::link_detach});
}

} // namespace
