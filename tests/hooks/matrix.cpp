// Every kind of program against every hook, while compiling; docs/hooks.md is the result, with the kernels on which each
// pair was attached and fired. With BPFXX_WRITE_DOCS=1 this test writes it, else it compares.
#include <bpfxx/attach/cgroup.hpp>
#include <bpfxx/attach/lirc.hpp>
#include <bpfxx/attach/lwt.hpp>
#include <bpfxx/attach/netkit.hpp>
#include <bpfxx/attach/netns.hpp>
#include <bpfxx/attach/perf.hpp>
#include <bpfxx/attach/reuseport.hpp>
#include <bpfxx/attach/seg6local.hpp>
#include <bpfxx/attach/sock_map.hpp>
#include <bpfxx/attach/socket.hpp>
#include <bpfxx/attach/tc.hpp>
#include <bpfxx/attach/tc_action.hpp>
#include <bpfxx/attach/tcx.hpp>
#include <bpfxx/attach/tracefs_probe.hpp>
#include <bpfxx/attach/xdp.hpp>
#include <bpfxx/link/btf_tracepoint.hpp>
#include <bpfxx/link/cgroup.hpp>
#include <bpfxx/link/iter.hpp>
#include <bpfxx/link/kprobe_multi.hpp>
#include <bpfxx/link/netfilter.hpp>
#include <bpfxx/link/netkit.hpp>
#include <bpfxx/link/netns.hpp>
#include <bpfxx/link/perf_event.hpp>
#include <bpfxx/link/raw_tracepoint.hpp>
#include <bpfxx/link/sock_map.hpp>
#include <bpfxx/link/tcx.hpp>
#include <bpfxx/link/tracing.hpp>
#include <bpfxx/link/uprobe_multi.hpp>
#include <bpfxx/link/xdp.hpp>
#include <bpfxx/perf/breakpoint.hpp>
#include <bpfxx/perf/kprobe.hpp>
#include <bpfxx/perf/sampled.hpp>
#include <bpfxx/perf/tracepoint.hpp>
#include <bpfxx/perf/uprobe.hpp>
#include <bpfxx/program/handle.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace bpfxx;

// clang-format off: as many as there is room for
#define EACH_KIND(X)                                                                                                   \
    X(socket_filter) X(kprobe) X(kprobe_multi) X(kprobe_session) X(uprobe_multi) X(uprobe_session) X(sched_cls)        \
    X(sched_act) X(tracepoint) X(xdp) X(xdp_devmap) X(xdp_cpumap) X(perf_event) X(cgroup_inet_ingress)                 \
    X(cgroup_inet_egress) X(cgroup_inet_sock_create) X(cgroup_inet_sock_release) X(cgroup_inet4_post_bind)             \
    X(cgroup_inet6_post_bind) X(lwt_in) X(lwt_out) X(lwt_xmit) X(sock_ops) X(sk_skb_stream_parser)                     \
    X(sk_skb_stream_verdict) X(sk_skb_verdict) X(cgroup_device) X(sk_msg) X(raw_tracepoint) X(cgroup_inet4_bind)       \
    X(cgroup_inet6_bind) X(cgroup_inet4_connect) X(cgroup_inet6_connect) X(cgroup_unix_connect)                        \
    X(cgroup_udp4_sendmsg) X(cgroup_udp6_sendmsg) X(cgroup_unix_sendmsg) X(cgroup_udp4_recvmsg)                        \
    X(cgroup_udp6_recvmsg) X(cgroup_unix_recvmsg) X(cgroup_inet4_getpeername) X(cgroup_inet6_getpeername)              \
    X(cgroup_unix_getpeername) X(cgroup_inet4_getsockname) X(cgroup_inet6_getsockname) X(cgroup_unix_getsockname)      \
    X(lwt_seg6local) X(lirc_mode2) X(sk_reuseport) X(sk_reuseport_select_or_migrate) X(flow_dissector)                 \
    X(cgroup_sysctl) X(raw_tracepoint_writable) X(cgroup_getsockopt) X(cgroup_setsockopt) X(btf_tracepoint) X(fentry)  \
    X(fexit) X(modify_return) X(iter) X(struct_ops) X(ext) X(lsm_mac) X(lsm_cgroup) X(sk_lookup) X(syscall)            \
    X(netfilter)                                                                                                       \
    X(cgroup_skb) X(cgroup_sock) X(cgroup_sock_addr) X(cgroup_sockopt) X(sk_skb) X(tracing) X(lsm)

