// Names of sections, each beside what libbpf's documentation says of it.
// SPDX-License-Identifier: BSL-1.0
#include <bpfxx/object/section_kind.hpp>
#include <bpfxx/object/section_name.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace {

using namespace bpfxx;
using namespace bpfxx::object;
using std::string_view;

// clang-format off: one name a line
/// Name; program type; attach type, with ! where loading needs it and ? where an old kernel may be left without.
/// A + behind the name: it may go on. An s before the type: sleepable; f: frags.
constexpr string_view documented[][3] = {
    {"socket", "socket_filter", ""},
    {"sk_reuseport/migrate", "sk_reuseport", "!sk_reuseport_select_or_migrate"},
    {"sk_reuseport", "sk_reuseport", "!sk_reuseport_select"},
    {"kprobe+", "kprobe", ""},
    {"uprobe+", "kprobe", ""},
    {"uprobe.s+", "s kprobe", ""},
    {"kretprobe+", "kprobe", ""},
    {"uretprobe+", "kprobe", ""},
    {"uretprobe.s+", "s kprobe", ""},
    {"kprobe.multi+", "kprobe", "!trace_kprobe_multi"},
    {"kretprobe.multi+", "kprobe", "!trace_kprobe_multi"},
    {"kprobe.session+", "kprobe", "!trace_kprobe_session"},
    {"uprobe.multi+", "kprobe", "!trace_uprobe_multi"},
    {"uretprobe.multi+", "kprobe", "!trace_uprobe_multi"},
    {"uprobe.session+", "kprobe", "!trace_uprobe_session"},
    {"uprobe.multi.s+", "s kprobe", "!trace_uprobe_multi"},
    {"uretprobe.multi.s+", "s kprobe", "!trace_uprobe_multi"},
    {"uprobe.session.s+", "s kprobe", "!trace_uprobe_session"},
    {"ksyscall+", "kprobe", ""},
    {"kretsyscall+", "kprobe", ""},
    {"usdt+", "kprobe", ""},
    {"usdt.s+", "s kprobe", ""},
    {"tc/ingress", "sched_cls", "!tcx_ingress"},
    {"tc/egress", "sched_cls", "!tcx_egress"},
    {"tcx/ingress", "sched_cls", "!tcx_ingress"},
    {"tcx/egress", "sched_cls", "!tcx_egress"},
    {"tc", "sched_cls", ""},
    {"classifier", "sched_cls", ""},
    {"action", "sched_act", ""},
    {"netkit/primary", "sched_cls", "!netkit_primary"},
    {"netkit/peer", "sched_cls", "!netkit_peer"},
    {"tracepoint+", "tracepoint", ""},
    {"tp+", "tracepoint", ""},
    {"tracepoint.s+", "s tracepoint", ""},
    {"tp.s+", "s tracepoint", ""},
    {"raw_tracepoint+", "raw_tracepoint", ""},
    {"raw_tp+", "raw_tracepoint", ""},
    {"raw_tracepoint.s+", "s raw_tracepoint", ""},
    {"raw_tp.s+", "s raw_tracepoint", ""},
    {"raw_tracepoint.w+", "raw_tracepoint_writable", ""},
    {"raw_tp.w+", "raw_tracepoint_writable", ""},
    {"tp_btf+", "tracing", "!trace_raw_tp"},
    {"tp_btf.s+", "s tracing", "!trace_raw_tp"},
    {"fentry+", "tracing", "!trace_fentry"},
    {"fmod_ret+", "tracing", "!modify_return"},
    {"fexit+", "tracing", "!trace_fexit"},
    {"fentry.s+", "s tracing", "!trace_fentry"},
    {"fmod_ret.s+", "s tracing", "!modify_return"},
    {"fexit.s+", "s tracing", "!trace_fexit"},
    {"freplace+", "ext", ""},
    {"lsm+", "lsm", "!lsm_mac"},
    {"lsm.s+", "s lsm", "!lsm_mac"},
    {"lsm_cgroup+", "lsm", "!lsm_cgroup"},
    {"iter+", "tracing", "!trace_iter"},
    {"iter.s+", "s tracing", "!trace_iter"},
    {"syscall", "s syscall", ""},
    {"xdp.frags/devmap", "f xdp", "!xdp_devmap"},
    {"xdp/devmap", "xdp", "!xdp_devmap"},
    {"xdp.frags/cpumap", "f xdp", "!xdp_cpumap"},
    {"xdp/cpumap", "xdp", "!xdp_cpumap"},
    {"xdp.frags", "f xdp", "!xdp"},
    {"xdp", "xdp", "?xdp"},
    {"perf_event", "perf_event", ""},
    {"lwt_in", "lwt_in", ""},
    {"lwt_out", "lwt_out", ""},
    {"lwt_xmit", "lwt_xmit", ""},
    {"lwt_seg6local", "lwt_seg6local", ""},
    {"sockops", "sock_ops", "?cgroup_sock_ops"},
    {"sk_skb/stream_parser", "sk_skb", "?sk_skb_stream_parser"},
    {"sk_skb/stream_verdict", "sk_skb", "?sk_skb_stream_verdict"},
    {"sk_skb/verdict", "sk_skb", "?sk_skb_verdict"},
    {"sk_skb", "sk_skb", ""},
    {"sk_msg", "sk_msg", "?sk_msg_verdict"},
    {"lirc_mode2", "lirc_mode2", "?lirc_mode2"},
    {"flow_dissector", "flow_dissector", "?flow_dissector"},
    {"cgroup_skb/ingress", "cgroup_skb", "?cgroup_inet_ingress"},
    {"cgroup_skb/egress", "cgroup_skb", "?cgroup_inet_egress"},
    {"cgroup/skb", "cgroup_skb", ""},
    {"cgroup/sock_create", "cgroup_sock", "!cgroup_inet_sock_create"},
    {"cgroup/sock_release", "cgroup_sock", "!cgroup_inet_sock_release"},
    {"cgroup/sock", "cgroup_sock", "?cgroup_inet_sock_create"},
    {"cgroup/post_bind4", "cgroup_sock", "!cgroup_inet4_post_bind"},
    {"cgroup/post_bind6", "cgroup_sock", "!cgroup_inet6_post_bind"},
    {"cgroup/bind4", "cgroup_sock_addr", "!cgroup_inet4_bind"},
    {"cgroup/bind6", "cgroup_sock_addr", "!cgroup_inet6_bind"},
    {"cgroup/connect4", "cgroup_sock_addr", "!cgroup_inet4_connect"},
    {"cgroup/connect6", "cgroup_sock_addr", "!cgroup_inet6_connect"},
    {"cgroup/connect_unix", "cgroup_sock_addr", "!cgroup_unix_connect"},
    {"cgroup/sendmsg4", "cgroup_sock_addr", "!cgroup_udp4_sendmsg"},
    {"cgroup/sendmsg6", "cgroup_sock_addr", "!cgroup_udp6_sendmsg"},
    {"cgroup/sendmsg_unix", "cgroup_sock_addr", "!cgroup_unix_sendmsg"},
    {"cgroup/recvmsg4", "cgroup_sock_addr", "!cgroup_udp4_recvmsg"},
    {"cgroup/recvmsg6", "cgroup_sock_addr", "!cgroup_udp6_recvmsg"},
    {"cgroup/recvmsg_unix", "cgroup_sock_addr", "!cgroup_unix_recvmsg"},
    {"cgroup/getpeername4", "cgroup_sock_addr", "!cgroup_inet4_getpeername"},
    {"cgroup/getpeername6", "cgroup_sock_addr", "!cgroup_inet6_getpeername"},
    {"cgroup/getpeername_unix", "cgroup_sock_addr", "!cgroup_unix_getpeername"},
    {"cgroup/getsockname4", "cgroup_sock_addr", "!cgroup_inet4_getsockname"},
    {"cgroup/getsockname6", "cgroup_sock_addr", "!cgroup_inet6_getsockname"},
    {"cgroup/getsockname_unix", "cgroup_sock_addr", "!cgroup_unix_getsockname"},
    {"cgroup/sysctl", "cgroup_sysctl", "!cgroup_sysctl"},
    {"cgroup/getsockopt", "cgroup_sockopt", "!cgroup_getsockopt"},
    {"cgroup/setsockopt", "cgroup_sockopt", "!cgroup_setsockopt"},
    {"cgroup/dev", "cgroup_device", "?cgroup_device"},
    {"struct_ops+", "struct_ops", ""},
    {"struct_ops.s+", "s struct_ops", ""},
    {"sk_lookup", "sk_lookup", "!sk_lookup"},
    {"netfilter", "netfilter", "!netfilter"},
};
// clang-format on

