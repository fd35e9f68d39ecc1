// SPDX-License-Identifier: BSL-1.0
// Fields of contexts: what instructions they make, which there are, and that they lie where the facts say.
#include <bpfxx/program/context.hpp>
#include <bpfxx/program/context/arguments.hpp>
#include <bpfxx/program/context/field.hpp>
#include <bpfxx/program/context/names.hpp>

#include "abi/facts.hpp"
#include "program/context_tables.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

using namespace bpfxx;
using namespace bpfxx::insn;

using on_xdp = ctx<program_kind::xdp>;
using on_sched = ctx<program_kind::sched_cls>;
using on_filter = ctx<program_kind::socket_filter>;
using on_sockopt = ctx<program_kind::cgroup_sockopt>;
using on_addr = ctx<program_kind::cgroup_sock_addr>;
using on_sock = ctx<program_kind::cgroup_sock>;

TEST_CASE("a field is read and written as wide as it is, where it is") {
    constexpr auto data_end = load(r3, r1 + on_xdp::data_end);
    static_assert(data_end == load<std::uint32_t>(r3, r1 + 4));
    static_assert(load(w3, r6 + on_xdp::data_end) == load<std::uint32_t>(w3, r6 + 4));
    static_assert(load(r2, r1 + on_sched::tstamp) == load<std::uint64_t>(r2, r1 + 152));
    static_assert(load(r2, r1 + on_sched::tstamp_type) == load<std::uint8_t>(r2, r1 + 180));
    static_assert(load(r2, r1 + ctx<program_kind::sk_lookup>::remote_port) == load<std::uint16_t>(r2, r1 + 36));
    static_assert(store(r1 + on_sched::mark, r2) == store<std::uint32_t>(r1 + 8, r2));
    static_assert(store(r1 + on_sched::mark, w2) == store<std::uint32_t>(r1 + 8, w2));
    static_assert(store(r1 + on_sched::tstamp, r10) == store<std::uint64_t>(r1 + 152, r10));
    static_assert(store(r1 + on_sched::mark, 0xffff'ffffu) == store<std::uint32_t>(r1 + 8, 0xffff'ffffu));
    static_assert(store(r1 + on_sched::tstamp, -1) == store<std::uint64_t>(r1 + 152, -1));
    CHECK(data_end == load<std::uint32_t>(r3, r1 + 4));
}

TEST_CASE("an element of an array is a field") {
    static_assert(load(r2, r1 + on_sched::cb[0]) == load<std::uint32_t>(r2, r1 + 48));
    static_assert(load(r2, r1 + on_sched::cb[4]) == load<std::uint32_t>(r2, r1 + 64));
    static_assert(store(r1 + on_filter::cb[2], r2) == store<std::uint32_t>(r1 + 56, r2));
    static_assert(load(r2, r1 + ctx<program_kind::raw_tracepoint>::args[11]) == load<std::uint64_t>(r2, r1 + 88));
    static_assert(store(r1 + on_addr::user_ip6[3], 1) == store<std::uint32_t>(r1 + 20, 1));
    static_assert(on_sched::cb.size == 5 && on_addr::msg_src_ip6.size == 4);
    static_assert(on_sched::cb[3].offset() == 60);
    for (std::size_t index = 0; index != on_sched::cb.size; ++index)
        CHECK(load(r2, r1 + on_sched::cb[index]) == load<std::uint32_t>(r2, r1 + (48 + 4 * index)));
}

TEST_CASE("a width may be named where the kernel takes it") {
    static_assert(load<std::uint8_t>(w2, r1 + on_sched::protocol) == load<std::uint8_t>(w2, r1 + 16));
    static_assert(load<std::uint16_t>(r2, r1 + on_sched::protocol) == load<std::uint16_t>(r2, r1 + 16));
    static_assert(load<std::uint64_t>(r2, r1 + on_sched::cb[0]) == load<std::uint64_t>(r2, r1 + 48));
    static_assert(store<std::uint64_t>(r1 + on_sched::cb[0], r2) == store<std::uint64_t>(r1 + 48, r2));
    static_assert(store<std::uint8_t>(r1 + on_sched::cb[0], 255) == store<std::uint8_t>(r1 + 48, 255));
    static_assert(load<std::int32_t>(r2, r1 + on_sockopt::retval) == load<std::int32_t>(r2, r1 + 36));
}

