// Every call of a cgroup link as the kernel sees it, and what it may answer.
#include <bpfxx/link/cgroup.hpp>
#include <bpfxx/program/handle.hpp>

#include "fake/kernel.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>

namespace {

using namespace bpfxx;

constexpr std::uint32_t link_create = 28;

/// A descriptor that the fake may hand out and the library will close.
int new_descriptor() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

template <class Program = cgroup_inet4_connect_program>
Program make_program() {
    return Program::adopt_unchecked(*owned_fd<kind::program>::adopt_raw(new_descriptor()));
}

cgroup_link make_link() { return cgroup_link::adopt_unchecked(*owned_fd<kind::link>::adopt_raw(new_descriptor())); }

constexpr auto group = fd_ref<kind::cgroup>::from_raw(901);

/// The attribute by which a program is attached with a hook.
template <class Program = cgroup_inet4_connect_program>
fake::logged_call attribute(cgroup_hook const& hook, Program const& program = make_program<Program>()) {
    fake::kernel kernel{[](fake::bpf_call&) -> long { return -EINVAL; }};
    auto const link = program.attach(hook);
    kernel.stop();
    CHECK(link.error() == error{errc::einval, command::link_create});
    auto const call = kernel.only_bpf();
    CHECK(call.command == link_create);
    CHECK(call.size == 32);
    return call;
}

/// The flags, what they refer to, and the revision.
bool has_rest(fake::logged_call const& call, std::uint32_t flags, std::uint32_t place, std::uint64_t revision) {
    return call.field<std::uint32_t>(12) == flags && call.field<std::uint32_t>(16) == place &&
           call.field<std::uint32_t>(20) == 0 && call.field<std::uint64_t>(24) == revision;
}

} // namespace

TEST_CASE("attach names the program, the cgroup and the hook that the program's kind names") {
    auto const program = make_program();
    fake::kernel kernel{[](fake::bpf_call&) -> long { return new_descriptor(); }};
    auto const link = program.attach(cgroup_hook{.cgroup = group});
    kernel.stop();
    REQUIRE(link);
    auto const call = kernel.calls()[0];
    REQUIRE(kernel.bpf_calls() == 1);
    CHECK(call.command == link_create);
    CHECK(call.field<std::int32_t>(0) == program.fd().raw());
    CHECK(call.field<std::int32_t>(4) == 901);
    CHECK(call.field<std::uint32_t>(8) == 10);
    CHECK(has_rest(call, 0, 0, 0));
    CHECK(link->fd().raw() == call.result);
}

TEST_CASE("each kind has its own hook") {
    cgroup_hook const hook{.cgroup = group};
    CHECK(attribute<cgroup_inet_ingress_program>(hook).field<std::uint32_t>(8) == 0);
    CHECK(attribute<sock_ops_program>(hook).field<std::uint32_t>(8) == 3);
    CHECK(attribute<cgroup_device_program>(hook).field<std::uint32_t>(8) == 6);
    CHECK(attribute<cgroup_sysctl_program>(hook).field<std::uint32_t>(8) == 18);
    CHECK(attribute<lsm_cgroup_program>(hook).field<std::uint32_t>(8) == 43);
    CHECK(attribute<cgroup_unix_getsockname_program>(hook).field<std::uint32_t>(8) == 53);
}

TEST_CASE("programs whose attach type is 0 are not taken for those that see packets arrive") {
    using namespace program_kind;
    auto const accepted = []<class... Kind>(Kind...) { return ((cgroup_hook::accepts<Kind> ? 1 : 0) + ...); };
    CHECK(accepted(cgroup_inet_ingress{}, cgroup_inet_egress{}, cgroup_inet_sock_create{}, cgroup_device{}, sock_ops{},
                   program_kind::lsm_cgroup{}) == 6);
    CHECK(accepted(socket_filter{}, kprobe{}, sched_cls{}, sched_act{}, program_kind::tracepoint{}, xdp{}, cgroup_skb{},
                   cgroup_sock{}, cgroup_sock_addr{}, cgroup_sockopt{}, lwt_in{}, lwt_out{}, lwt_xmit{}, sk_skb{},
                   sk_msg{}, raw_tracepoint{}, lwt_seg6local{}, sk_reuseport{}, raw_tracepoint_writable{}, tracing{},
                   lsm{}, lsm_mac{}, ext{}, program_kind::syscall{}, netfilter{}, sk_lookup{}, flow_dissector{},
                   iter{}) == 0);
}

TEST_CASE("order, revision and preorder, each in its place") {
    auto const anchor = fd_ref<kind::link>::from_raw(77);
    CHECK(has_rest(attribute({.cgroup = group, .order = attach_order::first()}), 1u << 3, 0, 0));
    CHECK(has_rest(attribute({.cgroup = group, .order = attach_order::last()}), 1u << 4, 0, 0));
    CHECK(has_rest(attribute({.cgroup = group, .order = attach_order::before(anchor)}), 1u << 3 | 1u << 13, 77, 0));
    CHECK(has_rest(attribute({.cgroup = group, .order = attach_order::after(link_id{88})}),
                   1u << 4 | 1u << 5 | 1u << 13, 88, 0));
    CHECK(has_rest(attribute({.cgroup = group, .preorder = true}), 1u << 6, 0, 0));
    constexpr std::uint64_t revision = 0x1122'3344'5566'7788;
    CHECK(has_rest(
        attribute({.cgroup = group, .order = attach_order::first(), .expected_revision = revision, .preorder = true}),
        1u << 3 | 1u << 6, 0, revision));
}

