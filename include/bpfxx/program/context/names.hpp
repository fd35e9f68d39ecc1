#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/program/context/field.hpp>

namespace bpfxx::insn::detail::contexts {

/// The names of all fields that some context has, so that the use of one in a context without it ends in a sentence.
/// The fields of a context hide the names that they have.
struct no_fields {
    // clang-format off: as many as there is room for
    static constexpr no_such_field access_type{}, addr{}, args{}, ax{}, bind_inany{}, bound_dev_if{}, bp{},
        bpf_sock_ops_cb_flags{}, bx{}, bytes_acked{}, bytes_received{}, cb{}, cx{}, data{}, data_end{}, data_meta{},
        data_segs_in{}, data_segs_out{}, di{}, dst_ip4{}, dst_ip6{}, dst_port{}, dx{}, ecn_flags{}, egress_ifindex{},
        eth_protocol{}, family{}, file_pos{}, flags{}, flow_keys{}, gso_segs{}, gso_size{}, hash{}, hwtstamp{},
        ifindex{}, ingress_ifindex{}, ip{}, ip_protocol{}, is_fullsock{}, len{}, level{}, local_ip4{}, local_ip6{},
        local_port{}, lost_out{}, major{}, mark{}, migrating_sk{}, minor{}, msg_src_ip4{}, msg_src_ip6{},
        mss_cache{}, napi_id{}, op{}, optlen{}, optname{}, optval{}, optval_end{}, orig_ax{}, packets_out{},
        pkt_type{}, priority{}, protocol{}, queue_mapping{}, r10{}, r11{}, r12{}, r13{}, r14{}, r15{}, r8{}, r9{},
        rate_delivered{}, rate_interval_us{}, rcv_nxt{}, remote_ip4{}, remote_ip6{}, remote_port{}, reply{},
        replylong{}, retrans_out{}, retval{}, rtt_min{}, rx_queue_index{}, rx_queue_mapping{}, sacked_out{},
        sample{}, sample_period{}, segs_in{}, segs_out{}, si{}, size{}, sk{}, sk_txhash{}, skb{}, skb_data{},
        skb_data_end{}, skb_hwtstamp{}, skb_len{}, skb_tcp_flags{}, snd_cwnd{}, snd_nxt{}, snd_ssthresh{}, snd_una{},
        sp{}, src_ip4{}, src_ip6{}, src_port{}, srtt_us{}, state{}, tc_classid{}, tc_index{}, total_retrans{},
        tstamp{}, tstamp_type{}, type{}, user_family{}, user_ip4{}, user_ip6{}, user_port{}, vlan_present{},
        vlan_proto{}, vlan_tci{}, wire_len{}, write{};
    // clang-format on
};

} // namespace bpfxx::insn::detail::contexts
