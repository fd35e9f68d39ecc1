// SPDX-License-Identifier: BSL-1.0
// The rules for contexts against the verifier: every offset, every width, read, written and updated atomically.
#include <bpfxx/program/context.hpp>

#include <bpfxx/btf/find.hpp>
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/program/handle.hpp>

#include "btf/running_kernel.hpp"
#include "kernel/support/skip.hpp"

#include <doctest/doctest.h>

#include <sys/utsname.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace {

using namespace bpfxx;
using insn::context_access;
using insn::instruction;
using insn::memory_mode;
using insn::memory_size;
using insn::opcode_class;

/// Where programs of a type may be attached, what they have to return there, and the kernel's name of it, if it has one.
struct hook {
    attach_type where{};
    std::int32_t result = 0;
    char const* name = nullptr;
    btf::kind kind_of_name = btf::kind::func;
};

struct one_access {
    std::int32_t offset;
    std::uint32_t width;
    context_access what;
};

/// Bytes of a context, from the first to the one behind the last.
struct extent {
    std::int32_t first;
    std::int32_t behind;
};

constexpr std::array every_access{context_access::read, context_access::write, context_access::atomic};

/// 6.18 is 618.
int running_version() {
    utsname name{};
    REQUIRE(uname(&name) == 0);
    int major = 0;
    int minor = 0;
    REQUIRE(std::sscanf(name.release, "%d.%d", &major, &minor) == 2);
    return major * 100 + minor;
}

memory_size size_of(std::uint32_t width) {
    if (width == 1) return memory_size::b;
    if (width == 2) return memory_size::h;
    return width == 4 ? memory_size::w : memory_size::dw;
}

instruction accessing(one_access const& access) {
    auto const off = static_cast<std::int16_t>(access.offset);
    auto const size = size_of(access.width);
    if (access.what == context_access::read)
        return {opcode(opcode_class::ldx, size, memory_mode::mem), instruction::pack(2, 1), off, 0};
    auto const mode = access.what == context_access::write ? memory_mode::mem : memory_mode::atomic;
    return {opcode(opcode_class::stx, size, mode), instruction::pack(1, 2), off, 0};
}

instruction storing_a_constant(one_access const& access) {
    return {opcode(opcode_class::st, size_of(access.width), memory_mode::mem), instruction::pack(1, 0),
            static_cast<std::int16_t>(access.offset), 0};
}

/// Programs of one type for one hook.
template <class Kind>
class verifier {
  public:
    explicit verifier(hook const& given) : hook_{given} {
        if (given.name == nullptr) return;
        auto const* const kernel = btf_test::running_kernel::get();
        auto const found =
            kernel == nullptr ? std::optional<btf::type>{} : btf::find(kernel->view(), given.kind_of_name, given.name);
        if (found) target_ = found->id();
    }

    /// Why programs for this hook cannot be loaded here, if so.
    [[nodiscard]] std::string refusal() const {
        if (hook_.name != nullptr && target_ == btf::type_id{}) return "no such name in the kernel's types";
        auto const made = load(std::array<instruction, 2>{mov(insn::r0, hook_.result), insn::exit()});
        return made ? std::string{} : std::string{name(made.error().code)};
    }

    [[nodiscard]] bool accepts_no_result() const { return load(std::array<instruction, 1>{insn::exit()}).has_value(); }

    [[nodiscard]] bool accepts(instruction const& access) const {
        return load(std::array<instruction, 4>{mov(insn::r2, 0), access, mov(insn::r0, hook_.result), insn::exit()})
            .has_value();
    }

  private:
    [[nodiscard]] result<program<Kind>> load(std::span<instruction const> code) const {
        return program<Kind>::load(
            {.insns = code, .license = "GPL", .expected_attach_type = hook_.where, .attach_btf_id = target_});
    }

    hook hook_;
    btf::type_id target_{};
};

/// Why the kernel may refuse what the rules allow, nothing where it may not.
template <class Kind>
char const* reason_for_refusal(one_access const& access) {
    constexpr auto type = Kind::type;
    if (type == program_type::xdp && access.what == context_access::write && access.offset == 16)
        return "rx_queue_index is written by programs that run on a device";
    if (type == program_type::kprobe && access.what == context_access::write && running_version() < 619)
        return "registers are written since Linux 6.19";
    if (type == program_type::tracing) return "the hooks tried have fewer arguments, and some are pointers";
    return nullptr;
}