bool goes_on(string_view row) { return row.back() == '+'; }
string_view plain(string_view row) { return goes_on(row) ? row.substr(0, row.size() - 1) : row; }

std::string told(section_name const& section) {
    std::string text = section.flags == program_flags::sleepable       ? "s "
                       : section.flags == program_flags::xdp_has_frags ? "f "
                                                                       : "";
    CHECK(section.sleepable() == (section.flags == program_flags::sleepable));
    return text.append(name(section.type));
}

std::string told_attach(section_name const& section) {
    auto const attach = section.expected_attach_type();
    if (!attach) return "";
    return std::string{section.expected == expected::optional ? "?" : "!"}.append(name(*attach));
}

TEST_CASE("object: every documented name of a section, and no other") {
    CHECK(std::size(object::detail::section_table::rows) == std::size(documented));
    for (auto const& row : documented) {
        auto const text = plain(row[0]);
        INFO(std::string{text});
        auto const section = parse_section_name(text);
        REQUIRE(section);
        CHECK(told(*section) == row[1]);
        CHECK(told_attach(*section) == row[2]);
        CHECK(section->text == text);
        CHECK(section->autoload);
        CHECK_FALSE(section->target);
        CHECK(section->returning == (text.starts_with("kret") || text.starts_with("uret")));
    }
}

