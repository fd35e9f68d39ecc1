#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/program/attach_type.hpp>
#include <bpfxx/program/type.hpp>
#include <bpfxx/sys/flags.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bpfxx::object {

/// What the programs of a section are attached to, and so by which means.
enum class hook : std::uint8_t {
    // what the section's name can say whole
    kprobe,
    uprobe,
    kprobe_multi,
    uprobe_multi,
    system_call,
    static_probe,
    tracepoint,
    raw_tracepoint,
    btf_tracepoint,
    function,
    extension,
    lsm,
    iter,
    // what takes something that only the user has
    socket,
    reuseport,
    tc,
    tc_action,
    tcx,
    netkit,
    xdp,
    xdp_map,
    perf_event,
    route,
    cgroup,
    sock_map,
    lirc,
    netns,
    netfilter,
    // what is not attached: run by the user, or called through a struct of functions
    test_run,
    struct_ops,
};

/// Whether a program is loaded with an `expected_attach_type`.
enum class expected : std::uint8_t {
    /// The type has none, or leaves the choice to the user.
    no,
    /// The kernel does not need it: an older one, which refuses the field (before Linux 4.17), is left without.
    optional,
    always,
};

/// What the name of a program's section says.
struct section_name {
    program_type type{};
    bpfxx::attach_type attach_type{};
    object::expected expected = expected::no;
    object::hook hook = hook::test_run;
    /// `sleepable` and `xdp_has_frags`, as the program is loaded.
    program_flags flags = program_flags::none;
    /// At returns: kretprobe and its like.
    bool returning = false;
    /// False for names that begin with `?`: such programs are loaded only when the user says so.
    bool autoload = true;
    /// Without the `?`; it lies where the name was parsed from, and so does `target`.
    std::string_view text{};
    /// What stands behind the first `/` of names that may go on: "do_unlinkat" of "kprobe/do_unlinkat".
    std::optional<std::string_view> target{};

    [[nodiscard]] constexpr bool sleepable() const noexcept {
        return (static_cast<std::uint32_t>(flags) & static_cast<std::uint32_t>(program_flags::sleepable)) != 0;
    }

    /// The attach type to load with; nothing where there is none.
    [[nodiscard]] constexpr std::optional<bpfxx::attach_type> expected_attach_type() const noexcept {
        return expected == expected::no ? std::nullopt : std::optional{attach_type};
    }
};

namespace detail {

/// A name that sections have, or where `target` is among its traits, what stands before their `/`.
struct section_row {
    std::string_view name;
    program_type type;
    hook at;
    expected use = expected::no;
    attach_type attach{};
    std::uint8_t traits = 0;
};

/// The rows in a scope of their own, where short names for the columns disturb nobody.
struct section_table {
    using p = program_type;
    using a = attach_type;
    using h = hook;

    static constexpr std::uint8_t target = 1, returning = 2, sleepable = 4, frags = 8;
    static constexpr expected no = expected::no, optional = expected::optional, always = expected::always;

