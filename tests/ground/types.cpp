#include <bpfxx/link/type.hpp>
#include <bpfxx/map/type.hpp>
#include <bpfxx/program/attach_type.hpp>
#include <bpfxx/program/type.hpp>

#include <doctest/doctest.h>

#include <cctype>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace {

using bpfxx::attach_type;
using bpfxx::link_type;
using bpfxx::map_type;
using bpfxx::program_type;

template <class Type>
struct row {
    Type value;
    std::uint32_t number;
    std::string_view kernel_name;
};

// Numbers and names as the kernel's enumerations have them.
constexpr row<map_type> map_types[] = {
    {map_type::unspec, 0, "BPF_MAP_TYPE_UNSPEC"},
    {map_type::hash, 1, "BPF_MAP_TYPE_HASH"},
    {map_type::array, 2, "BPF_MAP_TYPE_ARRAY"},
    {map_type::prog_array, 3, "BPF_MAP_TYPE_PROG_ARRAY"},
    {map_type::perf_event_array, 4, "BPF_MAP_TYPE_PERF_EVENT_ARRAY"},
    {map_type::percpu_hash, 5, "BPF_MAP_TYPE_PERCPU_HASH"},
    {map_type::percpu_array, 6, "BPF_MAP_TYPE_PERCPU_ARRAY"},
    {map_type::stack_trace, 7, "BPF_MAP_TYPE_STACK_TRACE"},
    {map_type::cgroup_array, 8, "BPF_MAP_TYPE_CGROUP_ARRAY"},
    {map_type::lru_hash, 9, "BPF_MAP_TYPE_LRU_HASH"},
    {map_type::lru_percpu_hash, 10, "BPF_MAP_TYPE_LRU_PERCPU_HASH"},
    {map_type::lpm_trie, 11, "BPF_MAP_TYPE_LPM_TRIE"},
    {map_type::array_of_maps, 12, "BPF_MAP_TYPE_ARRAY_OF_MAPS"},
    {map_type::hash_of_maps, 13, "BPF_MAP_TYPE_HASH_OF_MAPS"},
    {map_type::devmap, 14, "BPF_MAP_TYPE_DEVMAP"},
    {map_type::sockmap, 15, "BPF_MAP_TYPE_SOCKMAP"},
    {map_type::cpumap, 16, "BPF_MAP_TYPE_CPUMAP"},
    {map_type::xskmap, 17, "BPF_MAP_TYPE_XSKMAP"},
    {map_type::sockhash, 18, "BPF_MAP_TYPE_SOCKHASH"},
    {map_type::cgroup_storage, 19, "BPF_MAP_TYPE_CGROUP_STORAGE"},
    {map_type::cgroup_storage_deprecated, 19, "BPF_MAP_TYPE_CGROUP_STORAGE_DEPRECATED"},
    {map_type::reuseport_sockarray, 20, "BPF_MAP_TYPE_REUSEPORT_SOCKARRAY"},
    {map_type::percpu_cgroup_storage, 21, "BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE"},
    {map_type::percpu_cgroup_storage_deprecated, 21, "BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE_DEPRECATED"},
    {map_type::queue, 22, "BPF_MAP_TYPE_QUEUE"},
    {map_type::stack, 23, "BPF_MAP_TYPE_STACK"},
    {map_type::sk_storage, 24, "BPF_MAP_TYPE_SK_STORAGE"},
    {map_type::devmap_hash, 25, "BPF_MAP_TYPE_DEVMAP_HASH"},
    {map_type::struct_ops, 26, "BPF_MAP_TYPE_STRUCT_OPS"},
    {map_type::ringbuf, 27, "BPF_MAP_TYPE_RINGBUF"},
    {map_type::inode_storage, 28, "BPF_MAP_TYPE_INODE_STORAGE"},
    {map_type::task_storage, 29, "BPF_MAP_TYPE_TASK_STORAGE"},
    {map_type::bloom_filter, 30, "BPF_MAP_TYPE_BLOOM_FILTER"},
    {map_type::user_ringbuf, 31, "BPF_MAP_TYPE_USER_RINGBUF"},
    {map_type::cgrp_storage, 32, "BPF_MAP_TYPE_CGRP_STORAGE"},
    {map_type::arena, 33, "BPF_MAP_TYPE_ARENA"},
    {map_type::insn_array, 34, "BPF_MAP_TYPE_INSN_ARRAY"},
    {map_type::rhash, 35, "BPF_MAP_TYPE_RHASH"},
};

