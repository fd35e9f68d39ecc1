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
    static constexpr bool names_its_hook = true;
};

// A type with several hooks, of which `expected_attach_type` names one while loading.
template <program_type Type>
struct program_facts_of_several_hooks : program_facts<Type> {
    static constexpr bool names_its_hook = false;
};

} // namespace detail

/// The types of programs as C++ types, so that a program of one is not taken for a program of another. Where the kernel
/// wants to know the hook while loading, there is a C++ type for each hook, under the hook's name.
/// UAPI: `enum bpf_prog_type`, `enum bpf_attach_type`
namespace program_kind {

struct socket_filter : detail::program_facts<program_type::socket_filter> {};
struct kprobe : detail::program_facts<program_type::kprobe> {};
struct sched_cls : detail::program_facts<program_type::sched_cls> {};
struct sched_act : detail::program_facts<program_type::sched_act> {};
struct tracepoint : detail::program_facts<program_type::tracepoint> {};
struct xdp : detail::program_facts<program_type::xdp> {};
struct perf_event : detail::program_facts<program_type::perf_event> {};
struct cgroup_skb : detail::program_facts_of_several_hooks<program_type::cgroup_skb> {};
struct cgroup_sock : detail::program_facts_of_several_hooks<program_type::cgroup_sock> {};
struct lwt_in : detail::program_facts<program_type::lwt_in> {};
struct lwt_out : detail::program_facts<program_type::lwt_out> {};
struct lwt_xmit : detail::program_facts<program_type::lwt_xmit> {};
struct sock_ops : detail::program_facts<program_type::sock_ops, attach_type::cgroup_sock_ops> {};
struct sk_skb : detail::program_facts_of_several_hooks<program_type::sk_skb> {};
struct cgroup_device : detail::program_facts<program_type::cgroup_device, attach_type::cgroup_device> {};
struct sk_msg : detail::program_facts<program_type::sk_msg, attach_type::sk_msg_verdict> {};
struct raw_tracepoint : detail::program_facts<program_type::raw_tracepoint> {};
struct cgroup_sock_addr : detail::program_facts_of_several_hooks<program_type::cgroup_sock_addr> {};
struct lwt_seg6local : detail::program_facts<program_type::lwt_seg6local> {};
struct lirc_mode2 : detail::program_facts<program_type::lirc_mode2, attach_type::lirc_mode2> {};
struct sk_reuseport : detail::program_facts<program_type::sk_reuseport> {};
struct flow_dissector : detail::program_facts<program_type::flow_dissector, attach_type::flow_dissector> {};
struct cgroup_sysctl : detail::program_facts<program_type::cgroup_sysctl, attach_type::cgroup_sysctl> {};
struct raw_tracepoint_writable : detail::program_facts<program_type::raw_tracepoint_writable> {};
struct cgroup_sockopt : detail::program_facts_of_several_hooks<program_type::cgroup_sockopt> {};
struct tracing : detail::program_facts_of_several_hooks<program_type::tracing> {};
struct struct_ops : detail::program_facts<program_type::struct_ops> {};
struct ext : detail::program_facts<program_type::ext> {};
struct lsm : detail::program_facts_of_several_hooks<program_type::lsm> {};
struct sk_lookup : detail::program_facts<program_type::sk_lookup, attach_type::sk_lookup> {};
struct syscall : detail::program_facts<program_type::syscall, attach_type{}, program_flags::sleepable> {};
struct netfilter : detail::program_facts<program_type::netfilter, attach_type::netfilter> {};

struct kprobe_multi : detail::program_facts<program_type::kprobe, attach_type::trace_kprobe_multi> {};
struct kprobe_session : detail::program_facts<program_type::kprobe, attach_type::trace_kprobe_session> {};
struct uprobe_multi : detail::program_facts<program_type::kprobe, attach_type::trace_uprobe_multi> {};
struct uprobe_session : detail::program_facts<program_type::kprobe, attach_type::trace_uprobe_session> {};

struct xdp_devmap : detail::program_facts<program_type::xdp, attach_type::xdp_devmap> {};
struct xdp_cpumap : detail::program_facts<program_type::xdp, attach_type::xdp_cpumap> {};

struct cgroup_inet_ingress : detail::program_facts<program_type::cgroup_skb, attach_type::cgroup_inet_ingress> {};
struct cgroup_inet_egress : detail::program_facts<program_type::cgroup_skb, attach_type::cgroup_inet_egress> {};

struct cgroup_inet_sock_create
    : detail::program_facts<program_type::cgroup_sock, attach_type::cgroup_inet_sock_create> {};
struct cgroup_inet_sock_release
    : detail::program_facts<program_type::cgroup_sock, attach_type::cgroup_inet_sock_release> {};
struct cgroup_inet4_post_bind : detail::program_facts<program_type::cgroup_sock, attach_type::cgroup_inet4_post_bind> {
};
struct cgroup_inet6_post_bind : detail::program_facts<program_type::cgroup_sock, attach_type::cgroup_inet6_post_bind> {
};

struct cgroup_inet4_bind : detail::program_facts<program_type::cgroup_sock_addr, attach_type::cgroup_inet4_bind> {};
struct cgroup_inet6_bind : detail::program_facts<program_type::cgroup_sock_addr, attach_type::cgroup_inet6_bind> {};
struct cgroup_inet4_connect : detail::program_facts<program_type::cgroup_sock_addr, attach_type::cgroup_inet4_connect> {
};
struct cgroup_inet6_connect : detail::program_facts<program_type::cgroup_sock_addr, attach_type::cgroup_inet6_connect> {
};
struct cgroup_unix_connect : detail::program_facts<program_type::cgroup_sock_addr, attach_type::cgroup_unix_connect> {};
struct cgroup_udp4_sendmsg : detail::program_facts<program_type::cgroup_sock_addr, attach_type::cgroup_udp4_sendmsg> {};
struct cgroup_udp6_sendmsg : detail::program_facts<program_type::cgroup_sock_addr, attach_type::cgroup_udp6_sendmsg> {};
struct cgroup_unix_sendmsg : detail::program_facts<program_type::cgroup_sock_addr, attach_type::cgroup_unix_sendmsg> {};
struct cgroup_udp4_recvmsg : detail::program_facts<program_type::cgroup_sock_addr, attach_type::cgroup_udp4_recvmsg> {};
struct cgroup_udp6_recvmsg : detail::program_facts<program_type::cgroup_sock_addr, attach_type::cgroup_udp6_recvmsg> {};
struct cgroup_unix_recvmsg : detail::program_facts<program_type::cgroup_sock_addr, attach_type::cgroup_unix_recvmsg> {};
struct cgroup_inet4_getpeername
    : detail::program_facts<program_type::cgroup_sock_addr, attach_type::cgroup_inet4_getpeername> {};
struct cgroup_inet6_getpeername
    : detail::program_facts<program_type::cgroup_sock_addr, attach_type::cgroup_inet6_getpeername> {};
struct cgroup_unix_getpeername
    : detail::program_facts<program_type::cgroup_sock_addr, attach_type::cgroup_unix_getpeername> {};
struct cgroup_inet4_getsockname
    : detail::program_facts<program_type::cgroup_sock_addr, attach_type::cgroup_inet4_getsockname> {};
struct cgroup_inet6_getsockname
    : detail::program_facts<program_type::cgroup_sock_addr, attach_type::cgroup_inet6_getsockname> {};
struct cgroup_unix_getsockname
    : detail::program_facts<program_type::cgroup_sock_addr, attach_type::cgroup_unix_getsockname> {};

struct cgroup_getsockopt : detail::program_facts<program_type::cgroup_sockopt, attach_type::cgroup_getsockopt> {};
struct cgroup_setsockopt : detail::program_facts<program_type::cgroup_sockopt, attach_type::cgroup_setsockopt> {};

struct sk_skb_stream_parser : detail::program_facts<program_type::sk_skb, attach_type::sk_skb_stream_parser> {};
struct sk_skb_stream_verdict : detail::program_facts<program_type::sk_skb, attach_type::sk_skb_stream_verdict> {};
struct sk_skb_verdict : detail::program_facts<program_type::sk_skb, attach_type::sk_skb_verdict> {};

struct sk_reuseport_select_or_migrate
    : detail::program_facts<program_type::sk_reuseport, attach_type::sk_reuseport_select_or_migrate> {};

struct btf_tracepoint : detail::program_facts<program_type::tracing, attach_type::trace_raw_tp> {};
struct fentry : detail::program_facts<program_type::tracing, attach_type::trace_fentry> {};
struct fexit : detail::program_facts<program_type::tracing, attach_type::trace_fexit> {};
struct modify_return : detail::program_facts<program_type::tracing, attach_type::modify_return> {};
struct iter : detail::program_facts<program_type::tracing, attach_type::trace_iter> {};

struct lsm_mac : detail::program_facts<program_type::lsm, attach_type::lsm_mac> {};
struct lsm_cgroup : detail::program_facts<program_type::lsm, attach_type::lsm_cgroup> {};

} // namespace program_kind