    // clang-format off: one name a line
    static constexpr section_row rows[] = {
        {"socket", p::socket_filter, h::socket},
        {"sk_reuseport/migrate", p::sk_reuseport, h::reuseport, always, a::sk_reuseport_select_or_migrate},
        {"sk_reuseport", p::sk_reuseport, h::reuseport, always, a::sk_reuseport_select},
        {"kprobe", p::kprobe, h::kprobe, no, {}, target},
        {"kretprobe", p::kprobe, h::kprobe, no, {}, target | returning},
        {"uprobe", p::kprobe, h::uprobe, no, {}, target},
        {"uprobe.s", p::kprobe, h::uprobe, no, {}, target | sleepable},
        {"uretprobe", p::kprobe, h::uprobe, no, {}, target | returning},
        {"uretprobe.s", p::kprobe, h::uprobe, no, {}, target | returning | sleepable},
        {"kprobe.multi", p::kprobe, h::kprobe_multi, always, a::trace_kprobe_multi, target},
        {"kretprobe.multi", p::kprobe, h::kprobe_multi, always, a::trace_kprobe_multi, target | returning},
        {"kprobe.session", p::kprobe, h::kprobe_multi, always, a::trace_kprobe_session, target},
        {"uprobe.multi", p::kprobe, h::uprobe_multi, always, a::trace_uprobe_multi, target},
        {"uprobe.multi.s", p::kprobe, h::uprobe_multi, always, a::trace_uprobe_multi, target | sleepable},
        {"uretprobe.multi", p::kprobe, h::uprobe_multi, always, a::trace_uprobe_multi, target | returning},
        {"uretprobe.multi.s", p::kprobe, h::uprobe_multi, always, a::trace_uprobe_multi, target | returning | sleepable},
        {"uprobe.session", p::kprobe, h::uprobe_multi, always, a::trace_uprobe_session, target},
        {"uprobe.session.s", p::kprobe, h::uprobe_multi, always, a::trace_uprobe_session, target | sleepable},
        {"ksyscall", p::kprobe, h::system_call, no, {}, target},
        {"kretsyscall", p::kprobe, h::system_call, no, {}, target | returning},
        {"usdt", p::kprobe, h::static_probe, no, {}, target},
        {"usdt.s", p::kprobe, h::static_probe, no, {}, target | sleepable},
        {"tc/ingress", p::sched_cls, h::tcx, always, a::tcx_ingress},
        {"tc/egress", p::sched_cls, h::tcx, always, a::tcx_egress},
        {"tcx/ingress", p::sched_cls, h::tcx, always, a::tcx_ingress},
        {"tcx/egress", p::sched_cls, h::tcx, always, a::tcx_egress},
        {"tc", p::sched_cls, h::tc},
        {"classifier", p::sched_cls, h::tc},
        {"action", p::sched_act, h::tc_action},
        {"netkit/primary", p::sched_cls, h::netkit, always, a::netkit_primary},
        {"netkit/peer", p::sched_cls, h::netkit, always, a::netkit_peer},
        {"tracepoint", p::tracepoint, h::tracepoint, no, {}, target},
        {"tp", p::tracepoint, h::tracepoint, no, {}, target},
        {"tracepoint.s", p::tracepoint, h::tracepoint, no, {}, target | sleepable},
        {"tp.s", p::tracepoint, h::tracepoint, no, {}, target | sleepable},
        {"raw_tracepoint", p::raw_tracepoint, h::raw_tracepoint, no, {}, target},
        {"raw_tp", p::raw_tracepoint, h::raw_tracepoint, no, {}, target},
        {"raw_tracepoint.s", p::raw_tracepoint, h::raw_tracepoint, no, {}, target | sleepable},
        {"raw_tp.s", p::raw_tracepoint, h::raw_tracepoint, no, {}, target | sleepable},
        {"raw_tracepoint.w", p::raw_tracepoint_writable, h::raw_tracepoint, no, {}, target},
        {"raw_tp.w", p::raw_tracepoint_writable, h::raw_tracepoint, no, {}, target},
        {"tp_btf", p::tracing, h::btf_tracepoint, always, a::trace_raw_tp, target},
        {"tp_btf.s", p::tracing, h::btf_tracepoint, always, a::trace_raw_tp, target | sleepable},
        {"fentry", p::tracing, h::function, always, a::trace_fentry, target},
        {"fentry.s", p::tracing, h::function, always, a::trace_fentry, target | sleepable},
        {"fexit", p::tracing, h::function, always, a::trace_fexit, target},
        {"fexit.s", p::tracing, h::function, always, a::trace_fexit, target | sleepable},
        {"fmod_ret", p::tracing, h::function, always, a::modify_return, target},
        {"fmod_ret.s", p::tracing, h::function, always, a::modify_return, target | sleepable},
        {"freplace", p::ext, h::extension, no, {}, target},
        {"lsm", p::lsm, h::lsm, always, a::lsm_mac, target},
        {"lsm.s", p::lsm, h::lsm, always, a::lsm_mac, target | sleepable},
        {"lsm_cgroup", p::lsm, h::cgroup, always, a::lsm_cgroup, target},
        {"iter", p::tracing, h::iter, always, a::trace_iter, target},
        {"iter.s", p::tracing, h::iter, always, a::trace_iter, target | sleepable},
        {"syscall", p::syscall, h::test_run, no, {}, sleepable},
        {"xdp", p::xdp, h::xdp, optional, a::xdp},
        {"xdp.frags", p::xdp, h::xdp, always, a::xdp, frags},
        {"xdp/devmap", p::xdp, h::xdp_map, always, a::xdp_devmap},
        {"xdp.frags/devmap", p::xdp, h::xdp_map, always, a::xdp_devmap, frags},
        {"xdp/cpumap", p::xdp, h::xdp_map, always, a::xdp_cpumap},
        {"xdp.frags/cpumap", p::xdp, h::xdp_map, always, a::xdp_cpumap, frags},
        {"perf_event", p::perf_event, h::perf_event},
        {"lwt_in", p::lwt_in, h::route},
        {"lwt_out", p::lwt_out, h::route},
        {"lwt_xmit", p::lwt_xmit, h::route},
        {"lwt_seg6local", p::lwt_seg6local, h::route},
        {"sockops", p::sock_ops, h::cgroup, optional, a::cgroup_sock_ops},
        {"sk_skb/stream_parser", p::sk_skb, h::sock_map, optional, a::sk_skb_stream_parser},
        {"sk_skb/stream_verdict", p::sk_skb, h::sock_map, optional, a::sk_skb_stream_verdict},
        {"sk_skb/verdict", p::sk_skb, h::sock_map, optional, a::sk_skb_verdict},
        {"sk_skb", p::sk_skb, h::sock_map},
        {"sk_msg", p::sk_msg, h::sock_map, optional, a::sk_msg_verdict},
        {"lirc_mode2", p::lirc_mode2, h::lirc, optional, a::lirc_mode2},
        {"flow_dissector", p::flow_dissector, h::netns, optional, a::flow_dissector},
        {"cgroup_skb/ingress", p::cgroup_skb, h::cgroup, optional, a::cgroup_inet_ingress},
        {"cgroup_skb/egress", p::cgroup_skb, h::cgroup, optional, a::cgroup_inet_egress},
        {"cgroup/skb", p::cgroup_skb, h::cgroup},
        {"cgroup/sock_create", p::cgroup_sock, h::cgroup, always, a::cgroup_inet_sock_create},
        {"cgroup/sock_release", p::cgroup_sock, h::cgroup, always, a::cgroup_inet_sock_release},
        {"cgroup/sock", p::cgroup_sock, h::cgroup, optional, a::cgroup_inet_sock_create},
        {"cgroup/post_bind4", p::cgroup_sock, h::cgroup, always, a::cgroup_inet4_post_bind},
        {"cgroup/post_bind6", p::cgroup_sock, h::cgroup, always, a::cgroup_inet6_post_bind},
        {"cgroup/bind4", p::cgroup_sock_addr, h::cgroup, always, a::cgroup_inet4_bind},
        {"cgroup/bind6", p::cgroup_sock_addr, h::cgroup, always, a::cgroup_inet6_bind},
        {"cgroup/connect4", p::cgroup_sock_addr, h::cgroup, always, a::cgroup_inet4_connect},
        {"cgroup/connect6", p::cgroup_sock_addr, h::cgroup, always, a::cgroup_inet6_connect},
        {"cgroup/connect_unix", p::cgroup_sock_addr, h::cgroup, always, a::cgroup_unix_connect},
        {"cgroup/sendmsg4", p::cgroup_sock_addr, h::cgroup, always, a::cgroup_udp4_sendmsg},
        {"cgroup/sendmsg6", p::cgroup_sock_addr, h::cgroup, always, a::cgroup_udp6_sendmsg},
        {"cgroup/sendmsg_unix", p::cgroup_sock_addr, h::cgroup, always, a::cgroup_unix_sendmsg},
        {"cgroup/recvmsg4", p::cgroup_sock_addr, h::cgroup, always, a::cgroup_udp4_recvmsg},
        {"cgroup/recvmsg6", p::cgroup_sock_addr, h::cgroup, always, a::cgroup_udp6_recvmsg},
        {"cgroup/recvmsg_unix", p::cgroup_sock_addr, h::cgroup, always, a::cgroup_unix_recvmsg},
        {"cgroup/getpeername4", p::cgroup_sock_addr, h::cgroup, always, a::cgroup_inet4_getpeername},
        {"cgroup/getpeername6", p::cgroup_sock_addr, h::cgroup, always, a::cgroup_inet6_getpeername},
        {"cgroup/getpeername_unix", p::cgroup_sock_addr, h::cgroup, always, a::cgroup_unix_getpeername},
        {"cgroup/getsockname4", p::cgroup_sock_addr, h::cgroup, always, a::cgroup_inet4_getsockname},
        {"cgroup/getsockname6", p::cgroup_sock_addr, h::cgroup, always, a::cgroup_inet6_getsockname},
        {"cgroup/getsockname_unix", p::cgroup_sock_addr, h::cgroup, always, a::cgroup_unix_getsockname},
        {"cgroup/sysctl", p::cgroup_sysctl, h::cgroup, always, a::cgroup_sysctl},
        {"cgroup/getsockopt", p::cgroup_sockopt, h::cgroup, always, a::cgroup_getsockopt},
        {"cgroup/setsockopt", p::cgroup_sockopt, h::cgroup, always, a::cgroup_setsockopt},
        {"cgroup/dev", p::cgroup_device, h::cgroup, optional, a::cgroup_device},
        {"struct_ops", p::struct_ops, h::struct_ops, no, {}, target},
        {"struct_ops.s", p::struct_ops, h::struct_ops, no, {}, target | sleepable},
        {"sk_lookup", p::sk_lookup, h::netns, always, a::sk_lookup},
        {"netfilter", p::netfilter, h::netfilter, always, a::netfilter},
    };
    // clang-format on

