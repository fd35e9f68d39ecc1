// tcx and netkit attachments without a link as the kernel sees them.
#include <bpfxx/attach/interface.hpp>
#include <bpfxx/attach/netkit.hpp>
#include <bpfxx/attach/tcx.hpp>
#include <bpfxx/program/handle.hpp>

#include "fake/kernel.hpp"

#include <doctest/doctest.h>

#include <asm/unistd.h>
#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <sys/resource.h>
#include <type_traits>
#include <unistd.h>
#include <utility>

namespace {

using namespace bpfxx;

constexpr std::uint32_t prog_attach = 8, prog_detach = 9;

static_assert(std::is_aggregate_v<direct::tcx_hook> && std::is_aggregate_v<direct::netkit_hook>);
static_assert(hook_for<direct::tcx_hook, program_kind::sched_cls> &&
              hook_for<direct::netkit_hook, program_kind::sched_cls>);
static_assert(!hook_for<direct::tcx_hook, program_kind::xdp> &&
              !hook_for<direct::netkit_hook, program_kind::sched_act>);

int new_descriptor() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

sched_cls_program make_program() {
    return sched_cls_program::adopt_unchecked(*owned_fd<kind::program>::adopt_raw(new_descriptor()));
}

constexpr interface_index device{0x1234'5678};
constexpr direct::tcx_hook on_ingress{.ifindex = device, .direction = tc_direction::ingress};

struct both {
    fake::logged_call attach, detach;
};

/// The two calls of an attachment's life.
both calls_of(auto const& hook, sched_cls_program const& program) {
    fake::kernel kernel{[](fake::bpf_call&) -> long { return 0; }};
    int own = -1;
    {
        auto const attached = program.attach(hook);
        kernel.stop();
        REQUIRE(attached);
        CHECK(*attached);
        own = (*attached)->program().raw();
        CHECK((*attached)->ifindex() == device);
        kernel.start();
    }
    kernel.stop();
    REQUIRE(kernel.bpf_calls() == 2);
    both found;
    for (auto const& call : kernel.calls())
        if (call.bpf) (call.command == prog_attach ? found.attach : found.detach) = call;
    CHECK(found.attach.size == 32);
    CHECK(found.attach.field<std::uint32_t>(0) == 0x1234'5678);
    CHECK(found.attach.field<std::int32_t>(4) == program.fd().raw());
    CHECK(found.detach.command == prog_detach);
    CHECK(found.detach.size == 32);
    CHECK(found.detach.field<std::uint32_t>(0) == 0x1234'5678);
    CHECK(found.detach.field<std::int32_t>(4) == own);
    CHECK(own != program.fd().raw());
    CHECK(found.detach.field<std::uint32_t>(8) == found.attach.field<std::uint32_t>(8));
    for (std::size_t const rest : {12u, 16u, 20u, 24u, 28u}) CHECK(found.detach.field<std::uint32_t>(rest) == 0);
    return found;
}

TEST_CASE("attaching names the device and the hook, detaching exactly this program") {
    auto const program = make_program();
    auto const hook_of = [&](auto const& hook) {
        auto const call = calls_of(hook, program).attach;
        for (std::size_t const rest : {12u, 16u, 20u, 24u, 28u}) CHECK(call.template field<std::uint32_t>(rest) == 0);
        return call.template field<std::uint32_t>(8);
    };
    CHECK(hook_of(on_ingress) == 46);
    CHECK(hook_of(direct::tcx_hook{.ifindex = device, .direction = tc_direction::egress}) == 47);
    CHECK(hook_of(direct::netkit_hook{.ifindex = device, .side = netkit_side::primary}) == 54);
    CHECK(hook_of(direct::netkit_hook{.ifindex = device, .side = netkit_side::peer}) == 55);
}

TEST_CASE("order, revision and the program to replace go in as they are") {
    auto const program = make_program();
    auto const replaced = fd_ref<kind::program>::from_raw(43);
    auto const check = [&](fake::logged_call const& call, std::uint32_t flags, std::uint32_t place, int old) {
        CHECK(call.field<std::uint32_t>(12) == flags);
        CHECK(call.field<std::int32_t>(16) == old);
        CHECK(call.field<std::uint32_t>(20) == place);
        CHECK(call.field<std::uint64_t>(24) == 0x1122'3344'5566'7788);
    };
    auto const order = attach_order::after(link_id{44});
    constexpr std::uint64_t revision = 0x1122'3344'5566'7788;
    check(calls_of(
              direct::tcx_hook{
                  .ifindex = device, .direction = tc_direction::egress, .order = order, .expected_revision = revision},
              program)
              .attach,
          0x10 | 0x20 | 0x2000, 44, 0);
    check(calls_of(
              direct::netkit_hook{
                  .ifindex = device, .side = netkit_side::peer, .order = order, .expected_revision = revision},
              program)
              .attach,
          0x10 | 0x20 | 0x2000, 44, 0);
    check(calls_of(direct::tcx_hook{.ifindex = device,
                                    .direction = tc_direction::ingress,
                                    .expected_revision = revision,
                                    .replace = replaced},
                   program)
              .attach,
          4, 0, 43);
    check(calls_of(direct::netkit_hook{.ifindex = device,
                                       .side = netkit_side::primary,
                                       .order = attach_order::first(),
                                       .expected_revision = revision,
                                       .replace = replaced},
                   program)
              .attach,
          4 | 8, 0, 43);
}

TEST_CASE("what the kernel refuses leaves nothing to detach and no descriptor") {
    auto const program = make_program();
    fake::kernel kernel{[](fake::bpf_call&) -> long { return -EEXIST; }};
    auto const refused = program.attach(on_ingress);
    kernel.stop();
    CHECK(refused.error() == error{errc::eexist, command::prog_attach});
    CHECK(kernel.bpf_calls() == 1);
    CHECK(kernel.calls().back().number == __NR_close);
}

TEST_CASE("without a free descriptor nothing is attached") {
    auto const program = make_program();
    ::rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    ::rlimit const full{3, before.rlim_max};
    fake::kernel kernel{[](fake::bpf_call&) -> long { return 0; }};
    kernel.stop();
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &full) == 0);
    kernel.start();
    auto const refused = program.attach(on_ingress);
    kernel.stop();
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
    CHECK(refused.error() == error{errc::emfile, command::duplicate_fd});
    CHECK(kernel.bpf_calls() == 0);
}

TEST_CASE("detaching is asked for once, and its failure is told") {
    auto const program = make_program();
    fake::kernel kernel{[](fake::bpf_call& call) -> long { return call.command == prog_detach ? -ENOENT : 0; }};
    {
        auto attached = program.attach(on_ingress);
        auto const first = attached->detach();
        auto const second = attached->detach();
        kernel.stop();
        CHECK(first.error() == error{errc::enoent, command::prog_detach});
        CHECK(second);
        CHECK_FALSE(*attached);
        kernel.start();
    }
    kernel.stop();
    CHECK(kernel.bpf_calls() == 2);
}

TEST_CASE("a moved attachment detaches once, one that is left not at all") {
    auto const program = make_program();
    fake::kernel kernel{[](fake::bpf_call&) -> long { return 0; }};
    {
        auto first = program.attach(on_ingress);
        auto second = std::move(*first);
        auto third = program.attach(on_ingress);
        *third = std::move(second); // detaches what `third` was
    }
    CHECK(kernel.bpf_calls() == 4);
    auto left = program.attach(on_ingress);
    std::move(*left).leave_attached();
    kernel.stop();
    CHECK_FALSE(*left);
    CHECK(kernel.bpf_calls() == 5);
}

} // namespace