#define EACH_HOOK(X)                                                                                                   \
    X(xdp_hook) X(direct::xdp_hook) X(tcx_hook) X(direct::tcx_hook) X(netkit_hook) X(direct::netkit_hook)              \
    X(direct::tc_hook) X(direct::tc_action_hook) X(netfilter_hook) X(netns_hook) X(direct::netns_hook)                 \
    X(sock_map_hook) X(direct::sock_map_hook) X(cgroup_hook) X(direct::cgroup_hook) X(direct::socket_hook)             \
    X(direct::reuseport_hook) X(direct::lwt_hook) X(direct::seg6local_hook) X(direct::lirc_hook)                       \
    X(raw_tracepoint_hook) X(btf_tracepoint_hook) X(btf_tracepoint_hook_without_cookie) X(tracing_hook)                \
    X(tracing_hook_without_cookie) X(ext_hook) X(iter_hook) X(map_iter_hook) X(cgroup_iter_hook) X(task_iter_hook)     \
    X(tracepoint_hook) X(direct::perf_hook<tracepoint_hook>) X(kprobe_hook) X(direct::perf_hook<kprobe_hook>)          \
    X(direct::tracefs_probe_hook<kprobe_hook>) X(uprobe_hook) X(direct::perf_hook<uprobe_hook>)                        \
    X(direct::tracefs_probe_hook<uprobe_hook>) X(software_event_hook) X(direct::perf_hook<software_event_hook>)        \
    X(hardware_event_hook) X(cache_event_hook) X(raw_event_hook) X(breakpoint_hook)                                    \
    X(direct::perf_hook<breakpoint_hook>) X(perf_event_hook) X(kprobe_multi_hook) X(uprobe_multi_hook)
// clang-format on

template <class Hook, class Kind>
concept attaches = requires(program<Kind> const& which, Hook const& hook) { which.attach(hook); };

using hooks_of_kinds = std::vector<std::pair<std::string, std::vector<std::string>>>;