    /// Their first characters, which tell nearly all of them apart in few of a compiler's steps.
    static constexpr auto starts = [] {
        std::array<char, sizeof rows / sizeof rows[0]> made{};
        for (std::size_t at = 0; at != made.size(); ++at) made[at] = rows[at].name[0];
        return made;
    }();

    /// Names end where the text does, or where they may go on, before a `/`.
    [[nodiscard]] static constexpr bool is_of(section_row const& row, std::string_view text) noexcept {
        std::size_t const size = row.name.size();
        if (text.size() < size || std::string_view{text.data(), size} != row.name) return false;
        return text.size() == size || ((row.traits & target) != 0 && text[size] == '/');
    }

    [[nodiscard]] static constexpr section_name understood(section_row const& row, std::string_view text) noexcept {
        section_name made{.type = row.type, .attach_type = row.attach, .expected = row.use, .hook = row.at};
        if ((row.traits & sleepable) != 0) made.flags = program_flags::sleepable;
        if ((row.traits & frags) != 0) made.flags = program_flags::xdp_has_frags;
        made.returning = (row.traits & returning) != 0;
        made.text = text;
        std::size_t const size = row.name.size();
        if (text.size() > size) made.target = std::string_view{text.data() + size + 1, text.size() - size - 1};
        return made;
    }
};

} // namespace detail

/// Understands the name of a program's section, as libbpf documents them; nothing for a name that is none of these, to
/// libbpf a program of no type. What stands behind a name is not looked into: see object/section_target.hpp.
/// Costs: one comparison for each known name, no allocation
[[nodiscard]] constexpr std::optional<section_name> parse_section_name(std::string_view text) noexcept {
    bool const asked_for = !text.empty() && text[0] == '?';
    if (asked_for) text = {text.data() + 1, text.size() - 1};
    if (text.empty()) return std::nullopt;
    char const first = text[0];
    std::size_t number = 0;
    for (char const start : detail::section_table::starts) {
        std::size_t const at = number++;
        if (start != first) continue;
        auto const& row = detail::section_table::rows[at];
        if (!detail::section_table::is_of(row, text)) continue;
        section_name made = detail::section_table::understood(row, text);
        made.autoload = !asked_for;
        return made;
    }
    return std::nullopt;
}

} // namespace bpfxx::object