struct tally {
    static inline int accesses = 0;
    static inline int allowed = 0;
    static inline int explained = 0;
    static inline int constants_apart = 0;
};

template <class Kind>
void compare(std::vector<verifier<Kind>> const& hooks, one_access const& access) {
    using rules = insn::context_rules<Kind>;
    bool kernel_accepts = false;
    for (auto const& one : hooks) {
        bool const accepted = one.accepts(accessing(access));
        kernel_accepts = kernel_accepts || accepted;
        if (access.what == context_access::write && one.accepts(storing_a_constant(access)) != accepted)
            ++tally::constants_apart;
    }
    bool const allowed = rules::allows(access.offset, access.width, access.what);
    ++tally::accesses;
    if (allowed) ++tally::allowed;
    if (allowed == kernel_accepts) return;
    CAPTURE(access.offset);
    CAPTURE(access.width);
    CAPTURE(int(access.what));
    CHECK_MESSAGE(allowed, "the rules refuse what the kernel accepts");
    if (kernel_accepts || running_version() < 618) return;
    CHECK_MESSAGE(reason_for_refusal<Kind>(access) != nullptr, "the rules allow what the kernel refuses");
    ++tally::explained;
}

template <class Kind>
void compare_all(std::initializer_list<hook> hooks, std::initializer_list<extent> extents) {
    CAPTURE(name(Kind::type));
    static_assert(insn::context_rules<Kind>::known);
    std::vector<verifier<Kind>> loadable;
    for (hook const& each : hooks) {
        verifier<Kind> one{each};
        if (auto const why = one.refusal(); why.empty())
            loadable.push_back(one);
        else
            std::printf("skipped: %s programs for hook %s: %s\n", std::string{name(Kind::type)}.c_str(),
                        std::string{name(each.where)}.c_str(), why.c_str());
    }
    for (auto const& one : loadable) CHECK(one.accepts_no_result() == !insn::context_rules<Kind>::returns);
    if (loadable.empty()) return;
    for (auto const [first, behind] : extents)
        for (std::int32_t offset = first; offset != behind; ++offset)
            for (std::uint32_t const width : {1u, 2u, 4u, 8u})
                for (context_access const what : every_access) compare<Kind>(loadable, {offset, width, what});
}

constexpr extent around(std::int32_t size) { return {-16, size + 9}; }

