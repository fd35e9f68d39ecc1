#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/program/context/field.hpp>
#include <bpfxx/program/context/names.hpp>
#include <bpfxx/program/context/row.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/program/type.hpp>

namespace bpfxx::insn::detail::contexts {

// clang-format off: one field a line
/// What programs get that follow the life of TCP connections.
/// UAPI: `struct bpf_sock_ops`
inline constexpr row sock_ops[] = {
    // name, offset, size, elements, read, write
    {"op", 0, 4, 1, {whole_4}},
    {"args", 4, 4, 4, {whole_4}},
    {"reply", 4, 4, 1, {whole_4}, {whole_4}},
    {"replylong", 4, 4, 4, {whole_4}},
    {"family", 20, 4, 1, {whole_4}},
    {"remote_ip4", 24, 4, 1, {whole_4}},
    {"local_ip4", 28, 4, 1, {whole_4}},
    {"remote_ip6", 32, 4, 4, {whole_4}},
    {"local_ip6", 48, 4, 4, {whole_4}},
    {"remote_port", 64, 4, 1, {whole_4}},
    {"local_port", 68, 4, 1, {whole_4}},
    {"is_fullsock", 72, 4, 1, {whole_4}},
    {"snd_cwnd", 76, 4, 1, {whole_4}},
    {"srtt_us", 80, 4, 1, {whole_4}},
    {"bpf_sock_ops_cb_flags", 84, 4, 1, {whole_4}},
    {"state", 88, 4, 1, {whole_4}},
    {"rtt_min", 92, 4, 1, {whole_4}},
    {"snd_ssthresh", 96, 4, 1, {whole_4}},
    {"rcv_nxt", 100, 4, 1, {whole_4}},
    {"snd_nxt", 104, 4, 1, {whole_4}},
    {"snd_una", 108, 4, 1, {whole_4}},
    {"mss_cache", 112, 4, 1, {whole_4}},
    {"ecn_flags", 116, 4, 1, {whole_4}},
    {"rate_delivered", 120, 4, 1, {whole_4}},
    {"rate_interval_us", 124, 4, 1, {whole_4}},
    {"packets_out", 128, 4, 1, {whole_4}},
    {"retrans_out", 132, 4, 1, {whole_4}},
    {"total_retrans", 136, 4, 1, {whole_4}},
    {"segs_in", 140, 4, 1, {whole_4}},
    {"data_segs_in", 144, 4, 1, {whole_4}},
    {"segs_out", 148, 4, 1, {whole_4}},
    {"data_segs_out", 152, 4, 1, {whole_4}},
    {"lost_out", 156, 4, 1, {whole_4}},
    {"sacked_out", 160, 4, 1, {whole_4}},
    {"sk_txhash", 164, 4, 1, {whole_4}, {whole_4}},
    {"bytes_received", 168, 8, 1, {whole_8}},
    {"bytes_acked", 176, 8, 1, {whole_8}},
    {"sk", 184, 8, 1, {whole_8}},
    {"skb_data", 192, 8, 1, {whole_8}},
    {"skb_data_end", 200, 8, 1, {whole_8}},
    {"skb_len", 208, 4, 1, {whole_4}},
    {"skb_tcp_flags", 212, 4, 1, {parts_of_4 | from_start}},
    {"skb_hwtstamp", 216, 8, 1, {whole_8}},
};
// clang-format on

template <class Kind>
struct sock_ops_fields : no_fields {
    template <literal Name>
    using at = typename named<sock_ops, Kind, Name>::type;

    static constexpr at<"op"> op{};
    static constexpr at<"args"> args{};
    static constexpr at<"reply"> reply{};
    static constexpr at<"replylong"> replylong{};
    static constexpr at<"family"> family{};
    static constexpr at<"remote_ip4"> remote_ip4{};
    static constexpr at<"local_ip4"> local_ip4{};
    static constexpr at<"remote_ip6"> remote_ip6{};
    static constexpr at<"local_ip6"> local_ip6{};
    static constexpr at<"remote_port"> remote_port{};
    static constexpr at<"local_port"> local_port{};
    static constexpr at<"is_fullsock"> is_fullsock{};
    static constexpr at<"snd_cwnd"> snd_cwnd{};
    static constexpr at<"srtt_us"> srtt_us{};
    static constexpr at<"bpf_sock_ops_cb_flags"> bpf_sock_ops_cb_flags{};
    static constexpr at<"state"> state{};
    static constexpr at<"rtt_min"> rtt_min{};
    static constexpr at<"snd_ssthresh"> snd_ssthresh{};
    static constexpr at<"rcv_nxt"> rcv_nxt{};
    static constexpr at<"snd_nxt"> snd_nxt{};
    static constexpr at<"snd_una"> snd_una{};
    static constexpr at<"mss_cache"> mss_cache{};
    static constexpr at<"ecn_flags"> ecn_flags{};
    static constexpr at<"rate_delivered"> rate_delivered{};
    static constexpr at<"rate_interval_us"> rate_interval_us{};
    static constexpr at<"packets_out"> packets_out{};
    static constexpr at<"retrans_out"> retrans_out{};
    static constexpr at<"total_retrans"> total_retrans{};
    static constexpr at<"segs_in"> segs_in{};
    static constexpr at<"data_segs_in"> data_segs_in{};
    static constexpr at<"segs_out"> segs_out{};
    static constexpr at<"data_segs_out"> data_segs_out{};
    static constexpr at<"lost_out"> lost_out{};
    static constexpr at<"sacked_out"> sacked_out{};
    static constexpr at<"sk_txhash"> sk_txhash{};
    static constexpr at<"bytes_received"> bytes_received{};
    static constexpr at<"bytes_acked"> bytes_acked{};
    static constexpr at<"sk"> sk{};
    static constexpr at<"skb_data"> skb_data{};
    static constexpr at<"skb_data_end"> skb_data_end{};
    static constexpr at<"skb_len"> skb_len{};
    static constexpr at<"skb_tcp_flags"> skb_tcp_flags{};
    static constexpr at<"skb_hwtstamp"> skb_hwtstamp{};
};

template <program_tag Kind>
    requires(Kind::type == program_type::sock_ops)
struct context_of<Kind> : known_context<sock_ops, sock_ops_fields<Kind>> {};

} // namespace bpfxx::insn::detail::contexts
