#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/program/context/field.hpp>
#include <bpfxx/program/context/names.hpp>
#include <bpfxx/program/context/row.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/program/type.hpp>

namespace bpfxx::insn::detail::contexts {

// Which of these fields there are depends on the hook too: source addresses only after a bind, mark only at creation.
// clang-format off: one field a line
/// What cgroup programs get that see a socket made, bound or released.
/// UAPI: `struct bpf_sock`
inline constexpr row sock[] = {
    // name, offset, size, elements, read, write
    {"bound_dev_if", 0, 4, 1, {whole_4}, {whole_4}},
    {"family", 4, 4, 1, {parts_of_4 | from_start}},
    {"type", 8, 4, 1, {parts_of_4 | from_start}},
    {"protocol", 12, 4, 1, {parts_of_4 | from_start}},
    {"mark", 16, 4, 1, {whole_4}, {whole_4}},
    {"priority", 20, 4, 1, {whole_4}, {whole_4}},
    {"src_ip4", 24, 4, 1, {parts_of_4}},
    {"src_ip6", 28, 4, 4, {parts_of_4}},
    {"src_port", 44, 4, 1, {parts_of_4 | from_start}},
    {"dst_port", 48, 2, 1, {parts_of_2}},
    {"", 48, 4, 1, {whole_4}},
    {"dst_ip4", 52, 4, 1, {parts_of_4}},
    {"dst_ip6", 56, 4, 4, {parts_of_4}},
    {"state", 72, 4, 1, {parts_of_4 | from_start}},
    {"rx_queue_mapping", 76, 4, 1, {parts_of_4 | from_start}},
};
// clang-format on

template <class Kind>
struct sock_fields : no_fields {
    template <literal Name>
    using at = typename named<sock, Kind, Name>::type;

    static constexpr at<"bound_dev_if"> bound_dev_if{};
    static constexpr at<"family"> family{};
    static constexpr at<"type"> type{};
    static constexpr at<"protocol"> protocol{};
    static constexpr at<"mark"> mark{};
    static constexpr at<"priority"> priority{};
    static constexpr at<"src_ip4"> src_ip4{};
    static constexpr at<"src_ip6"> src_ip6{};
    static constexpr at<"src_port"> src_port{};
    static constexpr at<"dst_port"> dst_port{};
    static constexpr at<"dst_ip4"> dst_ip4{};
    static constexpr at<"dst_ip6"> dst_ip6{};
    static constexpr at<"state"> state{};
    static constexpr at<"rx_queue_mapping"> rx_queue_mapping{};
};

template <program_tag Kind>
    requires(Kind::type == program_type::cgroup_sock)
struct context_of<Kind> : known_context<sock, sock_fields<Kind>> {};

// As above: the addresses of one family only, and msg_src ones only where datagrams are sent.
// clang-format off: one field a line
/// What cgroup programs get that see the addresses given to system calls of sockets.
/// UAPI: `struct bpf_sock_addr`
inline constexpr row sock_addr[] = {
    // name, offset, size, elements, read, write
    {"user_family", 0, 4, 1, {whole_4}},
    {"user_ip4", 4, 4, 1, {parts_of_4}, {whole_4}},
    {"user_ip6", 8, 4, 4, {parts_of_8}, {whole_4 | whole_8}},
    {"user_port", 24, 4, 1, {parts_of_4}, {whole_4}},
    {"family", 28, 4, 1, {whole_4}},
    {"type", 32, 4, 1, {whole_4}},
    {"protocol", 36, 4, 1, {whole_4}},
    {"msg_src_ip4", 40, 4, 1, {parts_of_4}, {whole_4}},
    {"msg_src_ip6", 44, 4, 4, {parts_of_8}, {whole_4 | whole_8}},
    {"sk", 64, 8, 1, {whole_8}},
};
// clang-format on

template <class Kind>
struct sock_addr_fields : no_fields {
    template <literal Name>
    using at = typename named<sock_addr, Kind, Name>::type;

    static constexpr at<"user_family"> user_family{};
    static constexpr at<"user_ip4"> user_ip4{};
    static constexpr at<"user_ip6"> user_ip6{};
    static constexpr at<"user_port"> user_port{};
    static constexpr at<"family"> family{};
    static constexpr at<"type"> type{};
    static constexpr at<"protocol"> protocol{};
    static constexpr at<"msg_src_ip4"> msg_src_ip4{};
    static constexpr at<"msg_src_ip6"> msg_src_ip6{};
    static constexpr at<"sk"> sk{};
};

template <program_tag Kind>
    requires(Kind::type == program_type::cgroup_sock_addr)
struct context_of<Kind> : known_context<sock_addr, sock_addr_fields<Kind>> {};

// clang-format off: one field a line
/// What programs get that choose the socket for a connection or datagram.
/// UAPI: `struct bpf_sk_lookup`
inline constexpr row sk_lookup[] = {
    // name, offset, size, elements, read, write
    {"sk", 0, 8, 1, {whole_8}},
    {"family", 8, 4, 1, {parts_of_4}},
    {"protocol", 12, 4, 1, {parts_of_4}},
    {"remote_ip4", 16, 4, 1, {parts_of_4}},
    {"remote_ip6", 20, 4, 4, {parts_of_4}},
    {"remote_port", 36, 2, 1, {parts_of_2}},
    {"", 36, 4, 1, {parts_of_4}},
    {"local_ip4", 40, 4, 1, {parts_of_4}},
    {"local_ip6", 44, 4, 4, {parts_of_4}},
    {"local_port", 60, 4, 1, {parts_of_4}},
    {"ingress_ifindex", 64, 4, 1, {parts_of_4}},
};
// clang-format on

template <class Kind>
struct sk_lookup_fields : no_fields {
    template <literal Name>
    using at = typename named<sk_lookup, Kind, Name>::type;

    static constexpr at<"sk"> sk{};
    static constexpr at<"family"> family{};
    static constexpr at<"protocol"> protocol{};
    static constexpr at<"remote_ip4"> remote_ip4{};
    static constexpr at<"remote_ip6"> remote_ip6{};
    static constexpr at<"remote_port"> remote_port{};
    static constexpr at<"local_ip4"> local_ip4{};
    static constexpr at<"local_ip6"> local_ip6{};
    static constexpr at<"local_port"> local_port{};
    static constexpr at<"ingress_ifindex"> ingress_ifindex{};
};

template <program_tag Kind>
    requires(Kind::type == program_type::sk_lookup)
struct context_of<Kind> : known_context<sk_lookup, sk_lookup_fields<Kind>> {};

} // namespace bpfxx::insn::detail::contexts
