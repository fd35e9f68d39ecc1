#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/object/malformed.hpp>
#include <bpfxx/object/section_name.hpp>
#include <bpfxx/program/attach_type.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/program/type.hpp>

#include <cstddef>
#include <string_view>
#include <type_traits>

namespace bpfxx::object {

namespace detail {

template <class... Kind>
struct kinds {};

// Those of one hook stand for all that is loaded with that attach type, the others for what is left of their type.
using of_one_hook = kinds<
    program_kind::kprobe_multi, program_kind::kprobe_session, program_kind::uprobe_multi, program_kind::uprobe_session,
    program_kind::xdp_devmap, program_kind::xdp_cpumap, program_kind::cgroup_inet_ingress,
    program_kind::cgroup_inet_egress, program_kind::cgroup_inet_sock_create, program_kind::cgroup_inet_sock_release,
    program_kind::cgroup_inet4_post_bind, program_kind::cgroup_inet6_post_bind, program_kind::cgroup_inet4_bind,
    program_kind::cgroup_inet6_bind, program_kind::cgroup_inet4_connect, program_kind::cgroup_inet6_connect,
    program_kind::cgroup_unix_connect, program_kind::cgroup_udp4_sendmsg, program_kind::cgroup_udp6_sendmsg,
    program_kind::cgroup_unix_sendmsg, program_kind::cgroup_udp4_recvmsg, program_kind::cgroup_udp6_recvmsg,
    program_kind::cgroup_unix_recvmsg, program_kind::cgroup_inet4_getpeername, program_kind::cgroup_inet6_getpeername,
    program_kind::cgroup_unix_getpeername, program_kind::cgroup_inet4_getsockname,
    program_kind::cgroup_inet6_getsockname, program_kind::cgroup_unix_getsockname, program_kind::cgroup_getsockopt,
    program_kind::cgroup_setsockopt, program_kind::sk_skb_stream_parser, program_kind::sk_skb_stream_verdict,
    program_kind::sk_skb_verdict, program_kind::sk_reuseport_select_or_migrate, program_kind::btf_tracepoint,
    program_kind::fentry, program_kind::fexit, program_kind::modify_return, program_kind::iter, program_kind::lsm_mac,
    program_kind::lsm_cgroup>;
using of_a_type =
    kinds<program_kind::socket_filter, program_kind::kprobe, program_kind::sched_cls, program_kind::sched_act,
          program_kind::tracepoint, program_kind::xdp, program_kind::perf_event, program_kind::cgroup_skb,
          program_kind::cgroup_sock, program_kind::lwt_in, program_kind::lwt_out, program_kind::lwt_xmit,
          program_kind::sock_ops, program_kind::sk_skb, program_kind::cgroup_device, program_kind::sk_msg,
          program_kind::raw_tracepoint, program_kind::cgroup_sock_addr, program_kind::lwt_seg6local,
          program_kind::lirc_mode2, program_kind::sk_reuseport, program_kind::flow_dissector,
          program_kind::cgroup_sysctl, program_kind::raw_tracepoint_writable, program_kind::cgroup_sockopt,
          program_kind::tracing, program_kind::struct_ops, program_kind::ext, program_kind::lsm,
          program_kind::sk_lookup, program_kind::syscall, program_kind::netfilter>;

inline constexpr attach_type no_attach_type{0xffff'ffff};

template <program_type Type, attach_type Attach, class List>
struct find_kind {
    using type = void;
};

template <program_type Type, attach_type Attach, class First, class... Rest>
struct find_kind<Type, Attach, kinds<First, Rest...>> {
    static constexpr bool found =
        First::type == Type && (Attach == no_attach_type || First::only_attach_type == Attach);
    using type =
        typename std::conditional_t<found, std::type_identity<First>, find_kind<Type, Attach, kinds<Rest...>>>::type;
};

/// A text as an argument of a template.
template <std::size_t Size>
struct section_text {
    char characters[Size]{};

    consteval section_text(char const (&literal)[Size]) noexcept {
        for (std::size_t i = 0; i != Size; ++i) characters[i] = literal[i];
    }
    [[nodiscard]] constexpr std::string_view view() const noexcept { return {characters, Size - 1}; }
};

[[nodiscard]] consteval section_name known_section(std::string_view text) noexcept {
    auto const known = parse_section_name(text);
    return require(known ? parsed<section_name>{*known} : malformed{reason::section_name_unknown, no_section, 0, text});
}

} // namespace detail

/// What a program is in C++ when it is loaded as a type and, unless that is left open, with an attach type.
template <program_type Type, attach_type Attach = detail::no_attach_type>
using kind_of_type =
    std::conditional_t<Attach == detail::no_attach_type ||
                           std::is_void_v<typename detail::find_kind<Type, Attach, detail::of_one_hook>::type>,
                       typename detail::find_kind<Type, detail::no_attach_type, detail::of_a_type>::type,
                       typename detail::find_kind<Type, Attach, detail::of_one_hook>::type>;

/// The attach type as `kind_of_type` takes it.
[[nodiscard]] constexpr attach_type kind_attach_type(section_name const& section) noexcept {
    return section.expected_attach_type().value_or(detail::no_attach_type);
}

/// What programs of a section are in C++, so that only their hooks compile: `kind_of<"fentry/do_unlinkat">` is
/// `program_kind::fentry`. A name that is not known does not compile.
template <detail::section_text Name>
using kind_of =
    kind_of_type<detail::known_section(Name.view()).type, kind_attach_type(detail::known_section(Name.view()))>;

} // namespace bpfxx::object