constexpr row<program_type> program_types[] = {
    {program_type::unspec, 0, "BPF_PROG_TYPE_UNSPEC"},
    {program_type::socket_filter, 1, "BPF_PROG_TYPE_SOCKET_FILTER"},
    {program_type::kprobe, 2, "BPF_PROG_TYPE_KPROBE"},
    {program_type::sched_cls, 3, "BPF_PROG_TYPE_SCHED_CLS"},
    {program_type::sched_act, 4, "BPF_PROG_TYPE_SCHED_ACT"},
    {program_type::tracepoint, 5, "BPF_PROG_TYPE_TRACEPOINT"},
    {program_type::xdp, 6, "BPF_PROG_TYPE_XDP"},
    {program_type::perf_event, 7, "BPF_PROG_TYPE_PERF_EVENT"},
    {program_type::cgroup_skb, 8, "BPF_PROG_TYPE_CGROUP_SKB"},
    {program_type::cgroup_sock, 9, "BPF_PROG_TYPE_CGROUP_SOCK"},
    {program_type::lwt_in, 10, "BPF_PROG_TYPE_LWT_IN"},
    {program_type::lwt_out, 11, "BPF_PROG_TYPE_LWT_OUT"},
    {program_type::lwt_xmit, 12, "BPF_PROG_TYPE_LWT_XMIT"},
    {program_type::sock_ops, 13, "BPF_PROG_TYPE_SOCK_OPS"},
    {program_type::sk_skb, 14, "BPF_PROG_TYPE_SK_SKB"},
    {program_type::cgroup_device, 15, "BPF_PROG_TYPE_CGROUP_DEVICE"},
    {program_type::sk_msg, 16, "BPF_PROG_TYPE_SK_MSG"},
    {program_type::raw_tracepoint, 17, "BPF_PROG_TYPE_RAW_TRACEPOINT"},
    {program_type::cgroup_sock_addr, 18, "BPF_PROG_TYPE_CGROUP_SOCK_ADDR"},
    {program_type::lwt_seg6local, 19, "BPF_PROG_TYPE_LWT_SEG6LOCAL"},
    {program_type::lirc_mode2, 20, "BPF_PROG_TYPE_LIRC_MODE2"},
    {program_type::sk_reuseport, 21, "BPF_PROG_TYPE_SK_REUSEPORT"},
    {program_type::flow_dissector, 22, "BPF_PROG_TYPE_FLOW_DISSECTOR"},
    {program_type::cgroup_sysctl, 23, "BPF_PROG_TYPE_CGROUP_SYSCTL"},
    {program_type::raw_tracepoint_writable, 24, "BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE"},
    {program_type::cgroup_sockopt, 25, "BPF_PROG_TYPE_CGROUP_SOCKOPT"},
    {program_type::tracing, 26, "BPF_PROG_TYPE_TRACING"},
    {program_type::struct_ops, 27, "BPF_PROG_TYPE_STRUCT_OPS"},
    {program_type::ext, 28, "BPF_PROG_TYPE_EXT"},
    {program_type::lsm, 29, "BPF_PROG_TYPE_LSM"},
    {program_type::sk_lookup, 30, "BPF_PROG_TYPE_SK_LOOKUP"},
    {program_type::syscall, 31, "BPF_PROG_TYPE_SYSCALL"},
    {program_type::netfilter, 32, "BPF_PROG_TYPE_NETFILTER"},
};