static_assert(!parse_section_name({}) && !parse_section_name("?"));

TEST_CASE("object: names that go on, names that do not, and what is no name") {
    for (auto const& row : documented) {
        std::string const text{plain(row[0])};
        INFO(text);
        std::string const longer = text + "/what:ever/it+is";
        auto const section = parse_section_name(longer);
        // Whatever is longer than a name of its own, such as xdp/devmap, is in the table itself.
        CHECK(section.has_value() == goes_on(row[0]));
        if (section) {
            CHECK(section->target == "what:ever/it+is");
            CHECK(section->text == longer);
            CHECK(section->type == parse_section_name(text)->type);
        }
        if (auto const empty = parse_section_name(text + "/")) CHECK(empty->target == "");
        CHECK_FALSE(parse_section_name(text + "x"));
        CHECK_FALSE(parse_section_name(" " + text));
        CHECK_FALSE(parse_section_name(text.substr(0, text.size() - 1) + "!"));
    }
    for (auto const* none : {"", "?", "??xdp", ".text", "xdp_prog", "xdp/", "tc/", "cgroup", "cgroup/", "sk_skb/",
                             "kprob", "maps", "license", "XDP", "fentry.s.s/x"})
        CHECK_FALSE(parse_section_name(none));
}

TEST_CASE("object: with ? programs wait to be asked for") {
    auto const section = parse_section_name("?kretprobe/do_unlinkat");
    REQUIRE(section);
    CHECK_FALSE(section->autoload);
    CHECK(section->text == "kretprobe/do_unlinkat");
    CHECK(section->target == "do_unlinkat");
    CHECK(section->returning);
    CHECK(section->type == program_type::kprobe);
    CHECK(parse_section_name("?xdp").has_value());
}

