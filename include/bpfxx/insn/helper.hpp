#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bpfxx::insn {

/// A kernel function that a program can call by number. Each comment names the first Linux version of what follows it.
/// UAPI: `enum bpf_func_id`
/// Since: Linux 3.19
// clang-format off: one line per enumerator would hide which version brought what
enum class helper : std::uint32_t {
    // 3.19
    map_lookup_elem = 1, map_update_elem = 2, map_delete_elem = 3,
    // 4.1
    probe_read = 4, ktime_get_ns = 5, trace_printk = 6, get_prandom_u32 = 7, get_smp_processor_id = 8,
    skb_store_bytes = 9, l3_csum_replace = 10, l4_csum_replace = 11,
    // 4.2
    tail_call = 12, clone_redirect = 13, get_current_pid_tgid = 14, get_current_uid_gid = 15, get_current_comm = 16,
    // 4.3
    get_cgroup_classid = 17, skb_vlan_push = 18, skb_vlan_pop = 19, skb_get_tunnel_key = 20, skb_set_tunnel_key = 21,
    perf_event_read = 22,
    // 4.4
    redirect = 23, get_route_realm = 24, perf_event_output = 25,
    // 4.5
    skb_load_bytes = 26,
    // 4.6
    get_stackid = 27, csum_diff = 28, skb_get_tunnel_opt = 29, skb_set_tunnel_opt = 30,
    // 4.8
    skb_change_proto = 31, skb_change_type = 32, skb_under_cgroup = 33, get_hash_recalc = 34, get_current_task = 35,
    probe_write_user = 36,
    // 4.9
    current_task_under_cgroup = 37, skb_change_tail = 38, skb_pull_data = 39, csum_update = 40, set_hash_invalid = 41,
    // 4.10
    get_numa_node_id = 42, skb_change_head = 43, xdp_adjust_head = 44,
    // 4.11
    probe_read_str = 45,
    // 4.12
    get_socket_cookie = 46, get_socket_uid = 47,
    // 4.13
    set_hash = 48, setsockopt = 49, skb_adjust_room = 50,
    // 4.14
    redirect_map = 51, sk_redirect_map = 52, sock_map_update = 53,
    // 4.15
    xdp_adjust_meta = 54, perf_event_read_value = 55, perf_prog_read_value = 56, getsockopt = 57,
    // 4.16
    override_return = 58, sock_ops_cb_flags_set = 59,
    // 4.17
    msg_redirect_map = 60, msg_apply_bytes = 61, msg_cork_bytes = 62, msg_pull_data = 63, bind = 64,
    // 4.18
    xdp_adjust_tail = 65, skb_get_xfrm_state = 66, get_stack = 67, skb_load_bytes_relative = 68, fib_lookup = 69,
    sock_hash_update = 70, msg_redirect_hash = 71, sk_redirect_hash = 72, lwt_push_encap = 73,
    lwt_seg6_store_bytes = 74, lwt_seg6_adjust_srh = 75, lwt_seg6_action = 76, rc_repeat = 77, rc_keydown = 78,
    skb_cgroup_id = 79, get_current_cgroup_id = 80,
    // 4.19
    get_local_storage = 81, sk_select_reuseport = 82, skb_ancestor_cgroup_id = 83,
    // 4.20
    sk_lookup_tcp = 84, sk_lookup_udp = 85, sk_release = 86, map_push_elem = 87, map_pop_elem = 88, map_peek_elem = 89,
    msg_push_data = 90,
    // 5.0
    msg_pop_data = 91, rc_pointer_rel = 92,
    // 5.1
    spin_lock = 93, spin_unlock = 94, sk_fullsock = 95, tcp_sock = 96, skb_ecn_set_ce = 97, get_listener_sock = 98,
    // 5.2
    skc_lookup_tcp = 99, tcp_check_syncookie = 100, sysctl_get_name = 101, sysctl_get_current_value = 102,
    sysctl_get_new_value = 103, sysctl_set_new_value = 104, strtol = 105, strtoul = 106, sk_storage_get = 107,
    sk_storage_delete = 108,
    // 5.3
    send_signal = 109,
    // 5.4
    tcp_gen_syncookie = 110,
    // 5.5
    skb_output = 111, probe_read_user = 112, probe_read_kernel = 113, probe_read_user_str = 114,
    probe_read_kernel_str = 115,
    // 5.6
    tcp_send_ack = 116, send_signal_thread = 117, jiffies64 = 118,
    // 5.7
    read_branch_records = 119, get_ns_current_pid_tgid = 120, xdp_output = 121, get_netns_cookie = 122,
    get_current_ancestor_cgroup_id = 123, sk_assign = 124,
    // 5.8
    ktime_get_boot_ns = 125, seq_printf = 126, seq_write = 127, sk_cgroup_id = 128, sk_ancestor_cgroup_id = 129,
    ringbuf_output = 130, ringbuf_reserve = 131, ringbuf_submit = 132, ringbuf_discard = 133, ringbuf_query = 134,
    csum_level = 135,
    // 5.9
    skc_to_tcp6_sock = 136, skc_to_tcp_sock = 137, skc_to_tcp_timewait_sock = 138, skc_to_tcp_request_sock = 139,
    skc_to_udp6_sock = 140, get_task_stack = 141,
    // 5.10
    load_hdr_opt = 142, store_hdr_opt = 143, reserve_hdr_opt = 144, inode_storage_get = 145, inode_storage_delete = 146,
    d_path = 147, copy_from_user = 148, snprintf_btf = 149, seq_printf_btf = 150, skb_cgroup_classid = 151,
    redirect_neigh = 152, per_cpu_ptr = 153, this_cpu_ptr = 154, redirect_peer = 155,
    // 5.11
    task_storage_get = 156, task_storage_delete = 157, get_current_task_btf = 158, bprm_opts_set = 159,
    ktime_get_coarse_ns = 160, ima_inode_hash = 161, sock_from_file = 162,
    // 5.12
    check_mtu = 163,
    // 5.13
    for_each_map_elem = 164, snprintf = 165,
    // 5.14
    sys_bpf = 166, btf_find_by_name_kind = 167, sys_close = 168,
    // 5.15
    timer_init = 169, timer_set_callback = 170, timer_start = 171, timer_cancel = 172, get_func_ip = 173,
    get_attach_cookie = 174, task_pt_regs = 175,
    // 5.16
    get_branch_snapshot = 176, trace_vprintk = 177, skc_to_unix_sock = 178, kallsyms_lookup_name = 179,
    // 5.17
    find_vma = 180, loop = 181, strncmp = 182, get_func_arg = 183, get_func_ret = 184, get_func_arg_cnt = 185,
    // 5.18
    get_retval = 186, set_retval = 187, xdp_get_buff_len = 188, xdp_load_bytes = 189, xdp_store_bytes = 190,
    copy_from_user_task = 191, skb_set_tstamp = 192, ima_file_hash = 193,
    // 5.19
    kptr_xchg = 194, map_lookup_percpu_elem = 195, skc_to_mptcp_sock = 196, dynptr_from_mem = 197,
    ringbuf_reserve_dynptr = 198, ringbuf_submit_dynptr = 199, ringbuf_discard_dynptr = 200, dynptr_read = 201,
    dynptr_write = 202, dynptr_data = 203,
    // 6.0
    tcp_raw_gen_syncookie_ipv4 = 204, tcp_raw_gen_syncookie_ipv6 = 205, tcp_raw_check_syncookie_ipv4 = 206,
    tcp_raw_check_syncookie_ipv6 = 207,
    // 6.1
    ktime_get_tai_ns = 208, user_ringbuf_drain = 209,
    // 6.2
    cgrp_storage_get = 210, cgrp_storage_delete = 211
};
// clang-format on