constexpr row<attach_type> attach_types[] = {
    {attach_type::cgroup_inet_ingress, 0, "BPF_CGROUP_INET_INGRESS"},
    {attach_type::cgroup_inet_egress, 1, "BPF_CGROUP_INET_EGRESS"},
    {attach_type::cgroup_inet_sock_create, 2, "BPF_CGROUP_INET_SOCK_CREATE"},
    {attach_type::cgroup_sock_ops, 3, "BPF_CGROUP_SOCK_OPS"},
    {attach_type::sk_skb_stream_parser, 4, "BPF_SK_SKB_STREAM_PARSER"},
    {attach_type::sk_skb_stream_verdict, 5, "BPF_SK_SKB_STREAM_VERDICT"},
    {attach_type::cgroup_device, 6, "BPF_CGROUP_DEVICE"},
    {attach_type::sk_msg_verdict, 7, "BPF_SK_MSG_VERDICT"},
    {attach_type::cgroup_inet4_bind, 8, "BPF_CGROUP_INET4_BIND"},
    {attach_type::cgroup_inet6_bind, 9, "BPF_CGROUP_INET6_BIND"},
    {attach_type::cgroup_inet4_connect, 10, "BPF_CGROUP_INET4_CONNECT"},
    {attach_type::cgroup_inet6_connect, 11, "BPF_CGROUP_INET6_CONNECT"},
    {attach_type::cgroup_inet4_post_bind, 12, "BPF_CGROUP_INET4_POST_BIND"},
    {attach_type::cgroup_inet6_post_bind, 13, "BPF_CGROUP_INET6_POST_BIND"},
    {attach_type::cgroup_udp4_sendmsg, 14, "BPF_CGROUP_UDP4_SENDMSG"},
    {attach_type::cgroup_udp6_sendmsg, 15, "BPF_CGROUP_UDP6_SENDMSG"},
    {attach_type::lirc_mode2, 16, "BPF_LIRC_MODE2"},
    {attach_type::flow_dissector, 17, "BPF_FLOW_DISSECTOR"},
    {attach_type::cgroup_sysctl, 18, "BPF_CGROUP_SYSCTL"},
    {attach_type::cgroup_udp4_recvmsg, 19, "BPF_CGROUP_UDP4_RECVMSG"},
    {attach_type::cgroup_udp6_recvmsg, 20, "BPF_CGROUP_UDP6_RECVMSG"},
    {attach_type::cgroup_getsockopt, 21, "BPF_CGROUP_GETSOCKOPT"},
    {attach_type::cgroup_setsockopt, 22, "BPF_CGROUP_SETSOCKOPT"},
    {attach_type::trace_raw_tp, 23, "BPF_TRACE_RAW_TP"},
    {attach_type::trace_fentry, 24, "BPF_TRACE_FENTRY"},
    {attach_type::trace_fexit, 25, "BPF_TRACE_FEXIT"},
    {attach_type::modify_return, 26, "BPF_MODIFY_RETURN"},
    {attach_type::lsm_mac, 27, "BPF_LSM_MAC"},
    {attach_type::trace_iter, 28, "BPF_TRACE_ITER"},
    {attach_type::cgroup_inet4_getpeername, 29, "BPF_CGROUP_INET4_GETPEERNAME"},
    {attach_type::cgroup_inet6_getpeername, 30, "BPF_CGROUP_INET6_GETPEERNAME"},
    {attach_type::cgroup_inet4_getsockname, 31, "BPF_CGROUP_INET4_GETSOCKNAME"},
    {attach_type::cgroup_inet6_getsockname, 32, "BPF_CGROUP_INET6_GETSOCKNAME"},
    {attach_type::xdp_devmap, 33, "BPF_XDP_DEVMAP"},
    {attach_type::cgroup_inet_sock_release, 34, "BPF_CGROUP_INET_SOCK_RELEASE"},
    {attach_type::xdp_cpumap, 35, "BPF_XDP_CPUMAP"},
    {attach_type::sk_lookup, 36, "BPF_SK_LOOKUP"},
    {attach_type::xdp, 37, "BPF_XDP"},
    {attach_type::sk_skb_verdict, 38, "BPF_SK_SKB_VERDICT"},
    {attach_type::sk_reuseport_select, 39, "BPF_SK_REUSEPORT_SELECT"},
    {attach_type::sk_reuseport_select_or_migrate, 40, "BPF_SK_REUSEPORT_SELECT_OR_MIGRATE"},
    {attach_type::perf_event, 41, "BPF_PERF_EVENT"},
    {attach_type::trace_kprobe_multi, 42, "BPF_TRACE_KPROBE_MULTI"},
    {attach_type::lsm_cgroup, 43, "BPF_LSM_CGROUP"},
    {attach_type::struct_ops, 44, "BPF_STRUCT_OPS"},
    {attach_type::netfilter, 45, "BPF_NETFILTER"},
    {attach_type::tcx_ingress, 46, "BPF_TCX_INGRESS"},
    {attach_type::tcx_egress, 47, "BPF_TCX_EGRESS"},
    {attach_type::trace_uprobe_multi, 48, "BPF_TRACE_UPROBE_MULTI"},
    {attach_type::cgroup_unix_connect, 49, "BPF_CGROUP_UNIX_CONNECT"},
    {attach_type::cgroup_unix_sendmsg, 50, "BPF_CGROUP_UNIX_SENDMSG"},
    {attach_type::cgroup_unix_recvmsg, 51, "BPF_CGROUP_UNIX_RECVMSG"},
    {attach_type::cgroup_unix_getpeername, 52, "BPF_CGROUP_UNIX_GETPEERNAME"},
    {attach_type::cgroup_unix_getsockname, 53, "BPF_CGROUP_UNIX_GETSOCKNAME"},
    {attach_type::netkit_primary, 54, "BPF_NETKIT_PRIMARY"},
    {attach_type::netkit_peer, 55, "BPF_NETKIT_PEER"},
    {attach_type::trace_kprobe_session, 56, "BPF_TRACE_KPROBE_SESSION"},
    {attach_type::trace_uprobe_session, 57, "BPF_TRACE_UPROBE_SESSION"},
};