template <class Where, class... From>
concept can_store = requires(Where where, From... from) { store(where, from...); };

template <class T, class Where>
concept can_load_as = requires(Where where) { load<T>(r2, where); };

template <class T, class Where>
concept can_store_as = requires(Where where) { store<T>(where, r2); };

template <class To, class Where>
concept can_load = requires(To to, Where where) { load(to, where); };

template <class Field>
using at = decltype(r1 + std::declval<Field>());

template <class Base, class Field>
concept has_address = requires(Base base, Field field) { base + field; };

TEST_CASE("what the kernel refuses does not compile") {
    static_assert(can_store<at<decltype(on_sched::mark)>, reg64> && can_store<at<decltype(on_sched::mark)>, int>);
    static_assert(!can_store<at<decltype(on_sched::len)>, reg64> && !can_store<at<decltype(on_sched::len)>, int>);
    static_assert(!can_store<at<decltype(on_filter::mark)>, reg64>);
    static_assert(!can_store<at<decltype(on_sched::tstamp)>, reg32>);
    static_assert(can_load<reg32, at<decltype(on_sched::mark)>> && can_load<reg64, at<decltype(on_sched::tstamp)>>);
    static_assert(!can_load<reg32, at<decltype(on_sched::tstamp)>>);
    static_assert(can_load_as<std::uint8_t, at<decltype(on_sched::len)>>);
    static_assert(!can_load_as<std::uint8_t, at<decltype(on_sched::data)>>);
    static_assert(!can_load_as<std::uint64_t, at<decltype(on_sched::len)>>);
    static_assert(!can_load_as<float, at<decltype(on_sched::len)>>);
    static_assert(!can_load_as<std::uint8_t, at<decltype(ctx<program_kind::sk_reuseport>::eth_protocol)>>);
    static_assert(can_store_as<std::uint32_t, at<decltype(on_sched::mark)>>);
    static_assert(!can_store_as<std::uint16_t, at<decltype(on_sched::mark)>>);
    static_assert(!can_store_as<std::uint32_t, at<decltype(on_sched::len)>>);
    static_assert(!has_address<reg64, no_such_field> && !has_address<reg64, decltype(on_sched::cb)>);
    static_assert(has_address<reg64, decltype(on_sched::len)> && !has_address<reg32, decltype(on_sched::len)>);
    static_assert(!std::convertible_to<at<decltype(on_sched::len)>, address>);
}

template <class Field>
inline constexpr bool absent = std::same_as<std::remove_cvref_t<Field>, no_such_field>;

TEST_CASE("each type of program has the fields that it may read") {
    static_assert(absent<decltype(on_xdp::mark)> && !absent<decltype(on_sched::mark)>);
    static_assert(absent<decltype(on_filter::data)> && !absent<decltype(on_sched::data)>);
    static_assert(absent<decltype(ctx<program_kind::sk_skb>::mark)>);
    static_assert(!absent<decltype(ctx<program_kind::flow_dissector>::flow_keys)>);
    static_assert(absent<decltype(ctx<program_kind::flow_dissector>::len)>);
    static_assert(absent<decltype(on_sched::family)> && !absent<decltype(ctx<program_kind::cgroup_skb>::family)>);
    static_assert(absent<decltype(ctx<program_kind::lwt_in>::tstamp)>);
    static_assert(absent<decltype(on_xdp::cb[2])>);
    static_assert(!absent<decltype(ctx<program_kind::lsm>::args)> && absent<decltype(ctx<program_kind::ext>::args)>);
    static_assert(on_sched::queue_mapping.writable && !ctx<program_kind::lwt_in>::queue_mapping.writable);
    static_assert(ctx<program_kind::sk_skb>::tc_index.writable && !ctx<program_kind::lwt_in>::tc_index.writable);
    static_assert(ctx<program_kind::sock_ops>::reply.writable);
    static_assert(std::same_as<decltype(on_sched::tstamp_type)::unit, std::uint8_t>);
    static_assert(std::same_as<decltype(on_sock::dst_port)::unit, std::uint16_t>);
    static_assert(std::same_as<decltype(on_sock::dst_port)::kind, program_kind::cgroup_sock>);
}

template <class Kind>
constexpr bool reads(std::int32_t offset, std::uint32_t width) {
    return context_rules<Kind>::allows(offset, width, context_access::read);
}

