// Contexts of runs as C++ types: laid out as the running kernel's own BTF says, taken by it, and given back.
#include <bpfxx/program/test_context.hpp>

#include <bpfxx/btf/find.hpp>
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/program/context.hpp>
#include <bpfxx/program/test_run.hpp>

#include "btf/running_kernel.hpp"
#include "kernel/support/skip.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace {

using namespace bpfxx;
using namespace bpfxx::insn;

static_assert(std::is_same_v<test_context<program_kind::cgroup_inet_egress>, sk_buff_context>);
static_assert(std::is_same_v<verdict_of<program_kind::xdp_devmap>, xdp_action> && !has_verdict<program_kind::syscall>);
static_assert(std::is_void_v<verdict_of<program_kind::tracing>> && !has_verdict<program_kind::sock_ops>);

template <class Kind, class Given>
constexpr bool lent = std::is_constructible_v<lent_context<Kind, std::byte const>, Given>;
static_assert(lent<program_kind::xdp, xdp_context&> && lent<program_kind::xdp, std::array<std::byte, 4>&>);
static_assert(lent<program_kind::raw_tracepoint, std::uint64_t const (&)[2]>);
static_assert(!lent<program_kind::xdp, std::uint64_t const (&)[2]> && !lent<program_kind::xdp, int>);
static_assert(!std::is_constructible_v<lent_context<program_kind::xdp, std::byte>, xdp_context const&>);

struct member {
    std::string_view name;
    std::size_t offset;
};

template <std::size_t Count>
void compare(char const* kernel_name, std::size_t size, member const (&members)[Count]) {
    auto const* const kernel = btf_test::running_kernel::get();
    if (kernel == nullptr) return support::skip(btf_test::no_kernel_btf);
    auto const found = btf::find(kernel->view(), btf::kind::struct_, kernel_name);
    if (!found) return support::skip("this kernel has no such context");
    CHECK(found->size() <= size);
    for (auto const& each : members) {
        INFO(kernel_name, ".", std::string{each.name});
        auto const there = btf::find_member(*found, each.name);
        if (there) CHECK(there->bit_offset() == each.offset * 8); // older kernels have less
    }
    CHECK(btf::find_member(*found, members[0].name));
}

#define AT(type, name) {#name, offsetof(type, name)}

TEST_CASE("contexts are laid out as the kernel's BTF says") {
    // clang-format off: one context each
    compare("xdp_md", sizeof(xdp_context), {
        AT(xdp_context, data), AT(xdp_context, data_end), AT(xdp_context, data_meta), AT(xdp_context, ingress_ifindex),
        AT(xdp_context, rx_queue_index), AT(xdp_context, egress_ifindex)});
    compare("__sk_buff", sizeof(sk_buff_context), {
        AT(sk_buff_context, len), AT(sk_buff_context, pkt_type), AT(sk_buff_context, mark),
        AT(sk_buff_context, queue_mapping), AT(sk_buff_context, protocol), AT(sk_buff_context, vlan_present),
        AT(sk_buff_context, vlan_tci), AT(sk_buff_context, vlan_proto), AT(sk_buff_context, priority),
        AT(sk_buff_context, ingress_ifindex), AT(sk_buff_context, ifindex), AT(sk_buff_context, tc_index),
        AT(sk_buff_context, cb), AT(sk_buff_context, hash), AT(sk_buff_context, tc_classid), AT(sk_buff_context, data),
        AT(sk_buff_context, data_end), AT(sk_buff_context, napi_id), AT(sk_buff_context, family),
        AT(sk_buff_context, remote_ip4), AT(sk_buff_context, local_ip4), AT(sk_buff_context, remote_ip6),
        AT(sk_buff_context, local_ip6), AT(sk_buff_context, remote_port), AT(sk_buff_context, local_port),
        AT(sk_buff_context, data_meta), AT(sk_buff_context, tstamp), AT(sk_buff_context, wire_len),
        AT(sk_buff_context, gso_segs), AT(sk_buff_context, gso_size), AT(sk_buff_context, tstamp_type),
        AT(sk_buff_context, hwtstamp)});
    compare("bpf_sk_lookup", sizeof(sk_lookup_context), {
        AT(sk_lookup_context, family), AT(sk_lookup_context, protocol), AT(sk_lookup_context, remote_ip4),
        AT(sk_lookup_context, remote_ip6), AT(sk_lookup_context, remote_port), AT(sk_lookup_context, local_ip4),
        AT(sk_lookup_context, local_ip6), AT(sk_lookup_context, local_port), AT(sk_lookup_context, ingress_ifindex)});
    compare("bpf_flow_keys", sizeof(flow_keys), {
        AT(flow_keys, nhoff), AT(flow_keys, thoff), AT(flow_keys, addr_proto), AT(flow_keys, is_frag),
        AT(flow_keys, is_first_frag), AT(flow_keys, is_encap), AT(flow_keys, ip_proto), AT(flow_keys, n_proto),
        AT(flow_keys, sport), AT(flow_keys, dport), AT(flow_keys, flags), AT(flow_keys, flow_label)});
    compare("nf_hook_state", sizeof(netfilter_context), {AT(netfilter_context, hook), AT(netfilter_context, pf)});
    // clang-format on
    static_assert(sizeof(xdp_context) == 24 && sizeof(sk_buff_context) == 192 && sizeof(sk_lookup_context) == 72 &&
                  sizeof(flow_keys) == 56 && sizeof(netfilter_context) == 48);
}