TEST_CASE("object: what programs of a section are attached to") {
    constexpr auto at = [](string_view text) { return parse_section_name(text)->hook; };
    using h = object::hook;
    static_assert(at("kprobe/f") == h::kprobe && at("kretprobe") == h::kprobe);
    static_assert(at("uprobe.s/f") == h::uprobe && at("uretprobe") == h::uprobe);
    static_assert(at("kprobe.multi") == h::kprobe_multi && at("kprobe.session/x") == h::kprobe_multi);
    static_assert(at("uretprobe.multi.s") == h::uprobe_multi && at("uprobe.session") == h::uprobe_multi);
    static_assert(at("ksyscall/x") == h::system_call && at("kretsyscall") == h::system_call);
    static_assert(at("usdt") == h::static_probe && at("usdt.s/x") == h::static_probe);
    static_assert(at("tp/a/b") == h::tracepoint && at("tracepoint") == h::tracepoint);
    static_assert(at("raw_tp.w/x") == h::raw_tracepoint && at("raw_tracepoint") == h::raw_tracepoint);
    static_assert(at("tp_btf/x") == h::btf_tracepoint && at("freplace/x") == h::extension);
    static_assert(at("fentry/x") == h::function && at("fexit.s/x") == h::function && at("fmod_ret/x") == h::function);
    static_assert(at("lsm.s/x") == h::lsm && at("lsm_cgroup/x") == h::cgroup && at("iter/x") == h::iter);
    static_assert(at("socket") == h::socket && at("sk_reuseport") == h::reuseport);
    static_assert(at("tc") == h::tc && at("classifier") == h::tc && at("action") == h::tc_action);
    static_assert(at("tc/ingress") == h::tcx && at("tcx/egress") == h::tcx && at("netkit/peer") == h::netkit);
    static_assert(at("xdp") == h::xdp && at("xdp.frags") == h::xdp && at("xdp/cpumap") == h::xdp_map);
    static_assert(at("perf_event") == h::perf_event && at("lwt_in") == h::route && at("lwt_seg6local") == h::route);
    static_assert(at("sockops") == h::cgroup && at("cgroup/dev") == h::cgroup && at("cgroup/skb") == h::cgroup);
    static_assert(at("sk_skb") == h::sock_map && at("sk_skb/verdict") == h::sock_map && at("sk_msg") == h::sock_map);
    static_assert(at("lirc_mode2") == h::lirc && at("flow_dissector") == h::netns && at("sk_lookup") == h::netns);
    static_assert(at("netfilter") == h::netfilter && at("syscall") == h::test_run &&
                  at("struct_ops/x") == h::struct_ops);
}

// The kind of each name in C++: loaded as that type, and with that attach type unless the kind has several or none.
template <object::detail::section_text Name>
constexpr bool is_of_its_kind() {
    constexpr auto section = object::detail::known_section(Name.view());
    using kind = kind_of<Name>;
    static_assert(program_tag<kind>);
    static_assert(kind::type == section.type);
    return kind::only_attach_type == attach_type{} || kind::only_attach_type == section.attach_type;
}