constexpr row<link_type> link_types[] = {
    {link_type::unspec, 0, "BPF_LINK_TYPE_UNSPEC"},
    {link_type::raw_tracepoint, 1, "BPF_LINK_TYPE_RAW_TRACEPOINT"},
    {link_type::tracing, 2, "BPF_LINK_TYPE_TRACING"},
    {link_type::cgroup, 3, "BPF_LINK_TYPE_CGROUP"},
    {link_type::iter, 4, "BPF_LINK_TYPE_ITER"},
    {link_type::netns, 5, "BPF_LINK_TYPE_NETNS"},
    {link_type::xdp, 6, "BPF_LINK_TYPE_XDP"},
    {link_type::perf_event, 7, "BPF_LINK_TYPE_PERF_EVENT"},
    {link_type::kprobe_multi, 8, "BPF_LINK_TYPE_KPROBE_MULTI"},
    {link_type::struct_ops, 9, "BPF_LINK_TYPE_STRUCT_OPS"},
    {link_type::netfilter, 10, "BPF_LINK_TYPE_NETFILTER"},
    {link_type::tcx, 11, "BPF_LINK_TYPE_TCX"},
    {link_type::uprobe_multi, 12, "BPF_LINK_TYPE_UPROBE_MULTI"},
    {link_type::netkit, 13, "BPF_LINK_TYPE_NETKIT"},
    {link_type::sockmap, 14, "BPF_LINK_TYPE_SOCKMAP"},
};

std::string in_lower_case(std::string_view text) {
    std::string lower;
    for (char const c : text) lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return lower;
}

/// Every row's number and name, and no name for the number after the last.
template <class Type, std::size_t Size>
void check_names(row<Type> const (&rows)[Size], std::string_view prefix, std::uint32_t last) {
    std::uint32_t next = 0;
    for (auto const& [value, number, kernel_name] : rows) {
        CAPTURE(kernel_name);
        CHECK(static_cast<std::uint32_t>(value) == number);
        CHECK(kernel_name.starts_with(prefix));
        CHECK((number == next || number + 1 == next)); // none left out; a second name has the number before it
        if (number + 1 == next) continue;
        CHECK(name(value) == in_lower_case(kernel_name.substr(prefix.size())));
        ++next;
    }
    CHECK(next == last + 1);
    CHECK(name(static_cast<Type>(last + 1)) == "unknown");
    CHECK(name(static_cast<Type>(0xffff'ffff)) == "unknown");
}

static_assert(name(map_type::lru_hash) == "lru_hash" && name(program_type::xdp) == "xdp");
static_assert(sizeof(map_type) == 4 && sizeof(program_type) == 4 && sizeof(attach_type) == 4 && sizeof(link_type) == 4);

} // namespace

TEST_CASE("map types are named as the kernel names them") { check_names(map_types, "BPF_MAP_TYPE_", 35); }

TEST_CASE("program types are named as the kernel names them") { check_names(program_types, "BPF_PROG_TYPE_", 32); }

TEST_CASE("attach types are named as the kernel names them") { check_names(attach_types, "BPF_", 57); }

TEST_CASE("link types are named as the kernel names them") { check_names(link_types, "BPF_LINK_TYPE_", 14); }