TEST_CASE("what the rules refuse the kernel refuses at every hook, and the other way round") {
    using enum attach_type;
    using namespace program_kind;
    tally::constants_apart = 0;
    auto const packet = around(192);
    compare_all<socket_filter>({{}}, {packet});
    compare_all<sched_cls>({{}, {tcx_ingress}, {netkit_primary}}, {packet});
    compare_all<sched_act>({{}}, {packet});
    compare_all<cgroup_skb>({{cgroup_inet_ingress, 1}, {cgroup_inet_egress, 1}}, {packet});
    compare_all<lwt_in>({{}}, {packet});
    compare_all<lwt_out>({{}}, {packet});
    compare_all<lwt_xmit>({{}}, {packet});
    compare_all<lwt_seg6local>({{}}, {packet});
    compare_all<sk_skb>({{sk_skb_stream_parser, 1}, {sk_skb_stream_verdict, 1}, {sk_skb_verdict, 1}}, {packet});
    compare_all<program_kind::flow_dissector>({{attach_type::flow_dissector}}, {packet});
    compare_all<program_kind::xdp>({{{}, 1}, {attach_type::xdp, 1}, {xdp_devmap, 1}, {xdp_cpumap, 1}}, {around(24)});
    compare_all<program_kind::netfilter>({{attach_type::netfilter, 1}}, {around(16)});
    compare_all<sk_msg>({{sk_msg_verdict, 1}}, {around(80)});
    compare_all<sk_reuseport>({{{}, 1}, {sk_reuseport_select, 1}, {sk_reuseport_select_or_migrate, 1}}, {around(56)});
    compare_all<program_kind::sk_lookup>({{attach_type::sk_lookup, 1}}, {around(72)});
    compare_all<sock_ops>({{cgroup_sock_ops, 1}}, {around(224)});
    compare_all<program_kind::cgroup_device>({{attach_type::cgroup_device, 1}}, {around(12)});
    compare_all<program_kind::cgroup_sysctl>({{attach_type::cgroup_sysctl, 1}}, {around(8)});
    compare_all<cgroup_sockopt>({{cgroup_getsockopt, 1}, {cgroup_setsockopt, 1}}, {around(40)});
    compare_all<cgroup_sock>({{{}, 1},
                              {cgroup_inet_sock_create, 1},
                              {cgroup_inet_sock_release, 1},
                              {cgroup_inet4_post_bind, 1},
                              {cgroup_inet6_post_bind, 1}},
                             {around(80)});
    compare_all<cgroup_sock_addr>({{cgroup_inet4_bind, 1},
                                   {cgroup_inet6_bind, 1},
                                   {cgroup_inet4_connect, 1},
                                   {cgroup_inet6_connect, 1},
                                   {cgroup_inet4_getpeername, 1},
                                   {cgroup_inet6_getpeername, 1},
                                   {cgroup_inet4_getsockname, 1},
                                   {cgroup_inet6_getsockname, 1},
                                   {cgroup_udp4_sendmsg, 1},
                                   {cgroup_udp6_sendmsg, 1},
                                   {cgroup_udp4_recvmsg, 1},
                                   {cgroup_udp6_recvmsg, 1},
                                   {cgroup_unix_connect, 1},
                                   {cgroup_unix_sendmsg, 1},
                                   {cgroup_unix_recvmsg, 1},
                                   {cgroup_unix_getpeername, 1},
                                   {cgroup_unix_getsockname, 1}},
                                  {around(72)});
    compare_all<program_kind::lirc_mode2>({{attach_type::lirc_mode2}}, {around(4)});
}

TEST_CASE("the same for contexts without a struct") {
    using enum attach_type;
    using namespace program_kind;
    compare_all<raw_tracepoint>({{}}, {around(96)});
    compare_all<raw_tracepoint_writable>({{}}, {around(96)});
    compare_all<tracepoint>({{}}, {{-32'768, -32'700}, {-32, 120}, {8'180, 8'208}});
    compare_all<program_kind::syscall>({{}}, {{-16, 80}, {32'740, 32'768}});
    compare_all<tracing>({{trace_raw_tp, 0, "btf_trace_sched_switch", btf::kind::typedef_},
                          {trace_raw_tp, 0, "btf_trace_sys_enter", btf::kind::typedef_},
                          {trace_iter, 0, "bpf_iter_task"},
                          {trace_fentry, 0, "vfs_read"},
                          {trace_fexit, 0, "vfs_read"},
                          {modify_return, 0, "security_task_getpgid"}},
                         {around(104)});
#if defined(__x86_64__)
    compare_all<kprobe>({{}, {trace_kprobe_multi}, {trace_uprobe_multi}, {trace_kprobe_session}}, {around(168)});
    compare_all<program_kind::perf_event>({{}}, {around(184)});
#endif
    std::printf("contexts: %d accesses compared, %d allowed, %d allowed and refused with a reason\n", tally::accesses,
                tally::allowed, tally::explained);
}

TEST_CASE("a constant is stored where a register is") {
    if (running_version() < 604) return support::skip("constants are stored to contexts since Linux 6.4");
    CHECK(tally::constants_apart == 0);
}

TEST_CASE("hooks without a value end without one") {
    verifier<program_kind::lsm> const without_value{{attach_type::lsm_mac, 0, "bpf_lsm_file_free_security"}};
    if (auto const why = "no LSM programs: " + without_value.refusal(); !why.ends_with(' '))
        return support::skip(why.c_str());
    CHECK(without_value.accepts_no_result());
    CHECK(without_value.accepts(accessing({0, 8, context_access::write})));
    verifier<program_kind::lsm> const with_value{{attach_type::lsm_mac, 0, "bpf_lsm_file_open"}};
    CHECK_FALSE(with_value.accepts_no_result());
}

} // namespace