TEST_CASE("object: the kinds of programs by their sections") {
    namespace is = program_kind;
#define KIND(name, kind) static_assert(is_of_its_kind<name>() && std::is_same_v<kind_of<name>, is::kind>)
    KIND("socket", socket_filter);
    KIND("sk_reuseport", sk_reuseport);
    KIND("sk_reuseport/migrate", sk_reuseport_select_or_migrate);
    KIND("kprobe/f", kprobe);
    KIND("uretprobe.s", kprobe);
    KIND("ksyscall/x", kprobe);
    KIND("usdt", kprobe);
    KIND("kretprobe.multi/x*", kprobe_multi);
    KIND("kprobe.session/x*", kprobe_session);
    KIND("uprobe.multi.s/x", uprobe_multi);
    KIND("uprobe.session/x", uprobe_session);
    KIND("tc", sched_cls);
    KIND("tcx/ingress", sched_cls);
    KIND("netkit/peer", sched_cls);
    KIND("action", sched_act);
    KIND("tp/a/b", tracepoint);
    KIND("raw_tp/x", raw_tracepoint);
    KIND("raw_tp.w/x", raw_tracepoint_writable);
    KIND("tp_btf/x", btf_tracepoint);
    KIND("fentry.s/x", fentry);
    KIND("fexit/x", fexit);
    KIND("fmod_ret/x", modify_return);
    KIND("freplace/x", ext);
    KIND("lsm.s/x", lsm_mac);
    KIND("lsm_cgroup/x", lsm_cgroup);
    KIND("iter.s/x", iter);
    KIND("syscall", syscall);
    KIND("xdp", xdp);
    KIND("xdp.frags", xdp);
    KIND("xdp.frags/devmap", xdp_devmap);
    KIND("xdp/cpumap", xdp_cpumap);
    KIND("perf_event", perf_event);
    KIND("lwt_in", lwt_in);
    KIND("lwt_out", lwt_out);
    KIND("lwt_xmit", lwt_xmit);
    KIND("lwt_seg6local", lwt_seg6local);
    KIND("sockops", sock_ops);
    KIND("sk_skb", sk_skb);
    KIND("sk_skb/verdict", sk_skb_verdict);
    KIND("sk_skb/stream_parser", sk_skb_stream_parser);
    KIND("sk_skb/stream_verdict", sk_skb_stream_verdict);
    KIND("sk_msg", sk_msg);
    KIND("lirc_mode2", lirc_mode2);
    KIND("flow_dissector", flow_dissector);
    KIND("cgroup/skb", cgroup_skb);
    KIND("cgroup_skb/ingress", cgroup_inet_ingress);
    KIND("cgroup_skb/egress", cgroup_inet_egress);
    KIND("cgroup/sock", cgroup_inet_sock_create);
    KIND("cgroup/sock_release", cgroup_inet_sock_release);
    KIND("cgroup/post_bind4", cgroup_inet4_post_bind);
    KIND("cgroup/post_bind6", cgroup_inet6_post_bind);
    KIND("cgroup/bind4", cgroup_inet4_bind);
    KIND("cgroup/bind6", cgroup_inet6_bind);
    KIND("cgroup/connect4", cgroup_inet4_connect);
    KIND("cgroup/connect6", cgroup_inet6_connect);
    KIND("cgroup/connect_unix", cgroup_unix_connect);
    KIND("cgroup/sendmsg4", cgroup_udp4_sendmsg);
    KIND("cgroup/sendmsg6", cgroup_udp6_sendmsg);
    KIND("cgroup/sendmsg_unix", cgroup_unix_sendmsg);
    KIND("cgroup/recvmsg4", cgroup_udp4_recvmsg);
    KIND("cgroup/recvmsg6", cgroup_udp6_recvmsg);
    KIND("cgroup/recvmsg_unix", cgroup_unix_recvmsg);
    KIND("cgroup/getpeername4", cgroup_inet4_getpeername);
    KIND("cgroup/getpeername6", cgroup_inet6_getpeername);
    KIND("cgroup/getpeername_unix", cgroup_unix_getpeername);
    KIND("cgroup/getsockname4", cgroup_inet4_getsockname);
    KIND("cgroup/getsockname6", cgroup_inet6_getsockname);
    KIND("cgroup/getsockname_unix", cgroup_unix_getsockname);
    KIND("cgroup/sysctl", cgroup_sysctl);
    KIND("cgroup/getsockopt", cgroup_getsockopt);
    KIND("cgroup/setsockopt", cgroup_setsockopt);
    KIND("cgroup/dev", cgroup_device);
    KIND("?struct_ops.s/x", struct_ops);
    KIND("sk_lookup", sk_lookup);
    KIND("netfilter", netfilter);
#undef KIND
}

} // namespace