TEST_CASE("the rules answer while compiling") {
    using namespace program_kind;
    static_assert(reads<program_kind::xdp>(0, 4) && !reads<program_kind::xdp>(0, 8) &&
                  !reads<program_kind::xdp>(24, 4));
    static_assert(!reads<sched_cls>(0, 3) && !reads<sched_cls>(0, 0) && !reads<sched_cls>(48, 16));
    static_assert(!reads<sched_cls>(INT32_MIN, 4) && !reads<sched_cls>(INT32_MAX, 1) &&
                  !reads<tracepoint>(INT32_MIN, 8));
    static_assert(reads<tracing>(0, 8) && !reads<tracing>(0, 16) && !reads<tracing>(96, 8));
    static_assert(reads<tracing>(8, 4) && !reads<tracing>(12, 4) && !reads<tracing>(1, 1) && !reads<tracing>(-8, 8));
    static_assert(!context_rules<tracing>::allows(0, 8, context_access::write));
    static_assert(!context_rules<sched_cls>::allows(8, 4, context_access::atomic));
    // What a kernel older than Linux 6.19, or one without such a device, cannot be asked.
    static_assert(context_rules<program_kind::xdp>::allows(16, 4, context_access::write));
    static_assert(context_rules<program_kind::kprobe>::allows(80, 4, context_access::write));
    static_assert(context_rules<lsm>::allows(-8, 3, context_access::atomic) && !context_rules<lsm>::known);
    static_assert(!context_rules<ext>::known && !context_rules<struct_ops>::known && context_rules<tracing>::known);
    static_assert(context_rules<ext>::allows(-8, 3, context_access::atomic));
    static_assert(!context_rules<ext>::returns && !context_rules<lsm>::returns && !context_rules<struct_ops>::returns);
    static_assert(context_rules<program_kind::xdp>::returns && context_rules<tracing>::returns);
    static_assert(reads<program_kind::lirc_mode2>(0, 4) && !reads<program_kind::lirc_mode2>(0, 2));
    static_assert(!context_rules<program_kind::lirc_mode2>::allows(0, 4, context_access::write));
}

// ---- names ----

// clang-format off: as many as there is room for
#define CONTEXT_NAMES(X) \
    X(access_type) X(addr) X(args) X(ax) X(bind_inany) X(bound_dev_if) X(bp) X(bpf_sock_ops_cb_flags) X(bx) \
    X(bytes_acked) X(bytes_received) X(cb) X(cx) X(data) X(data_end) X(data_meta) X(data_segs_in) X(data_segs_out) \
    X(di) X(dst_ip4) X(dst_ip6) X(dst_port) X(dx) X(ecn_flags) X(egress_ifindex) X(eth_protocol) X(family) X(file_pos) \
    X(flags) X(flow_keys) X(gso_segs) X(gso_size) X(hash) X(hwtstamp) X(ifindex) X(ingress_ifindex) X(ip) \
    X(ip_protocol) X(is_fullsock) X(len) X(level) X(local_ip4) X(local_ip6) X(local_port) X(lost_out) X(major) X(mark) \
    X(migrating_sk) X(minor) X(msg_src_ip4) X(msg_src_ip6) X(mss_cache) X(napi_id) X(op) X(optlen) X(optname) \
    X(optval) X(optval_end) X(orig_ax) X(packets_out) X(pkt_type) X(priority) X(protocol) X(queue_mapping) X(r10) \
    X(r11) X(r12) X(r13) X(r14) X(r15) X(r8) X(r9) X(rate_delivered) X(rate_interval_us) X(rcv_nxt) X(remote_ip4) \
    X(remote_ip6) X(remote_port) X(reply) X(replylong) X(retrans_out) X(retval) X(rtt_min) X(rx_queue_index) \
    X(rx_queue_mapping) X(sacked_out) X(sample) X(sample_period) X(segs_in) X(segs_out) X(si) X(size) X(sk) \
    X(sk_txhash) X(skb) X(skb_data) X(skb_data_end) X(skb_hwtstamp) X(skb_len) X(skb_tcp_flags) X(snd_cwnd) \
    X(snd_nxt) X(snd_ssthresh) X(snd_una) X(sp) X(src_ip4) X(src_ip6) X(src_port) X(srtt_us) X(state) X(tc_classid) \
    X(tc_index) X(total_retrans) X(tstamp) X(tstamp_type) X(type) X(user_family) X(user_ip4) X(user_ip6) X(user_port) \
    X(vlan_present) X(vlan_proto) X(vlan_tci) X(wire_len) X(write)
