#pragma once
// A place for every hook that gives a link, except those at perf events; see kernel/support/hook_steps.hpp.

#include "kernel/support/hook_steps.hpp"

#include "kernel/support/cgroup.hpp"
#include "kernel/support/kprobes.hpp"
#include "kernel/support/netns.hpp"
#include "kernel/support/probed.hpp"
#include "kernel/support/veth.hpp"

#include <bpfxx/btf/find.hpp>
#include <bpfxx/btf/kernel.hpp>
#include <bpfxx/link/btf_tracepoint.hpp>
#include <bpfxx/link/cgroup.hpp>
#include <bpfxx/link/iter.hpp>
#include <bpfxx/link/kprobe_multi.hpp>
#include <bpfxx/link/netfilter.hpp>
#include <bpfxx/link/netns.hpp>
#include <bpfxx/link/raw_tracepoint.hpp>
#include <bpfxx/link/sock_map.hpp>
#include <bpfxx/link/tcx.hpp>
#include <bpfxx/link/tracing.hpp>
#include <bpfxx/link/uprobe_multi.hpp>
#include <bpfxx/link/xdp.hpp>
#include <bpfxx/map/sock_map.hpp>

#include <doctest/doctest.h>

#include <array>
#include <optional>
#include <string>
#include <unistd.h>

namespace places::links {

using namespace bpfxx;
using support::place;

inline constexpr char const* no_veth = "this kernel has no veth";
inline constexpr char const* no_network = "a network namespace cannot be made here";

/// On the device of a pair where packets arrive.
template <class Kind, int Returned>
struct on_device : place<Kind, Returned> {
    static constexpr std::size_t calls = 1, detach_calls = 1;

    support::veth_pair const pair{};
    interface_index const device = pair.out();

    [[nodiscard]] char const* obstacle() const { return pair ? nullptr : no_veth; }
    [[nodiscard]] std::string contents() const { return support::network_state(device); }
    void remove_target() { pair.remove(); }
};

struct at_xdp : on_device<program_kind::xdp, 2> {
    auto attach(program const& what) const { return what.attach(xdp_hook{.ifindex = device}); }
};

struct at_generic_xdp : on_device<program_kind::xdp, 2> {
    auto attach(program const& what) const {
        return what.attach(xdp_hook{.ifindex = device, .mode = xdp_mode::generic});
    }
};

/// Where another program is already.
struct at_tcx : on_device<program_kind::sched_cls, -1> {
    result<sched_cls_program> const other = load();
    result<tcx_link> const others = attach(other.value());

    result<tcx_link> attach(program const& what) const {
        return what.attach(tcx_hook{.ifindex = device, .direction = tc_direction::ingress});
    }
    [[nodiscard]] char const* obstacle() const {
        return pair && others ? nullptr : "this kernel has no veth or no tcx (before Linux 6.6)";
    }
    [[nodiscard]] std::string contents() const {
        return support::network_state(device) + support::programs_told(sys::attr::prog_query_interface{
                                                    .target_ifindex = device, .attach_type = attach_type::tcx_ingress});
    }
};

/// With another program there.
struct at_cgroup : place<program_kind::cgroup_inet_egress> {
    static constexpr std::size_t calls = 1, detach_calls = 1;

    support::cgroup group{};
    owned_fd<kind::cgroup> const fd = group.open();
    program const other = load().value();
    result<cgroup_link> const others = attach(other);

    result<cgroup_link> attach(program const& what) const { return what.attach(cgroup_hook{.cgroup = fd}); }
    [[nodiscard]] char const* obstacle() const { return group && others ? nullptr : "no cgroup2 here"; }
    [[nodiscard]] std::string contents() const {
        return support::programs_told(fd.borrow(), attach_type::cgroup_inet_egress);
    }
    void remove_target() { group.remove(); }
};

/// In a network namespace of its own.
template <class Kind, int Returned = 1>
struct in_network : place<Kind, Returned> {
    static constexpr std::size_t calls = 1, detach_calls = 1;

    support::own_network const network{};
    owned_fd<kind::netns> const netns = support::current_netns();

    [[nodiscard]] char const* obstacle() const { return network ? nullptr : no_network; }
};

struct at_sk_lookup : in_network<program_kind::sk_lookup> {
    program const other = load().value();
    netns_link const others = attach(other).value();