/// What a helper is called and how many of r1 to r5 it reads.
struct helper_facts {
    /// As in the kernel, without `bpf_`.
    std::string_view name;
    std::uint8_t least_arguments;
    std::uint8_t most_arguments;
};

namespace detail {

/// Row n describes helper n + 1.
// clang-format off: one row a line would be longer than everything else here
inline constexpr std::array<helper_facts, 211> helper_table{{
    {"map_lookup_elem", 2, 2}, {"map_update_elem", 4, 4}, {"map_delete_elem", 2, 2}, {"probe_read", 3, 3},
    {"ktime_get_ns", 0, 0}, {"trace_printk", 2, 5}, {"get_prandom_u32", 0, 0}, {"get_smp_processor_id", 0, 0},
    {"skb_store_bytes", 5, 5}, {"l3_csum_replace", 5, 5}, {"l4_csum_replace", 5, 5}, {"tail_call", 3, 3},
    {"clone_redirect", 3, 3}, {"get_current_pid_tgid", 0, 0}, {"get_current_uid_gid", 0, 0}, {"get_current_comm", 2, 2},
    {"get_cgroup_classid", 1, 1}, {"skb_vlan_push", 3, 3}, {"skb_vlan_pop", 1, 1}, {"skb_get_tunnel_key", 4, 4},
    {"skb_set_tunnel_key", 4, 4}, {"perf_event_read", 2, 2}, {"redirect", 2, 2}, {"get_route_realm", 1, 1},
    {"perf_event_output", 5, 5}, {"skb_load_bytes", 4, 4}, {"get_stackid", 3, 3}, {"csum_diff", 5, 5},
    {"skb_get_tunnel_opt", 3, 3}, {"skb_set_tunnel_opt", 3, 3}, {"skb_change_proto", 3, 3}, {"skb_change_type", 2, 2},
    {"skb_under_cgroup", 3, 3}, {"get_hash_recalc", 1, 1}, {"get_current_task", 0, 0}, {"probe_write_user", 3, 3},
    {"current_task_under_cgroup", 2, 2}, {"skb_change_tail", 3, 3}, {"skb_pull_data", 2, 2}, {"csum_update", 2, 2},
    {"set_hash_invalid", 1, 1}, {"get_numa_node_id", 0, 0}, {"skb_change_head", 3, 3}, {"xdp_adjust_head", 2, 2},
    {"probe_read_str", 3, 3}, {"get_socket_cookie", 1, 1}, {"get_socket_uid", 1, 1}, {"set_hash", 2, 2},
    {"setsockopt", 5, 5}, {"skb_adjust_room", 4, 4}, {"redirect_map", 3, 3}, {"sk_redirect_map", 4, 4},
    {"sock_map_update", 4, 4}, {"xdp_adjust_meta", 2, 2}, {"perf_event_read_value", 4, 4},
    {"perf_prog_read_value", 3, 3}, {"getsockopt", 5, 5}, {"override_return", 2, 2}, {"sock_ops_cb_flags_set", 2, 2},
    {"msg_redirect_map", 4, 4}, {"msg_apply_bytes", 2, 2}, {"msg_cork_bytes", 2, 2}, {"msg_pull_data", 4, 4},
    {"bind", 3, 3}, {"xdp_adjust_tail", 2, 2}, {"skb_get_xfrm_state", 5, 5}, {"get_stack", 4, 4},
    {"skb_load_bytes_relative", 5, 5}, {"fib_lookup", 4, 4}, {"sock_hash_update", 4, 4}, {"msg_redirect_hash", 4, 4},
    {"sk_redirect_hash", 4, 4}, {"lwt_push_encap", 4, 4}, {"lwt_seg6_store_bytes", 4, 4}, {"lwt_seg6_adjust_srh", 3, 3},
    {"lwt_seg6_action", 4, 4}, {"rc_repeat", 1, 1}, {"rc_keydown", 4, 4}, {"skb_cgroup_id", 1, 1},
    {"get_current_cgroup_id", 0, 0}, {"get_local_storage", 2, 2}, {"sk_select_reuseport", 4, 4},
    {"skb_ancestor_cgroup_id", 2, 2}, {"sk_lookup_tcp", 5, 5}, {"sk_lookup_udp", 5, 5}, {"sk_release", 1, 1},
    {"map_push_elem", 3, 3}, {"map_pop_elem", 2, 2}, {"map_peek_elem", 2, 2}, {"msg_push_data", 4, 4},
    {"msg_pop_data", 4, 4}, {"rc_pointer_rel", 3, 3}, {"spin_lock", 1, 1}, {"spin_unlock", 1, 1}, {"sk_fullsock", 1, 1},
    {"tcp_sock", 1, 1}, {"skb_ecn_set_ce", 1, 1}, {"get_listener_sock", 1, 1}, {"skc_lookup_tcp", 5, 5},
    {"tcp_check_syncookie", 5, 5}, {"sysctl_get_name", 4, 4}, {"sysctl_get_current_value", 3, 3},
    {"sysctl_get_new_value", 3, 3}, {"sysctl_set_new_value", 3, 3}, {"strtol", 4, 4}, {"strtoul", 4, 4},
    {"sk_storage_get", 4, 4}, {"sk_storage_delete", 2, 2}, {"send_signal", 1, 1}, {"tcp_gen_syncookie", 5, 5},
    {"skb_output", 5, 5}, {"probe_read_user", 3, 3}, {"probe_read_kernel", 3, 3}, {"probe_read_user_str", 3, 3},
    {"probe_read_kernel_str", 3, 3}, {"tcp_send_ack", 2, 2}, {"send_signal_thread", 1, 1}, {"jiffies64", 0, 0},
    {"read_branch_records", 4, 4}, {"get_ns_current_pid_tgid", 4, 4}, {"xdp_output", 5, 5}, {"get_netns_cookie", 1, 1},
    {"get_current_ancestor_cgroup_id", 1, 1}, {"sk_assign", 3, 3}, {"ktime_get_boot_ns", 0, 0}, {"seq_printf", 5, 5},
    {"seq_write", 3, 3}, {"sk_cgroup_id", 1, 1}, {"sk_ancestor_cgroup_id", 2, 2}, {"ringbuf_output", 4, 4},
    {"ringbuf_reserve", 3, 3}, {"ringbuf_submit", 2, 2}, {"ringbuf_discard", 2, 2}, {"ringbuf_query", 2, 2},
    {"csum_level", 2, 2}, {"skc_to_tcp6_sock", 1, 1}, {"skc_to_tcp_sock", 1, 1}, {"skc_to_tcp_timewait_sock", 1, 1},
    {"skc_to_tcp_request_sock", 1, 1}, {"skc_to_udp6_sock", 1, 1}, {"get_task_stack", 4, 4}, {"load_hdr_opt", 4, 4},
    {"store_hdr_opt", 4, 4}, {"reserve_hdr_opt", 3, 3}, {"inode_storage_get", 4, 4}, {"inode_storage_delete", 2, 2},
    {"d_path", 3, 3}, {"copy_from_user", 3, 3}, {"snprintf_btf", 5, 5}, {"seq_printf_btf", 4, 4},
    {"skb_cgroup_classid", 1, 1}, {"redirect_neigh", 4, 4}, {"per_cpu_ptr", 2, 2}, {"this_cpu_ptr", 1, 1},
    {"redirect_peer", 2, 2}, {"task_storage_get", 4, 4}, {"task_storage_delete", 2, 2}, {"get_current_task_btf", 0, 0},
    {"bprm_opts_set", 2, 2}, {"ktime_get_coarse_ns", 0, 0}, {"ima_inode_hash", 3, 3}, {"sock_from_file", 1, 1},
    {"check_mtu", 5, 5}, {"for_each_map_elem", 4, 4}, {"snprintf", 5, 5}, {"sys_bpf", 3, 3},
    {"btf_find_by_name_kind", 4, 4}, {"sys_close", 1, 1}, {"timer_init", 3, 3}, {"timer_set_callback", 2, 2},
    {"timer_start", 3, 3}, {"timer_cancel", 1, 1}, {"get_func_ip", 1, 1}, {"get_attach_cookie", 1, 1},
    {"task_pt_regs", 1, 1}, {"get_branch_snapshot", 3, 3}, {"trace_vprintk", 4, 4}, {"skc_to_unix_sock", 1, 1},
    {"kallsyms_lookup_name", 4, 4}, {"find_vma", 5, 5}, {"loop", 4, 4}, {"strncmp", 3, 3}, {"get_func_arg", 3, 3},
    {"get_func_ret", 2, 2}, {"get_func_arg_cnt", 1, 1}, {"get_retval", 0, 0}, {"set_retval", 1, 1},
    {"xdp_get_buff_len", 1, 1}, {"xdp_load_bytes", 4, 4}, {"xdp_store_bytes", 4, 4}, {"copy_from_user_task", 5, 5},
    {"skb_set_tstamp", 3, 3}, {"ima_file_hash", 3, 3}, {"kptr_xchg", 2, 2}, {"map_lookup_percpu_elem", 3, 3},
    {"skc_to_mptcp_sock", 1, 1}, {"dynptr_from_mem", 4, 4}, {"ringbuf_reserve_dynptr", 4, 4},
    {"ringbuf_submit_dynptr", 2, 2}, {"ringbuf_discard_dynptr", 2, 2}, {"dynptr_read", 5, 5}, {"dynptr_write", 5, 5},
    {"dynptr_data", 3, 3}, {"tcp_raw_gen_syncookie_ipv4", 3, 3}, {"tcp_raw_gen_syncookie_ipv6", 3, 3},
    {"tcp_raw_check_syncookie_ipv4", 2, 2}, {"tcp_raw_check_syncookie_ipv6", 2, 2}, {"ktime_get_tai_ns", 0, 0},
    {"user_ringbuf_drain", 4, 4}, {"cgrp_storage_get", 4, 4}, {"cgrp_storage_delete", 2, 2}}};
// clang-format on

} // namespace detail

/// The facts of a helper; nothing for a number that is not one of `helper`.
constexpr std::optional<helper_facts> facts(helper whom) noexcept {
    auto const number = static_cast<std::size_t>(whom);
    if (number == 0 || number > detail::helper_table.size()) return std::nullopt;
    return detail::helper_table[number - 1];
}

namespace detail {

/// 0 for a number that is not one of `helper`.
constexpr unsigned least_arguments(helper whom) noexcept {
    auto const number = static_cast<std::size_t>(whom);
    return number == 0 || number > helper_table.size() ? 0 : helper_table[number - 1].least_arguments;
}

} // namespace detail

/// The kernel's name of a helper without `bpf_`; empty for a number that is not one of `helper`.
constexpr std::string_view name(helper whom) noexcept {
    auto const found = facts(whom);
    return found ? found->name : std::string_view{};
}

} // namespace bpfxx::insn