constexpr std::array<std::byte, 64> packet{};

TEST_CASE("an XDP program's context, and its verdict by name") {
    constexpr auto on_lo =
        assemble<program_kind::xdp>(load(r2, r1 + ctx<program_kind::xdp>::ingress_ifindex), mov(r0, xdp_action::drop),
                                    jump_if(r2 == 1, "lo"), mov(r0, xdp_action::pass), label("lo"), exit());
    auto const program = xdp_program::load({.insns = on_lo, .license = "GPL"}).value();
    xdp_context const lo{.data_end = packet.size(), .ingress_ifindex = 1};
    xdp_context after{};
    auto const ran = test_run(program, {.data = packet, .context = lo, .context_out = after});
    if (!ran && ran.error().code == errc::einval) return support::skip("no contexts of XDP runs before Linux 5.18");
    CHECK(ran.value().verdict() == xdp_action::drop);
    CHECK(after.ingress_ifindex == 1);
    CHECK(after.data_end == packet.size());
    CHECK(test_run(program, {.data = packet}).value().verdict() == xdp_action::drop); // lo is where it runs by itself
    xdp_context const wrong{.data = 8, .data_end = 4};
    CHECK(test_run(program, {.data = packet, .context = wrong}).error() == error{errc::einval, command::prog_test_run});
}

TEST_CASE("the context of a packet: what may be set arrives, what the program sets comes back") {
    using field = ctx<program_kind::sched_cls>;
    constexpr auto next_mark = assemble<program_kind::sched_cls>(
        load(r2, r1 + field::mark), add(r2, 1), store(r1 + field::mark, r2), load(r3, r1 + field::cb[2]),
        store(r1 + field::priority, r3), mov(r0, tc_action::drop), exit());
    auto const program = sched_cls_program::load({.insns = next_mark, .license = "GPL"}).value();
    sk_buff_context const before{.mark = 41, .cb = {0, 0, 77}};
    sk_buff_context after{};
    auto const ran = test_run(program, {.data = packet, .context = before, .context_out = after}).value();
    CHECK(ran.verdict() == tc_action::drop);
    CHECK(ran.context_size == sizeof after);
    CHECK(after.mark == 42);
    CHECK(after.priority == 77);
    sk_buff_context const refused{.len = 5};
    CHECK(test_run(program, {.data = packet, .context = refused}).error().code == errc::einval);
}

