// XDP links as the kernel sees them.
#include <bpfxx/link/xdp.hpp>
#include <bpfxx/program/handle.hpp>

#include "fake/kernel.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <type_traits>

namespace {

using namespace bpfxx;

constexpr std::uint32_t link_create = 28, get_info = 15, link_update = 29, link_detach = 34;

static_assert(std::is_aggregate_v<xdp_hook> && hook_for<xdp_hook, program_kind::xdp>);
static_assert(!hook_for<xdp_hook, program_kind::xdp_devmap> && !hook_for<xdp_hook, program_kind::xdp_cpumap> &&
              !hook_for<xdp_hook, program_kind::sched_cls>);
static_assert(xdp_link::type == link_type::xdp);

int new_descriptor() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

xdp_program make_program() {
    return xdp_program::adopt_unchecked(*owned_fd<kind::program>::adopt_raw(new_descriptor()));
}

xdp_link make_link() { return xdp_link::adopt_unchecked(*owned_fd<kind::link>::adopt_raw(new_descriptor())); }

TEST_CASE("attaching passes the program, the device and the mode") {
    auto const program = make_program();
    for (auto const mode : {xdp_mode::automatic, xdp_mode::generic, xdp_mode::native, xdp_mode::hardware}) {
        fake::kernel kernel{[](fake::bpf_call&) -> long { return new_descriptor(); }};
        auto const link = program.attach(xdp_hook{.ifindex = interface_index{0x1234'5678}, .mode = mode});
        kernel.stop();
        REQUIRE(link);
        auto const& call = kernel.only_bpf();
        CHECK(call.command == link_create);
        CHECK(call.size == 16);
        CHECK(call.field<std::int32_t>(0) == program.fd().raw());
        CHECK(call.field<std::uint32_t>(4) == 0x1234'5678);
        CHECK(call.field<std::uint32_t>(8) == 37);
        CHECK(call.field<std::uint32_t>(12) == static_cast<std::uint32_t>(mode));
        CHECK(link->fd().raw() == call.result);
    }
    static_assert(static_cast<int>(xdp_mode::generic) == 2 && static_cast<int>(xdp_mode::native) == 4 &&
                  static_cast<int>(xdp_mode::hardware) == 8);
}

TEST_CASE("the mode is the driver's choice where nothing is said") {
    auto const program = make_program();
    fake::kernel kernel{[](fake::bpf_call&) -> long { return -EBUSY; }};
    auto const link = program.attach(xdp_hook{.ifindex = interface_index{2}});
    kernel.stop();
    CHECK(link.error() == error{errc::ebusy, command::link_create});
    CHECK(kernel.only_bpf().field<std::uint32_t>(12) == 0);
}

TEST_CASE("info tells the device, and none once it is gone") {
    auto const link = make_link();
    for (std::uint32_t const device : {7u, 0u}) {
        fake::kernel kernel{[&](fake::bpf_call& call) -> long {
            std::uint32_t const said[]{6, 77, 88, 0, device, 0};
            std::memcpy(call.pointer<std::byte>(8), said, sizeof said);
            call.put(4, std::uint32_t{24});
            return 0;
        }};
        auto const info = link.info();
        kernel.stop();
        REQUIRE(info);
        CHECK(kernel.only_bpf().command == get_info);
        CHECK(kernel.only_bpf().field<std::int32_t>(0) == link.fd().raw());
        CHECK(kernel.only_bpf().field<std::uint32_t>(4) == 24);
        CHECK(info->id == link_id{77});
        CHECK(info->program == program_id{88});
        CHECK(info->ifindex == (device == 0 ? std::nullopt : std::optional{interface_index{7}}));
    }
    fake::kernel kernel{[](fake::bpf_call&) -> long { return -EINVAL; }};
    auto const refused = link.info();
    kernel.stop();
    CHECK(refused.error() == error{errc::einval, command::obj_get_info_by_fd});
}

TEST_CASE("update and detach name the link") {
    auto link = make_link();
    auto const next = make_program();
    auto const expected = make_program();
    fake::kernel kernel{[](fake::bpf_call& call) -> long { return call.command == link_detach ? 0 : -ENOLINK; }};
    auto const updated = link.update(next);
    auto const replaced = link.update(next, expected);
    auto const detached = link.detach();
    kernel.stop();
    CHECK(updated.error() == error{errc::enolink, command::link_update});
    CHECK(replaced.error() == error{errc::enolink, command::link_update});
    CHECK(detached);
    REQUIRE(kernel.calls().size() == 3);
    auto const& first = kernel.calls()[0];
    CHECK(first.command == link_update);
    CHECK(first.field<std::int32_t>(0) == link.fd().raw());
    CHECK(first.field<std::int32_t>(4) == next.fd().raw());
    CHECK(first.field<std::uint32_t>(8) == 0);
    CHECK(first.field<std::uint32_t>(12) == 0);
    auto const& second = kernel.calls()[1];
    CHECK(second.field<std::uint32_t>(8) == 4);
    CHECK(second.field<std::int32_t>(12) == expected.fd().raw());
    CHECK(kernel.calls()[2].command == link_detach);
    CHECK(kernel.calls()[2].field<std::int32_t>(0) == link.fd().raw());
}

} // namespace