    result<netns_link> attach(program const& what) const { return what.attach(netns_hook{.netns = netns}); }
    [[nodiscard]] std::string contents() const {
        return support::programs_told(netns.borrow(), attach_type::sk_lookup);
    }
};

struct at_flow_dissector : in_network<program_kind::flow_dissector, 0> {
    auto attach(program const& what) const { return what.attach(netns_hook{.netns = netns}); }
    [[nodiscard]] std::string contents() const {
        return support::programs_told(netns.borrow(), attach_type::flow_dissector);
    }
};

struct at_netfilter : in_network<program_kind::netfilter> {
    auto attach(program const& what) const {
        return what.attach(
            netfilter_hook{.family = netfilter_family::ipv4, .hook = netfilter_place::local_in, .priority = 5});
    }
};

struct at_sock_map : place<program_kind::sk_msg> {
    static constexpr std::size_t calls = 1, detach_calls = 1;

    sock_map<> const map = sock_map<>::create({.max_entries = 1}).value();

    auto attach(program const& what) const { return what.attach(sock_map_hook{.map = map}); }
    [[nodiscard]] std::string contents() const { return support::programs_told(map.fd(), attach_type::sk_msg_verdict); }
};

struct at_raw_tracepoint : place<program_kind::raw_tracepoint, 0> {
    static constexpr std::size_t calls = 1;

    auto attach(program const& what) const { return what.attach(raw_tracepoint_hook{.name = "sys_enter"}); }
};

inline btf::kernel_types const* kernel() {
    static auto const types = btf::kernel_types::open();
    return types ? &*types : nullptr;
}

/// Whose target is named when the program is loaded.
template <class Kind>
struct by_type : place<Kind, 0> {
    static constexpr std::size_t calls = 1;
    using typename place<Kind, 0>::program;

    result<program> load() const {
        auto const id = target();
        if (!id) return id.error();
        return program::load({.insns = support::returning<0>, .license = "GPL", .attach_btf_id = *id});
    }
    static result<btf::type_id> target() {
        if (kernel() == nullptr) return error{errc::enoent, command::open_file};
        if constexpr (Kind::only_attach_type == attach_type::trace_raw_tp) return kernel()->tracepoint("sys_enter");
        if constexpr (Kind::only_attach_type == attach_type::trace_iter) return kernel()->iterator("task");
        return kernel()->function(support::probed_kernel_function);
    }
};

struct at_btf_tracepoint : by_type<program_kind::btf_tracepoint> {
    auto attach(program const& what) const { return what.attach(btf_tracepoint_hook{}); }
};

struct at_btf_tracepoint_before : by_type<program_kind::btf_tracepoint> {
    auto attach(program const& what) const { return what.attach(btf_tracepoint_hook_without_cookie{}); }
};

struct at_iterator : by_type<program_kind::iter> {
    auto attach(program const& what) const { return what.attach(iter_hook{}); }
};

struct at_task_iterator : by_type<program_kind::iter> {
    std::uint32_t const process = static_cast<std::uint32_t>(::getpid());

    auto attach(program const& what) const { return what.attach(task_iter_hook{.process = process}); }
};

struct at_fentry : by_type<program_kind::fentry> {
    auto attach(program const& what) const { return what.attach(tracing_hook{}); }
};

struct at_uprobe_multi : place<program_kind::uprobe_multi, 0> {
    static constexpr std::size_t calls = 1;

    char const* const path = support::own_path().c_str();
    std::array<std::uint64_t, 2> const offsets{support::own_offset(&support::probed_first),
                                               support::own_offset(&support::probed_second)};

    auto attach(program const& what) const { return what.attach(uprobe_multi_hook{.path = path, .offsets = offsets}); }
};

struct at_own_uprobe_multi : at_uprobe_multi {
    static constexpr std::size_t calls = 2;

    auto attach(program const& what) const {
        return what.attach(uprobe_multi_hook{.path = path, .offsets = offsets, .pid = 0});
    }
};

struct at_kprobe_multi : place<program_kind::kprobe_multi, 0> {
    static constexpr std::size_t calls = 1;

    std::array<char const*, 2> const functions{support::probed_kernel_function, support::other_kernel_function};

    auto attach(program const& what) const { return what.attach(kprobe_multi_hook{.functions = functions}); }
};

} // namespace places::links

#define EACH_PLACE_OF_A_LINK                                                                                           \
    at_xdp, at_generic_xdp, at_tcx, at_cgroup, at_sk_lookup, at_flow_dissector, at_netfilter, at_sock_map,             \
        at_raw_tracepoint, at_btf_tracepoint, at_btf_tracepoint_before, at_iterator, at_task_iterator, at_fentry,      \
        at_uprobe_multi, at_own_uprobe_multi, at_kprobe_multi
