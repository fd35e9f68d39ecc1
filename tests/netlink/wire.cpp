// Every number and struct of netlink/wire.hpp is the kernel headers'.
#include <bpfxx/link/tc_direction.hpp>
#include <bpfxx/netlink/filter.hpp>
#include <bpfxx/netlink/wire.hpp>
#include <bpfxx/netlink/xdp.hpp>

#include <doctest/doctest.h>

#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/lwtunnel.h>
#include <linux/netlink.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/seg6_local.h>
#include <linux/tc_act/tc_bpf.h>
#include <sys/socket.h>

#include <cstddef>
#include <utility>

namespace {

using namespace bpfxx;
using namespace bpfxx::netlink;

template <class Enum>
constexpr bool is(Enum ours, unsigned long theirs) {
    return static_cast<unsigned long>(static_cast<std::underlying_type_t<Enum>>(ours)) == theirs;
}

static_assert(is(message_type::noop, NLMSG_NOOP) && is(message_type::error, NLMSG_ERROR));
static_assert(is(message_type::done, NLMSG_DONE) && is(message_type::overrun, NLMSG_OVERRUN));
static_assert(is(message_type::new_link, RTM_NEWLINK) && is(message_type::delete_link, RTM_DELLINK));
static_assert(is(message_type::get_link, RTM_GETLINK) && is(message_type::set_link, RTM_SETLINK));
static_assert(is(message_type::new_address, RTM_NEWADDR) && is(message_type::new_route, RTM_NEWROUTE));
static_assert(is(message_type::delete_route, RTM_DELROUTE) && is(message_type::get_route, RTM_GETROUTE));
static_assert(is(message_type::new_qdisc, RTM_NEWQDISC) && is(message_type::delete_qdisc, RTM_DELQDISC));
static_assert(is(message_type::get_qdisc, RTM_GETQDISC) && is(message_type::new_filter, RTM_NEWTFILTER));
static_assert(is(message_type::delete_filter, RTM_DELTFILTER) && is(message_type::get_filter, RTM_GETTFILTER));

static_assert(is(message_flags::request, NLM_F_REQUEST) && is(message_flags::multi, NLM_F_MULTI));
static_assert(is(message_flags::acknowledge, NLM_F_ACK) && is(message_flags::echo, NLM_F_ECHO));
static_assert(is(message_flags::dump_interrupted, NLM_F_DUMP_INTR) && is(message_flags::dump, NLM_F_DUMP));
static_assert(is(message_flags::replace, NLM_F_REPLACE) && is(message_flags::exclusive, NLM_F_EXCL));
static_assert(is(message_flags::create, NLM_F_CREATE) && is(message_flags::capped, NLM_F_CAPPED));
static_assert(is(message_flags::has_attributes, NLM_F_ACK_TLVS));
static_assert(attribute_is_nest == NLA_F_NESTED && attribute_marks == (NLA_F_NESTED | NLA_F_NET_BYTEORDER));
static_assert(aligned(1) == NLA_ALIGN(1) && aligned(4) == NLMSG_ALIGN(4) && aligned(5) == 8 && aligned(0) == 0);

static_assert(sizeof(message_header) == sizeof(::nlmsghdr) && sizeof(attribute_header) == sizeof(::nlattr));
static_assert(offsetof(message_header, type) == offsetof(::nlmsghdr, nlmsg_type));
static_assert(offsetof(message_header, flags) == offsetof(::nlmsghdr, nlmsg_flags));
static_assert(offsetof(message_header, sequence) == offsetof(::nlmsghdr, nlmsg_seq));
static_assert(offsetof(message_header, port) == offsetof(::nlmsghdr, nlmsg_pid));
static_assert(offsetof(attribute_header, type) == offsetof(::nlattr, nla_type));
static_assert(sizeof(address) == sizeof(::sockaddr_nl) && offsetof(address, port) == offsetof(::sockaddr_nl, nl_pid));
static_assert(offsetof(address, groups) == offsetof(::sockaddr_nl, nl_groups) && address{}.family == AF_NETLINK);
static_assert(is(answer_attribute::text, NLMSGERR_ATTR_MSG) && is(answer_attribute::offset, NLMSGERR_ATTR_OFFS));

static_assert(sizeof(link_message) == sizeof(::ifinfomsg));
static_assert(offsetof(link_message, device_type) == offsetof(::ifinfomsg, ifi_type));
static_assert(offsetof(link_message, ifindex) == offsetof(::ifinfomsg, ifi_index));
static_assert(offsetof(link_message, flags) == offsetof(::ifinfomsg, ifi_flags));
static_assert(offsetof(link_message, change) == offsetof(::ifinfomsg, ifi_change));
static_assert(is(link_attribute::name, IFLA_IFNAME) && is(link_attribute::information, IFLA_LINKINFO));
static_assert(is(link_attribute::xdp, IFLA_XDP) && is(link_information_attribute::kind, IFLA_INFO_KIND));
static_assert(is(link_information_attribute::data, IFLA_INFO_DATA));
static_assert(is(xdp_attribute::descriptor, IFLA_XDP_FD) && is(xdp_attribute::attached, IFLA_XDP_ATTACHED));
static_assert(is(xdp_attribute::flags, IFLA_XDP_FLAGS) && is(xdp_attribute::program_id, IFLA_XDP_PROG_ID));
static_assert(is(xdp_attribute::native_program_id, IFLA_XDP_DRV_PROG_ID));
static_assert(is(xdp_attribute::generic_program_id, IFLA_XDP_SKB_PROG_ID));
static_assert(is(xdp_attribute::hardware_program_id, IFLA_XDP_HW_PROG_ID));
static_assert(is(xdp_attribute::expected_descriptor, IFLA_XDP_EXPECTED_FD));
static_assert(is(xdp_attached::none, XDP_ATTACHED_NONE) && is(xdp_attached::native, XDP_ATTACHED_DRV));
static_assert(is(xdp_attached::generic, XDP_ATTACHED_SKB) && is(xdp_attached::hardware, XDP_ATTACHED_HW));
static_assert(is(xdp_attached::several, XDP_ATTACHED_MULTI));

static_assert(sizeof(traffic_message) == sizeof(::tcmsg));
static_assert(offsetof(traffic_message, ifindex) == offsetof(::tcmsg, tcm_ifindex));
static_assert(offsetof(traffic_message, handle) == offsetof(::tcmsg, tcm_handle));
static_assert(offsetof(traffic_message, parent) == offsetof(::tcmsg, tcm_parent));
static_assert(offsetof(traffic_message, information) == offsetof(::tcmsg, tcm_info));
static_assert(is(traffic_attribute::kind, TCA_KIND) && is(traffic_attribute::options, TCA_OPTIONS));
static_assert(is(traffic_attribute::chain, TCA_CHAIN) && is(bpf_filter_attribute::action, TCA_BPF_ACT));
static_assert(is(bpf_filter_attribute::class_id, TCA_BPF_CLASSID));
static_assert(is(bpf_filter_attribute::classic_length, TCA_BPF_OPS_LEN));
static_assert(is(bpf_filter_attribute::classic_code, TCA_BPF_OPS));
static_assert(is(bpf_filter_attribute::descriptor, TCA_BPF_FD) && is(bpf_filter_attribute::name, TCA_BPF_NAME));
static_assert(is(bpf_filter_attribute::flags, TCA_BPF_FLAGS) && TCA_BPF_FLAG_ACT_DIRECT == 1);
static_assert(is(bpf_filter_attribute::hardware_flags, TCA_BPF_FLAGS_GEN));
static_assert(is(bpf_filter_attribute::program_id, TCA_BPF_ID));
static_assert(is(action_attribute::kind, TCA_ACT_KIND) && is(action_attribute::options, TCA_ACT_OPTIONS));
static_assert(is(bpf_action_attribute::parameters, TCA_ACT_BPF_PARMS));
static_assert(is(bpf_action_attribute::descriptor, TCA_ACT_BPF_FD));
static_assert(is(bpf_action_attribute::name, TCA_ACT_BPF_NAME));
static_assert(is(bpf_action_attribute::program_id, TCA_ACT_BPF_ID));
static_assert(sizeof(action_parameters) == sizeof(::tc_act_bpf));
static_assert(offsetof(action_parameters, action) == offsetof(::tc_act_bpf, action));
static_assert(clsact_parent(tc_direction::ingress) == TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS));
static_assert(clsact_parent(tc_direction::egress) == TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS));
static_assert(is(ether_type::all, ETH_P_ALL) && is(ether_type::ipv4, ETH_P_IP) && is(ether_type::arp, ETH_P_ARP));
static_assert(is(ether_type::vlan, ETH_P_8021Q) && is(ether_type::ipv6, ETH_P_IPV6));