/// One of the tags in `program_kind`.
template <class T>
concept program_tag = requires {
    { T::type } -> std::convertible_to<program_type>;
    { T::only_attach_type } -> std::convertible_to<attach_type>;
    { T::constant_flags } -> std::convertible_to<program_flags>;
    { T::names_its_hook } -> std::convertible_to<bool>;
};

/// A place to attach programs to says of each type of program whether it takes it: those that `names_its_hook` tells.
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

using kprobe_multi_program = program<program_kind::kprobe_multi>;
using kprobe_session_program = program<program_kind::kprobe_session>;
using uprobe_multi_program = program<program_kind::uprobe_multi>;
using uprobe_session_program = program<program_kind::uprobe_session>;
using xdp_devmap_program = program<program_kind::xdp_devmap>;
using xdp_cpumap_program = program<program_kind::xdp_cpumap>;
using cgroup_inet_ingress_program = program<program_kind::cgroup_inet_ingress>;
using cgroup_inet_egress_program = program<program_kind::cgroup_inet_egress>;
using cgroup_inet_sock_create_program = program<program_kind::cgroup_inet_sock_create>;
using cgroup_inet_sock_release_program = program<program_kind::cgroup_inet_sock_release>;
using cgroup_inet4_post_bind_program = program<program_kind::cgroup_inet4_post_bind>;
using cgroup_inet6_post_bind_program = program<program_kind::cgroup_inet6_post_bind>;
using cgroup_inet4_bind_program = program<program_kind::cgroup_inet4_bind>;
using cgroup_inet6_bind_program = program<program_kind::cgroup_inet6_bind>;
using cgroup_inet4_connect_program = program<program_kind::cgroup_inet4_connect>;
using cgroup_inet6_connect_program = program<program_kind::cgroup_inet6_connect>;
using cgroup_unix_connect_program = program<program_kind::cgroup_unix_connect>;
using cgroup_udp4_sendmsg_program = program<program_kind::cgroup_udp4_sendmsg>;
using cgroup_udp6_sendmsg_program = program<program_kind::cgroup_udp6_sendmsg>;
using cgroup_unix_sendmsg_program = program<program_kind::cgroup_unix_sendmsg>;
using cgroup_udp4_recvmsg_program = program<program_kind::cgroup_udp4_recvmsg>;
using cgroup_udp6_recvmsg_program = program<program_kind::cgroup_udp6_recvmsg>;
using cgroup_unix_recvmsg_program = program<program_kind::cgroup_unix_recvmsg>;
using cgroup_inet4_getpeername_program = program<program_kind::cgroup_inet4_getpeername>;
using cgroup_inet6_getpeername_program = program<program_kind::cgroup_inet6_getpeername>;
using cgroup_unix_getpeername_program = program<program_kind::cgroup_unix_getpeername>;
using cgroup_inet4_getsockname_program = program<program_kind::cgroup_inet4_getsockname>;
using cgroup_inet6_getsockname_program = program<program_kind::cgroup_inet6_getsockname>;
using cgroup_unix_getsockname_program = program<program_kind::cgroup_unix_getsockname>;
using cgroup_getsockopt_program = program<program_kind::cgroup_getsockopt>;
using cgroup_setsockopt_program = program<program_kind::cgroup_setsockopt>;
using sk_skb_stream_parser_program = program<program_kind::sk_skb_stream_parser>;
using sk_skb_stream_verdict_program = program<program_kind::sk_skb_stream_verdict>;
using sk_skb_verdict_program = program<program_kind::sk_skb_verdict>;
using sk_reuseport_select_or_migrate_program = program<program_kind::sk_reuseport_select_or_migrate>;
using btf_tracepoint_program = program<program_kind::btf_tracepoint>;
using fentry_program = program<program_kind::fentry>;
using fexit_program = program<program_kind::fexit>;
using modify_return_program = program<program_kind::modify_return>;
using iter_program = program<program_kind::iter>;
using lsm_mac_program = program<program_kind::lsm_mac>;
using lsm_cgroup_program = program<program_kind::lsm_cgroup>;

} // namespace bpfxx