/// Which hooks take programs of a kind. What `hook_for` says and what compiles are one thing, and a kind that does not
/// say its hook is taken by none.
template <class Kind>
std::vector<std::string> hooks_of() {
    std::vector<std::string> names;
#define TRY(HOOK)                                                                                                      \
    static_assert(hook_for<HOOK, Kind> == attaches<HOOK, Kind>);                                                       \
    static_assert(Kind::names_its_hook || !hook_for<HOOK, Kind>);                                                      \
    if (hook_for<HOOK, Kind>) names.emplace_back(#HOOK);
    EACH_HOOK(TRY)
#undef TRY
    return names;
}

hooks_of_kinds all_pairs() {
    hooks_of_kinds all;
#define ROW(KIND) all.emplace_back(#KIND, hooks_of<program_kind::KIND>());
    EACH_KIND(ROW)
#undef ROW
    return all;
}

std::string text_of(std::string const& path) {
    std::ifstream file{path};
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::string const tests = BPFXX_TESTS;

/// The first word of each line up to the second, such as "kind hook", with what follows.
std::multimap<std::string, std::string> lines_of(char const* name) {
    std::multimap<std::string, std::string> all;
    std::ifstream file{tests + "/hooks/" + name};
    for (std::string kind, hook, rest; file >> kind >> hook;) {
        std::getline(file, rest);
        all.emplace(kind + " " + hook, rest.substr(rest.empty() ? 0 : 1));
    }
    return all;
}

/// Places for programs in maps: no hook has them.
constexpr std::string_view by_map[]{"dev_map",        "dev_map_hash",    "cpu_map",
                                    "struct_ops_map", "struct_ops_link", "program_array"};

bool is_of_map(std::string_view hook) {
    for (auto const each : by_map)
        if (each == hook) return true;
    return false;
}

std::string where(std::multimap<std::string, std::string> const& fired, std::string const& pair) {
    std::string kernels;
    auto const [begin, end] = fired.equal_range(pair);
    for (auto each = begin; each != end; ++each) kernels += (kernels.empty() ? "" : ", ") + each->second;
    return kernels;
}

std::string table() {
    auto const fired = lines_of("fired.txt");
    auto const excused = lines_of("not_fired.txt");
    std::ostringstream out;
    out << "| program | hook | fired on Linux |\n|---|---|---|\n";
    for (auto const& [kind, hooks] : all_pairs()) {
        std::string name = "`" + kind + "_program`";
        auto const row = [&](std::string const& hook) {
            auto const pair = kind + " " + hook;
            auto kernels = where(fired, pair);
            if (kernels.empty()) kernels = "*" + where(excused, pair) + "*";
            out << "| " << std::exchange(name, "") << " | `" << hook << "` | " << kernels << " |\n";
        };
        for (auto const& hook : hooks) row(hook);
        for (auto const each : by_map)
            if (fired.contains(kind + " " + std::string{each})) row(std::string{each});
    }
    return out.str();
}

TEST_CASE("every kind of program and every hook is in these lists") {
    std::set<std::string> kinds, hooks;
#define NAME(KIND) kinds.insert(#KIND);
    EACH_KIND(NAME)
#undef NAME
#define NAME(HOOK) hooks.insert(#HOOK);
    EACH_HOOK(NAME)
#undef NAME
    auto const text = text_of(tests + "/../include/bpfxx/program/kinds.hpp");
    auto const first = text.find("namespace program_kind {"), last = text.find("} // namespace program_kind");
    REQUIRE(last != text.npos);
    std::istringstream lines{text.substr(first, last - first)};
    std::size_t seen = 0;
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("struct ")) continue;
        auto const name = line.substr(7, line.find(' ', 7) - 7);
        INFO(name);
        CHECK(kinds.contains(name));
        ++seen;
    }
    CHECK(seen == kinds.size());
    for (auto const* const folder : {"attach", "link", "perf"}) {
        for (auto const& header : std::filesystem::directory_iterator{tests + "/../include/bpfxx/" + folder}) {
            std::istringstream code{text_of(header.path())};
            for (std::string line; std::getline(code, line);) {
                auto const name = line.substr(0, line.find(" {"));
                if (!name.starts_with("struct ") || name.find("_hook") == name.npos || name.ends_with(">")) continue;
                INFO(line);
                CHECK(std::any_of(hooks.begin(), hooks.end(),
                                  [&](std::string const& hook) { return hook.find(name.substr(7)) != hook.npos; }));
            }
        }
    }
}

TEST_CASE("each pair that compiles has fired, or says why it could not") {
    auto const fired = lines_of("fired.txt");
    auto const excused = lines_of("not_fired.txt");
    std::set<std::string> pairs;
    for (auto const& [kind, hooks] : all_pairs()) {
        for (auto const& hook : hooks) {
            INFO(kind, " at ", hook);
            auto const pair = kind + " " + hook;
            CHECK(fired.contains(pair) != excused.contains(pair));
            pairs.insert(pair);
        }
    }
    for (auto const& [pair, kernel] : fired) {
        INFO(pair, " fired on ", kernel);
        CHECK((pairs.contains(pair) || is_of_map(pair.substr(pair.find(' ') + 1))));
    }
    for (auto const& [pair, reason] : excused) {
        INFO(pair, ": ", reason);
        CHECK(pairs.contains(pair));
        CHECK(!reason.empty());
    }
}

TEST_CASE("docs/hooks.md has the table") {
    auto const path = tests + "/../docs/hooks.md";
    auto const text = text_of(path);
    constexpr std::string_view begin = "<!-- made by tests/hooks/matrix.cpp -->\n", end = "<!-- until here -->\n";
    auto const first = text.find(begin);
    auto const last = text.find(end);
    REQUIRE(first != text.npos);
    REQUIRE(last != text.npos);
    auto const written = text.substr(0, first + begin.size()) + table() + text.substr(last);
    if (std::getenv("BPFXX_WRITE_DOCS") != nullptr) {
        std::ofstream{path} << written;
        return;
    }
    INFO("write it anew: BPFXX_WRITE_DOCS=1, then run this test");
    CHECK(text == written);
}

} // namespace
