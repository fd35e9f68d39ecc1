#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/program/context/field.hpp>
#include <bpfxx/program/context/names.hpp>
#include <bpfxx/program/context/row.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/program/type.hpp>

namespace bpfxx::insn::detail::contexts {

// rx_queue_index is written by programs that run on a device, egress_ifindex read by those in a DEVMAP.
// clang-format off: one field a line
/// What an XDP program gets.
/// UAPI: `struct xdp_md`
inline constexpr row xdp_md[] = {
    // name, offset, size, elements, read, write
    {"data", 0, 4, 1, {whole_4}},
    {"data_end", 4, 4, 1, {whole_4}},
    {"data_meta", 8, 4, 1, {whole_4}},
    {"ingress_ifindex", 12, 4, 1, {whole_4}},
    {"rx_queue_index", 16, 4, 1, {whole_4}, {whole_4}},
    {"egress_ifindex", 20, 4, 1, {whole_4}},
};
// clang-format on

template <class Kind>
struct xdp_md_fields : no_fields {
    template <literal Name>
    using at = typename named<xdp_md, Kind, Name>::type;

    static constexpr at<"data"> data{};
    static constexpr at<"data_end"> data_end{};
    static constexpr at<"data_meta"> data_meta{};
    static constexpr at<"ingress_ifindex"> ingress_ifindex{};
    static constexpr at<"rx_queue_index"> rx_queue_index{};
    static constexpr at<"egress_ifindex"> egress_ifindex{};
};

template <program_tag Kind>
    requires(Kind::type == program_type::xdp)
struct context_of<Kind> : known_context<xdp_md, xdp_md_fields<Kind>> {};

// clang-format off: one field a line
/// What a netfilter program gets: pointers to kernel structs.
/// UAPI: `struct bpf_nf_ctx`
inline constexpr row nf_ctx[] = {
    // name, offset, size, elements, read, write
    {"state", 0, 8, 1, {whole_8}},
    {"skb", 8, 8, 1, {whole_8}},
};
// clang-format on

template <class Kind>
struct nf_ctx_fields : no_fields {
    template <literal Name>
    using at = typename named<nf_ctx, Kind, Name>::type;

    static constexpr at<"state"> state{};
    static constexpr at<"skb"> skb{};
};

template <program_tag Kind>
    requires(Kind::type == program_type::netfilter)
struct context_of<Kind> : known_context<nf_ctx, nf_ctx_fields<Kind>> {};

// clang-format off: one field a line
/// What programs that pass messages between sockets get.
/// UAPI: `struct sk_msg_md`
inline constexpr row sk_msg_md[] = {
    // name, offset, size, elements, read, write
    {"data", 0, 8, 1, {whole_8}},
    {"data_end", 8, 8, 1, {whole_8}},
    {"family", 16, 4, 1, {whole_4}},
    {"remote_ip4", 20, 4, 1, {whole_4}},
    {"local_ip4", 24, 4, 1, {whole_4}},
    {"remote_ip6", 28, 4, 4, {whole_4}},
    {"local_ip6", 44, 4, 4, {whole_4}},
    {"remote_port", 60, 4, 1, {whole_4}},
    {"local_port", 64, 4, 1, {whole_4}},
    {"size", 68, 4, 1, {whole_4}},
    {"sk", 72, 8, 1, {whole_8}},
};
// clang-format on

template <class Kind>
struct sk_msg_md_fields : no_fields {
    template <literal Name>
    using at = typename named<sk_msg_md, Kind, Name>::type;

    static constexpr at<"data"> data{};
    static constexpr at<"data_end"> data_end{};
    static constexpr at<"family"> family{};
    static constexpr at<"remote_ip4"> remote_ip4{};
    static constexpr at<"local_ip4"> local_ip4{};
    static constexpr at<"remote_ip6"> remote_ip6{};
    static constexpr at<"local_ip6"> local_ip6{};
    static constexpr at<"remote_port"> remote_port{};
    static constexpr at<"local_port"> local_port{};
    static constexpr at<"size"> size{};
    static constexpr at<"sk"> sk{};
};

template <program_tag Kind>
    requires(Kind::type == program_type::sk_msg)
struct context_of<Kind> : known_context<sk_msg_md, sk_msg_md_fields<Kind>> {};

// clang-format off: one field a line
/// What programs that choose among sockets of one port get.
/// UAPI: `struct sk_reuseport_md`
inline constexpr row sk_reuseport_md[] = {
    // name, offset, size, elements, read, write
    {"data", 0, 8, 1, {whole_8}},
    {"data_end", 8, 8, 1, {whole_8}},
    {"len", 16, 4, 1, {parts_of_4}},
    {"eth_protocol", 20, 4, 1, {2 | 4}},
    {"ip_protocol", 24, 4, 1, {parts_of_4}},
    {"bind_inany", 28, 4, 1, {parts_of_4}},
    {"hash", 32, 4, 1, {whole_4}},
    {"sk", 40, 8, 1, {whole_8}},
    {"migrating_sk", 48, 8, 1, {whole_8}},
};
// clang-format on

template <class Kind>
struct sk_reuseport_md_fields : no_fields {
    template <literal Name>
    using at = typename named<sk_reuseport_md, Kind, Name>::type;

    static constexpr at<"data"> data{};
    static constexpr at<"data_end"> data_end{};
    static constexpr at<"len"> len{};
    static constexpr at<"eth_protocol"> eth_protocol{};
    static constexpr at<"ip_protocol"> ip_protocol{};
    static constexpr at<"bind_inany"> bind_inany{};
    static constexpr at<"hash"> hash{};
    static constexpr at<"sk"> sk{};
    static constexpr at<"migrating_sk"> migrating_sk{};
};

template <program_tag Kind>
    requires(Kind::type == program_type::sk_reuseport)
struct context_of<Kind> : known_context<sk_reuseport_md, sk_reuseport_md_fields<Kind>> {};

} // namespace bpfxx::insn::detail::contexts
