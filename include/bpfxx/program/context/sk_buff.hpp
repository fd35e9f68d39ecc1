#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/program/context/field.hpp>
#include <bpfxx/program/context/names.hpp>
#include <bpfxx/program/context/row.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/program/type.hpp>

namespace bpfxx::insn::detail::contexts {

// The types of programs that get a packet of the network stack, in groups that may do the same with it.
inline constexpr program_types filter = types(program_type::socket_filter);
inline constexpr program_types sched = types(program_type::sched_cls, program_type::sched_act);
inline constexpr program_types cgroup = types(program_type::cgroup_skb);
inline constexpr program_types lwt =
    types(program_type::lwt_in, program_type::lwt_out, program_type::lwt_xmit, program_type::lwt_seg6local);
inline constexpr program_types stream = types(program_type::sk_skb);
inline constexpr program_types packet = filter | sched | cgroup | lwt | stream;
/// Sees no more of it than where it is.
inline constexpr program_types flow = types(program_type::flow_dissector);

// clang-format off: one field a line
/// A packet of the network stack.
/// UAPI: `struct __sk_buff`
inline constexpr row sk_buff[] = {
    // name, offset, size, elements, read, write
    {"len", 0, 4, 1, {parts_of_4, packet}},
    {"pkt_type", 4, 4, 1, {parts_of_4, packet}},
    {"mark", 8, 4, 1, {parts_of_4, packet & ~stream}, {whole_4, sched | cgroup | lwt}},
    {"queue_mapping", 12, 4, 1, {parts_of_4, packet}, {whole_4, sched}},
    {"protocol", 16, 4, 1, {parts_of_4, packet}},
    {"vlan_present", 20, 4, 1, {parts_of_4, packet}},
    {"vlan_tci", 24, 4, 1, {parts_of_4, packet}},
    {"vlan_proto", 28, 4, 1, {parts_of_4, packet}},
    {"priority", 32, 4, 1, {parts_of_4, packet}, {whole_4, sched | cgroup | lwt | stream}},
    {"ingress_ifindex", 36, 4, 1, {parts_of_4, packet}},
    {"ifindex", 40, 4, 1, {parts_of_4, packet}},
    {"tc_index", 44, 4, 1, {parts_of_4, packet}, {whole_4, sched | stream}},
    {"cb", 48, 4, 5, {parts_of_8, packet}, {parts_of_8, packet & ~stream}},
    {"hash", 68, 4, 1, {parts_of_4, packet}},
    {"tc_classid", 72, 4, 1, {parts_of_4, sched}, {whole_4, sched}},
    {"data", 76, 4, 1, {whole_4, ~filter}},
    {"data_end", 80, 4, 1, {whole_4, ~filter}},
    {"napi_id", 84, 4, 1, {parts_of_4, packet}},
    {"family", 88, 4, 1, {parts_of_4, cgroup | stream}},
    {"remote_ip4", 92, 4, 1, {whole_4, cgroup | stream}},
    {"local_ip4", 96, 4, 1, {whole_4, cgroup | stream}},
    {"remote_ip6", 100, 4, 4, {whole_4, cgroup | stream}},
    {"local_ip6", 116, 4, 4, {whole_4, cgroup | stream}},
    {"remote_port", 132, 4, 1, {parts_of_4, cgroup | stream}},
    {"local_port", 136, 4, 1, {parts_of_4, cgroup | stream}},
    {"data_meta", 140, 4, 1, {whole_4, sched}},
    {"flow_keys", 144, 8, 1, {whole_8, flow}},
    {"tstamp", 152, 8, 1, {whole_8, sched | cgroup}, {whole_8, sched | cgroup}},
    {"wire_len", 160, 4, 1, {parts_of_4, sched}},
    {"gso_segs", 164, 4, 1, {parts_of_4, packet}},
    {"sk", 168, 8, 1, {whole_8, packet}},
    {"gso_size", 176, 4, 1, {parts_of_4, packet}},
    {"tstamp_type", 180, 1, 1, {1, sched}},
    {"hwtstamp", 184, 8, 1, {whole_8, sched | cgroup}},
};
// clang-format on

template <class Kind>
struct sk_buff_fields : no_fields {
    template <literal Name>
    using at = typename named<sk_buff, Kind, Name>::type;

    static constexpr at<"len"> len{};
    static constexpr at<"pkt_type"> pkt_type{};
    static constexpr at<"mark"> mark{};
    static constexpr at<"queue_mapping"> queue_mapping{};
    static constexpr at<"protocol"> protocol{};
    static constexpr at<"vlan_present"> vlan_present{};
    static constexpr at<"vlan_tci"> vlan_tci{};
    static constexpr at<"vlan_proto"> vlan_proto{};
    static constexpr at<"priority"> priority{};
    static constexpr at<"ingress_ifindex"> ingress_ifindex{};
    static constexpr at<"ifindex"> ifindex{};
    static constexpr at<"tc_index"> tc_index{};
    static constexpr at<"cb"> cb{};
    static constexpr at<"hash"> hash{};
    static constexpr at<"tc_classid"> tc_classid{};
    static constexpr at<"data"> data{};
    static constexpr at<"data_end"> data_end{};
    static constexpr at<"napi_id"> napi_id{};
    static constexpr at<"family"> family{};
    static constexpr at<"remote_ip4"> remote_ip4{};
    static constexpr at<"local_ip4"> local_ip4{};
    static constexpr at<"remote_ip6"> remote_ip6{};
    static constexpr at<"local_ip6"> local_ip6{};
    static constexpr at<"remote_port"> remote_port{};
    static constexpr at<"local_port"> local_port{};
    static constexpr at<"data_meta"> data_meta{};
    static constexpr at<"flow_keys"> flow_keys{};
    static constexpr at<"tstamp"> tstamp{};
    static constexpr at<"wire_len"> wire_len{};
    static constexpr at<"gso_segs"> gso_segs{};
    static constexpr at<"sk"> sk{};
    static constexpr at<"gso_size"> gso_size{};
    static constexpr at<"tstamp_type"> tstamp_type{};
    static constexpr at<"hwtstamp"> hwtstamp{};
};

template <program_tag Kind>
    requires(has(packet | flow, Kind::type))
struct context_of<Kind> : known_context<sk_buff, sk_buff_fields<Kind>> {};

} // namespace bpfxx::insn::detail::contexts