// clang-format on

#define IS_ABSENT(name) static_assert(absent<decltype(ctx<program_kind::ext>::name)>);
CONTEXT_NAMES(IS_ABSENT)
#undef IS_ABSENT

struct named_field {
    std::string name;
    std::int32_t offset = 0;
    std::size_t bytes = 0;
};

template <class Field>
named_field described(char const* name, Field field) {
    if constexpr (std::same_as<Field, no_such_field>)
        return {name, 0, 0};
    else if constexpr (requires { Field::size; })
        return {name, field[0].offset(), Field::size * sizeof(typename decltype(field[0])::unit)};
    else
        return {name, field.offset(), sizeof(typename Field::unit)};
}

/// What a context offers by name.
template <class Kind>
std::vector<named_field> members() {
#define DESCRIBED(name) described(#name, ctx<Kind>::name),
    std::vector<named_field> all{CONTEXT_NAMES(DESCRIBED)};
#undef DESCRIBED
    std::erase_if(all, [](named_field const& one) { return one.bytes == 0; });
    return all;
}

/// Every field of the table that the type may read is a member, at its place, and no other is.
template <class Kind>
void offers_its_table() {
    CAPTURE(name(Kind::type));
    auto const offered = members<Kind>();
    std::size_t wanted = 0;
    for (auto const& row : context_test::contexts::context_of<Kind>::rows) {
        if (row.name.empty() || row.read.by(Kind::type) == 0) continue;
        ++wanted;
        CAPTURE(row.name);
        auto const found =
            std::find_if(offered.begin(), offered.end(), [&](auto const& one) { return one.name == row.name; });
        REQUIRE(found != offered.end());
        CHECK(found->offset == row.offset);
        CHECK(found->bytes == static_cast<std::size_t>(row.size * row.count));
    }
    CHECK(offered.size() == wanted);
}

template <class... Kind>
void all_offer_their_tables() {
    (offers_its_table<Kind>(), ...);
}

TEST_CASE("the members of a context are its table") {
    using namespace program_kind;
    all_offer_their_tables<socket_filter, kprobe, sched_cls, sched_act, tracepoint, program_kind::xdp, perf_event,
                           cgroup_skb, cgroup_sock, lwt_in, lwt_out, lwt_xmit, sock_ops, sk_skb, cgroup_device, sk_msg,
                           raw_tracepoint, cgroup_sock_addr, lwt_seg6local, lirc_mode2, sk_reuseport, flow_dissector,
                           cgroup_sysctl, raw_tracepoint_writable, cgroup_sockopt, tracing, struct_ops, ext, lsm,
                           sk_lookup, program_kind::syscall, program_kind::netfilter>();
}

// ---- facts ----

struct place_in_facts {
    std::int64_t offset = 0;
    std::int64_t bytes = 0;
};

std::map<std::string, place_in_facts> places_in_facts() {
    std::map<std::string, place_in_facts> all;
    abi::fact_table{"contexts"}.for_each([&](auto cell) {
        all[cell("struct") + '.' + cell("field")] = {std::stoll(cell("offset")), std::stoll(cell("bytes"))};
    });
    // What goes into a test run, where programs find the socket.
    CHECK(all.erase("bpf_sk_lookup.cookie") == 1);
#if !defined(__x86_64__)
    std::erase_if(all, [](auto const& fact) { return fact.first.starts_with("bpf_perf_event_data."); });
#endif
    return all;
}

TEST_CASE("every field is where the facts say, and every fact is a field") {
    auto facts = places_in_facts();
    CHECK(facts.size() > 120);
    for (auto const& table : context_test::tables)
        for (auto const& row : table.rows) {
            if (row.name.empty()) continue;
            std::string const what = std::string{table.kernel_struct} + '.' + context_test::path_of(table, row);
            REQUIRE_MESSAGE(facts.contains(what), what);
            CHECK_MESSAGE(facts[what].offset == row.offset, what);
            CHECK_MESSAGE(facts[what].bytes == row.size * row.count, what);
            facts.erase(what);
        }
    for (auto const& [what, place] : facts) CHECK_MESSAGE(false, what, " is in no table of contexts");
}

} // namespace
