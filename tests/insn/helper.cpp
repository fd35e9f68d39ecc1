// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/insn/helper.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <iterator>
#include <set>
#include <string_view>

namespace {

using namespace bpfxx::insn;

constexpr std::uint32_t last = 211;

struct spelled {
    helper number;
    std::string_view name;
};

// In the kernel's order, so that the position proves the number and the spelling proves the row of the table.
#define SAME(enumerator) {helper::enumerator, #enumerator}
// clang-format off: one per line would be 211 lines
constexpr spelled in_order[] = {
    SAME(map_lookup_elem), SAME(map_update_elem), SAME(map_delete_elem), SAME(probe_read), SAME(ktime_get_ns),
    SAME(trace_printk), SAME(get_prandom_u32), SAME(get_smp_processor_id), SAME(skb_store_bytes), SAME(l3_csum_replace),
    SAME(l4_csum_replace), SAME(tail_call), SAME(clone_redirect), SAME(get_current_pid_tgid), SAME(get_current_uid_gid),
    SAME(get_current_comm), SAME(get_cgroup_classid), SAME(skb_vlan_push), SAME(skb_vlan_pop), SAME(skb_get_tunnel_key),
    SAME(skb_set_tunnel_key), SAME(perf_event_read), SAME(redirect), SAME(get_route_realm), SAME(perf_event_output),
    SAME(skb_load_bytes), SAME(get_stackid), SAME(csum_diff), SAME(skb_get_tunnel_opt), SAME(skb_set_tunnel_opt),
    SAME(skb_change_proto), SAME(skb_change_type), SAME(skb_under_cgroup), SAME(get_hash_recalc),
    SAME(get_current_task), SAME(probe_write_user), SAME(current_task_under_cgroup), SAME(skb_change_tail),
    SAME(skb_pull_data), SAME(csum_update), SAME(set_hash_invalid), SAME(get_numa_node_id), SAME(skb_change_head),
    SAME(xdp_adjust_head), SAME(probe_read_str), SAME(get_socket_cookie), SAME(get_socket_uid), SAME(set_hash),
    SAME(setsockopt), SAME(skb_adjust_room), SAME(redirect_map), SAME(sk_redirect_map), SAME(sock_map_update),
    SAME(xdp_adjust_meta), SAME(perf_event_read_value), SAME(perf_prog_read_value), SAME(getsockopt),
    SAME(override_return), SAME(sock_ops_cb_flags_set), SAME(msg_redirect_map), SAME(msg_apply_bytes),
    SAME(msg_cork_bytes), SAME(msg_pull_data), SAME(bind), SAME(xdp_adjust_tail), SAME(skb_get_xfrm_state),
    SAME(get_stack), SAME(skb_load_bytes_relative), SAME(fib_lookup), SAME(sock_hash_update), SAME(msg_redirect_hash),
    SAME(sk_redirect_hash), SAME(lwt_push_encap), SAME(lwt_seg6_store_bytes), SAME(lwt_seg6_adjust_srh),
    SAME(lwt_seg6_action), SAME(rc_repeat), SAME(rc_keydown), SAME(skb_cgroup_id), SAME(get_current_cgroup_id),
    SAME(get_local_storage), SAME(sk_select_reuseport), SAME(skb_ancestor_cgroup_id), SAME(sk_lookup_tcp),
    SAME(sk_lookup_udp), SAME(sk_release), SAME(map_push_elem), SAME(map_pop_elem), SAME(map_peek_elem),
    SAME(msg_push_data), SAME(msg_pop_data), SAME(rc_pointer_rel), SAME(spin_lock), SAME(spin_unlock),
    SAME(sk_fullsock), SAME(tcp_sock), SAME(skb_ecn_set_ce), SAME(get_listener_sock), SAME(skc_lookup_tcp),
    SAME(tcp_check_syncookie), SAME(sysctl_get_name), SAME(sysctl_get_current_value), SAME(sysctl_get_new_value),
    SAME(sysctl_set_new_value), SAME(strtol), SAME(strtoul), SAME(sk_storage_get), SAME(sk_storage_delete),
    SAME(send_signal), SAME(tcp_gen_syncookie), SAME(skb_output), SAME(probe_read_user), SAME(probe_read_kernel),
    SAME(probe_read_user_str), SAME(probe_read_kernel_str), SAME(tcp_send_ack), SAME(send_signal_thread),
    SAME(jiffies64), SAME(read_branch_records), SAME(get_ns_current_pid_tgid), SAME(xdp_output), SAME(get_netns_cookie),
    SAME(get_current_ancestor_cgroup_id), SAME(sk_assign), SAME(ktime_get_boot_ns), SAME(seq_printf), SAME(seq_write),
    SAME(sk_cgroup_id), SAME(sk_ancestor_cgroup_id), SAME(ringbuf_output), SAME(ringbuf_reserve), SAME(ringbuf_submit),
    SAME(ringbuf_discard), SAME(ringbuf_query), SAME(csum_level), SAME(skc_to_tcp6_sock), SAME(skc_to_tcp_sock),
    SAME(skc_to_tcp_timewait_sock), SAME(skc_to_tcp_request_sock), SAME(skc_to_udp6_sock), SAME(get_task_stack),
    SAME(load_hdr_opt), SAME(store_hdr_opt), SAME(reserve_hdr_opt), SAME(inode_storage_get), SAME(inode_storage_delete),
    SAME(d_path), SAME(copy_from_user), SAME(snprintf_btf), SAME(seq_printf_btf), SAME(skb_cgroup_classid),
    SAME(redirect_neigh), SAME(per_cpu_ptr), SAME(this_cpu_ptr), SAME(redirect_peer), SAME(task_storage_get),
    SAME(task_storage_delete), SAME(get_current_task_btf), SAME(bprm_opts_set), SAME(ktime_get_coarse_ns),
    SAME(ima_inode_hash), SAME(sock_from_file), SAME(check_mtu), SAME(for_each_map_elem), SAME(snprintf), SAME(sys_bpf),
    SAME(btf_find_by_name_kind), SAME(sys_close), SAME(timer_init), SAME(timer_set_callback), SAME(timer_start),
    SAME(timer_cancel), SAME(get_func_ip), SAME(get_attach_cookie), SAME(task_pt_regs), SAME(get_branch_snapshot),
    SAME(trace_vprintk), SAME(skc_to_unix_sock), SAME(kallsyms_lookup_name), SAME(find_vma), SAME(loop), SAME(strncmp),
    SAME(get_func_arg), SAME(get_func_ret), SAME(get_func_arg_cnt), SAME(get_retval), SAME(set_retval),
    SAME(xdp_get_buff_len), SAME(xdp_load_bytes), SAME(xdp_store_bytes), SAME(copy_from_user_task),
    SAME(skb_set_tstamp), SAME(ima_file_hash), SAME(kptr_xchg), SAME(map_lookup_percpu_elem), SAME(skc_to_mptcp_sock),
    SAME(dynptr_from_mem), SAME(ringbuf_reserve_dynptr), SAME(ringbuf_submit_dynptr), SAME(ringbuf_discard_dynptr),
    SAME(dynptr_read), SAME(dynptr_write), SAME(dynptr_data), SAME(tcp_raw_gen_syncookie_ipv4),
    SAME(tcp_raw_gen_syncookie_ipv6), SAME(tcp_raw_check_syncookie_ipv4), SAME(tcp_raw_check_syncookie_ipv6),
    SAME(ktime_get_tai_ns), SAME(user_ringbuf_drain), SAME(cgrp_storage_get), SAME(cgrp_storage_delete)
};
// clang-format on
#undef SAME

static_assert(name(helper::map_lookup_elem) == "map_lookup_elem" && name(helper::spin_lock) == "spin_lock");
static_assert(name(helper::cgrp_storage_delete) == "cgrp_storage_delete");
static_assert(name(helper{0}).empty() && name(helper{last + 1}).empty());

static_assert(facts(helper::map_update_elem)->most_arguments == 4 && facts(helper::ktime_get_ns)->most_arguments == 0);
static_assert(facts(helper::trace_printk)->least_arguments == 2 && facts(helper::trace_printk)->most_arguments == 5);
static_assert(!facts(helper{0}) && !facts(helper{last + 1}) && !facts(helper{0xffffffff}));

TEST_CASE("enumerators, their numbers and their names agree") {
    REQUIRE(std::size(in_order) == last);
    for (std::uint32_t i = 0; i != last; ++i) {
        CAPTURE(in_order[i].name);
        CHECK(static_cast<std::uint32_t>(in_order[i].number) == i + 1);
        CHECK(name(in_order[i].number) == in_order[i].name);
    }
}

TEST_CASE("every helper has a name of its own") {
    std::set<std::string_view> names;
    for (std::uint32_t number = 1; number <= last; ++number) {
        CAPTURE(number);
        auto const one = name(helper{number});
        CHECK_FALSE(one.empty());
        CHECK_FALSE(one.starts_with("bpf_"));
        CHECK(names.insert(one).second);
    }
    CHECK(names.size() == last);
}

TEST_CASE("argument counts add up to those of the kernel") {
    std::array<int, 6> helpers_with{};
    for (std::uint32_t number = 1; number <= last; ++number) {
        auto const found = facts(helper{number});
        REQUIRE(found);
        CHECK(found->least_arguments <= found->most_arguments);
        if (found->least_arguments == found->most_arguments) ++helpers_with.at(found->most_arguments);
    }
    CHECK(helpers_with == std::array<int, 6>{14, 39, 41, 45, 47, 24});
}

} // namespace