TEST_CASE("a socket lookup sees the addresses of the run") {
    using field = ctx<program_kind::sk_lookup>;
    constexpr auto by_port = assemble<program_kind::sk_lookup>(load(r2, r1 + field::local_port),
                                                               mov(r0, sk_action::drop), jump_if(r2 != 7007, "other"),
                                                               mov(r0, sk_action::pass), label("other"), exit());
    auto const program = sk_lookup_program::load({.insns = by_port, .license = "GPL"}).value();
    sk_lookup_context at{.family = 2, .protocol = 6, .local_port = 7007};
    auto const passed = test_run(program, {.context = at});
    if (!passed && passed.error().code == errc::enotsupp)
        return support::skip("no runs of sk_lookup before Linux 5.13");
    CHECK(passed.value().verdict() == sk_action::pass);
    at.local_port = 7008;
    CHECK(test_run(program, {.context = at}).value().verdict() == sk_action::drop);
}

TEST_CASE("a flow dissector gives its keys") {
    // Leaves the network header where it found it and names the transport header 20 bytes behind it.
    constexpr auto dissect = assemble(load<std::uint64_t>(r6, r1 + 144), load<std::uint16_t>(r2, r6 + 0), add(r2, 20),
                                      store<std::uint16_t>(r6 + 2, r2), mov(r0, 0), exit());
    auto const program = flow_dissector_program::load({.insns = dissect, .license = "GPL"}).value();
    auto ip = packet;
    ip[12] = std::byte{8};
    flow_keys keys{};
    auto const ran = test_run(program, {.data = ip, .data_out = std::as_writable_bytes(std::span{&keys, 1})}).value();
    CHECK(ran.verdict() == flow_dissector_verdict::found);
    CHECK(keys.nhoff == 14);
    CHECK(keys.thoff == 34);
    CHECK(keys.n_proto != 0);
}

TEST_CASE("a netfilter program runs at the hook that the run names") {
    constexpr auto accept = assemble(mov(r0, netfilter_verdict::accept), exit());
    auto const program = netfilter_program::load({.insns = accept, .license = "GPL"});
    if (!program) return support::skip("no netfilter programs before Linux 6.4");
    auto ip = packet;
    ip[12] = std::byte{8};
    ip[14] = std::byte{0x45};
    constexpr std::uint8_t ipv4 = 2, forward = 2;
    netfilter_context const at{.hook = forward, .pf = ipv4};
    auto const ran = test_run(*program, {.data = ip, .context = at});
    INFO(std::string{ran ? "" : describe(ran.error()).view()});
    CHECK(ran.value().verdict() == netfilter_verdict::accept);
    netfilter_context const nowhere{.hook = forward, .pf = 99};
    CHECK(test_run(*program, {.data = ip, .context = nowhere}).error() == error{errc::einval, command::prog_test_run});
}

TEST_CASE("the arguments of a raw tracepoint as numbers") {
    constexpr auto second = assemble(load<std::uint64_t>(r0, r1 + 8), exit());
    auto const program = raw_tracepoint_program::load({.insns = second, .license = "GPL"}).value();
    std::uint64_t const arguments[]{1, 99};
    CHECK(test_run(program, {.context = arguments}).value().retval == 99);
    std::vector<std::uint64_t> const more{1, 98, 3};
    CHECK(test_run(program, {.context = more}).value().retval == 98);
}

TEST_CASE("live frames, in batches") {
    constexpr auto drop = assemble(mov(r0, xdp_action::drop), exit());
    auto const program = xdp_program::load({.insns = drop, .license = "GPL"}).value();
    auto const ran =
        test_run(program, {.data = packet, .repeat = 64, .flags = test_run_flags::xdp_live_frames, .batch_size = 16});
    if (!ran && ran.error().code == errc::einval) return support::skip("no live frames before Linux 5.18");
    CHECK(ran);
    CHECK(
        test_run(program, {.data = packet, .flags = test_run_flags::xdp_live_frames, .batch_size = 100'000}).error() ==
        error{errc::e2big, command::prog_test_run});
}

} // namespace