static_assert(sizeof(route_message) == sizeof(::rtmsg));
static_assert(offsetof(route_message, destination_bits) == offsetof(::rtmsg, rtm_dst_len));
static_assert(offsetof(route_message, table) == offsetof(::rtmsg, rtm_table));
static_assert(offsetof(route_message, protocol) == offsetof(::rtmsg, rtm_protocol));
static_assert(offsetof(route_message, scope) == offsetof(::rtmsg, rtm_scope));
static_assert(offsetof(route_message, type) == offsetof(::rtmsg, rtm_type));
static_assert(is(route_attribute::destination, RTA_DST) && is(route_attribute::interface, RTA_OIF));
static_assert(is(route_attribute::gateway, RTA_GATEWAY) && is(route_attribute::metric, RTA_PRIORITY));
static_assert(is(route_attribute::table, RTA_TABLE));
static_assert(is(route_attribute::encapsulation_type, RTA_ENCAP_TYPE));
static_assert(is(route_attribute::encapsulation, RTA_ENCAP));
static_assert(is(encapsulation_type::bpf, LWTUNNEL_ENCAP_BPF));
static_assert(is(encapsulation_type::seg6_local, LWTUNNEL_ENCAP_SEG6_LOCAL));
static_assert(is(lwt_attribute::in, LWT_BPF_IN) && is(lwt_attribute::out, LWT_BPF_OUT));
static_assert(is(lwt_attribute::xmit, LWT_BPF_XMIT) && is(lwt_attribute::headroom, LWT_BPF_XMIT_HEADROOM));
static_assert(is(route_program_attribute::program, LWT_BPF_PROG_FD));
static_assert(is(route_program_attribute::name, LWT_BPF_PROG_NAME));
static_assert(is(route_program_attribute::program, SEG6_LOCAL_BPF_PROG));
static_assert(is(route_program_attribute::name, SEG6_LOCAL_BPF_PROG_NAME));
static_assert(is(seg6_local_attribute::action, SEG6_LOCAL_ACTION) && is(seg6_local_attribute::bpf, SEG6_LOCAL_BPF));
static_assert(seg6_local_end_bpf == SEG6_LOCAL_ACTION_END_BPF);

} // namespace

TEST_CASE("flags of messages") {
    auto const both = message_flags::create | message_flags::echo;
    CHECK(has(both, message_flags::create));
    CHECK(has(both, message_flags::echo));
    CHECK_FALSE(has(both, message_flags::dump));
    CHECK_FALSE(has(message_flags::replace, message_flags::dump));
    CHECK(filter_information(0xc000, ether_type::ipv4) == TC_H_MAKE(0xc000'0000U, __builtin_bswap16(ETH_P_IP)));
}
