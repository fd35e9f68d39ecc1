#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/program/attach_type.hpp>
#include <bpfxx/program/type.hpp>
#include <bpfxx/sys/flags.hpp>

#include <concepts>

namespace bpfxx {

namespace detail {

// `Attach` and `Flags` are what the kernel insists on for the type, so that nobody has to say them.
template <program_type Type, attach_type Attach = attach_type{}, program_flags Flags = program_flags::none>
struct program_facts {
    static constexpr program_type type = Type;
    static constexpr attach_type only_attach_type = Attach;
    static constexpr program_flags constant_flags = Flags;
};

} // namespace detail

/// The types of programs as C++ types, so that a program of one is not taken for a program of another.
/// UAPI: `enum bpf_prog_type`
namespace program_kind {

struct socket_filter : detail::program_facts<program_type::socket_filter> {};
struct kprobe : detail::program_facts<program_type::kprobe> {};
struct sched_cls : detail::program_facts<program_type::sched_cls> {};
struct sched_act : detail::program_facts<program_type::sched_act> {};
struct tracepoint : detail::program_facts<program_type::tracepoint> {};
struct xdp : detail::program_facts<program_type::xdp> {};
struct perf_event : detail::program_facts<program_type::perf_event> {};
struct cgroup_skb : detail::program_facts<program_type::cgroup_skb> {};
struct cgroup_sock : detail::program_facts<program_type::cgroup_sock> {};
struct lwt_in : detail::program_facts<program_type::lwt_in> {};
struct lwt_out : detail::program_facts<program_type::lwt_out> {};
struct lwt_xmit : detail::program_facts<program_type::lwt_xmit> {};
struct sock_ops : detail::program_facts<program_type::sock_ops> {};
struct sk_skb : detail::program_facts<program_type::sk_skb> {};
struct cgroup_device : detail::program_facts<program_type::cgroup_device> {};
struct sk_msg : detail::program_facts<program_type::sk_msg> {};
struct raw_tracepoint : detail::program_facts<program_type::raw_tracepoint> {};
struct cgroup_sock_addr : detail::program_facts<program_type::cgroup_sock_addr> {};
struct lwt_seg6local : detail::program_facts<program_type::lwt_seg6local> {};
struct lirc_mode2 : detail::program_facts<program_type::lirc_mode2> {};
struct sk_reuseport : detail::program_facts<program_type::sk_reuseport> {};
struct flow_dissector : detail::program_facts<program_type::flow_dissector> {};
struct cgroup_sysctl : detail::program_facts<program_type::cgroup_sysctl> {};
struct raw_tracepoint_writable : detail::program_facts<program_type::raw_tracepoint_writable> {};
struct cgroup_sockopt : detail::program_facts<program_type::cgroup_sockopt> {};
struct tracing : detail::program_facts<program_type::tracing> {};
struct struct_ops : detail::program_facts<program_type::struct_ops> {};
struct ext : detail::program_facts<program_type::ext> {};
struct lsm : detail::program_facts<program_type::lsm> {};
struct sk_lookup : detail::program_facts<program_type::sk_lookup, attach_type::sk_lookup> {};
struct syscall : detail::program_facts<program_type::syscall, attach_type{}, program_flags::sleepable> {};
struct netfilter : detail::program_facts<program_type::netfilter, attach_type::netfilter> {};

} // namespace program_kind

/// One of the tags in `program_kind`.
template <class T>
concept program_tag = requires {
    { T::type } -> std::convertible_to<program_type>;
    { T::only_attach_type } -> std::convertible_to<attach_type>;
    { T::constant_flags } -> std::convertible_to<program_flags>;
};

/// A place to attach programs to says of each type of program whether it takes it.
template <class Hook, class Kind>
concept hook_for = requires { requires Hook::template accepts<Kind>; };

template <program_tag Kind>
class program;

using socket_filter_program = program<program_kind::socket_filter>;
using kprobe_program = program<program_kind::kprobe>;
using sched_cls_program = program<program_kind::sched_cls>;
using sched_act_program = program<program_kind::sched_act>;
using tracepoint_program = program<program_kind::tracepoint>;
using xdp_program = program<program_kind::xdp>;
using perf_event_program = program<program_kind::perf_event>;
using cgroup_skb_program = program<program_kind::cgroup_skb>;
using cgroup_sock_program = program<program_kind::cgroup_sock>;
using lwt_in_program = program<program_kind::lwt_in>;
using lwt_out_program = program<program_kind::lwt_out>;
using lwt_xmit_program = program<program_kind::lwt_xmit>;
using sock_ops_program = program<program_kind::sock_ops>;
using sk_skb_program = program<program_kind::sk_skb>;
using cgroup_device_program = program<program_kind::cgroup_device>;
using sk_msg_program = program<program_kind::sk_msg>;
using raw_tracepoint_program = program<program_kind::raw_tracepoint>;
using cgroup_sock_addr_program = program<program_kind::cgroup_sock_addr>;
using lwt_seg6local_program = program<program_kind::lwt_seg6local>;
using lirc_mode2_program = program<program_kind::lirc_mode2>;
using sk_reuseport_program = program<program_kind::sk_reuseport>;
using flow_dissector_program = program<program_kind::flow_dissector>;
using cgroup_sysctl_program = program<program_kind::cgroup_sysctl>;
using raw_tracepoint_writable_program = program<program_kind::raw_tracepoint_writable>;
using cgroup_sockopt_program = program<program_kind::cgroup_sockopt>;
using tracing_program = program<program_kind::tracing>;
using struct_ops_program = program<program_kind::struct_ops>;
using ext_program = program<program_kind::ext>;
using lsm_program = program<program_kind::lsm>;
using sk_lookup_program = program<program_kind::sk_lookup>;
using syscall_program = program<program_kind::syscall>;
using netfilter_program = program<program_kind::netfilter>;

} // namespace bpfxx