TEST_CASE("a revision never goes without a flag that kernels without revisions refuse") {
    CHECK(has_rest(attribute({.cgroup = group, .expected_revision = 5}), 1u << 4, 0, 5));
    CHECK(has_rest(attribute({.cgroup = group, .expected_revision = 5, .preorder = true}), 1u << 4 | 1u << 6, 0, 5));
    auto const anchor = fd_ref<kind::link>::from_raw(77);
    CHECK(has_rest(attribute({.cgroup = group, .order = attach_order::before(anchor), .expected_revision = 5}),
                   1u << 3 | 1u << 13, 77, 5));
}

TEST_CASE("info, and what is left of it when the cgroup is gone") {
    std::uint64_t cgroup_id = 4711;
    auto const link = make_link();
    fake::kernel kernel{[&](fake::bpf_call& call) -> long {
        auto* const out = call.pointer<std::byte>(8);
        std::uint32_t const head[]{3, 77, 88, 0};
        std::memcpy(out, head, sizeof head);
        std::memcpy(out + 16, &cgroup_id, 8);
        std::uint32_t const type = 21;
        std::memcpy(out + 24, &type, 4);
        call.put(4, 32u);
        return 0;
    }};
    auto const there = link.info();
    cgroup_id = 0;
    auto const gone = link.info();
    kernel.stop();
    REQUIRE(there);
    CHECK(there->id == link_id{77});
    CHECK(there->program == program_id{88});
    CHECK(there->cgroup_id == 4711);
    CHECK(there->attach_type == attach_type::cgroup_getsockopt);
    REQUIRE(gone);
    CHECK(!gone->cgroup_id);
    CHECK(kernel.bpf_calls() == 2);
}

TEST_CASE("the kernel's errors come through") {
    auto link = make_link();
    auto const program = make_program();
    fake::kernel kernel{[](fake::bpf_call&) -> long { return -ENOLINK; }};
    auto const info = link.info();
    auto const detached = link.detach();
    auto const attached = program.attach(cgroup_hook{.cgroup = group});
    kernel.stop();
    CHECK(info.error() == error{errc::enolink, command::obj_get_info_by_fd});
    CHECK(detached.error() == error{errc::enolink, command::link_detach});
    CHECK(attached.error() == error{errc::enolink, command::link_create});
}

namespace {

/// A link at getsockopt, which answers an update with a number.
auto at_getsockopt(long updated) {
    return [updated](fake::bpf_call& call) -> long {
        if (call.command == 29) return updated;
        std::uint32_t const head[]{3, 77, 88, 0, 4711, 0, 21, 0};
        std::memcpy(call.pointer<std::byte>(8), head, sizeof head);
        call.put(4, 32u);
        return 0;
    };
}

} // namespace

TEST_CASE("update asks for the hook, and passes the new program and the expected one") {
    auto link = make_link();
    auto const next = make_program<cgroup_getsockopt_program>();
    auto const old = make_program<cgroup_getsockopt_program>();
    fake::kernel kernel{at_getsockopt(0)};
    auto const updated = link.update(next);
    auto const replaced = link.update(next, old);
    auto const elsewhere = link.update(make_program<cgroup_setsockopt_program>());
    kernel.stop();
    CHECK(updated);
    CHECK(replaced);
    CHECK(elsewhere.error() == error{errc::attach_type_differs, command::link_update});
    std::vector<fake::logged_call> calls;
    for (auto const& each : kernel.calls())
        if (each.number == __NR_bpf) calls.push_back(each);
    REQUIRE(calls.size() == 5);
    for (std::size_t const i : {0u, 2u, 4u}) CHECK(calls[i].command == 15);
    for (std::size_t const i : {1u, 3u}) {
        CHECK(calls[i].command == 29);
        CHECK(calls[i].size == 16);
        CHECK(calls[i].field<std::int32_t>(0) == link.fd().raw());
        CHECK(calls[i].field<std::int32_t>(4) == next.fd().raw());
        CHECK(calls[i].field<std::uint32_t>(8) == (i == 1 ? 0 : 4));
        CHECK(calls[i].field<std::int32_t>(12) == (i == 1 ? 0 : old.fd().raw()));
    }
}

TEST_CASE("what the kernel says of an update") {
    auto link = make_link();
    auto const next = make_program<cgroup_getsockopt_program>();
    fake::kernel kernel{at_getsockopt(-EPERM)};
    auto const updated = link.update(next, next);
    kernel.stop();
    CHECK(updated.error() == error{errc::eperm, command::link_update});
}
