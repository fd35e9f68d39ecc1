// What is decided while compiling: the kinds of programs, what load options take, what a failed load converts to.
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/link/handle.hpp>
#include <bpfxx/link/raw_tracepoint.hpp>
#include <bpfxx/program/handle.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/program/load.hpp>
#include <bpfxx/program/verifier_log.hpp>
#include <bpfxx/spec/program.hpp>
#include <bpfxx/sys/handle.hpp>
#include <bpfxx/sys/saturated.hpp>

#include <doctest/doctest.h>

#include <array>
#include <concepts>
#include <string>
#include <type_traits>
#include <vector>

namespace {

using namespace bpfxx;

// Every handle is its own type and moves, but never copies, converts or appears from nothing.
template <class Handle>
inline constexpr bool owns =
    std::is_nothrow_move_constructible_v<Handle> && std::is_nothrow_move_assignable_v<Handle> &&
    !std::is_copy_constructible_v<Handle> && !std::is_copy_assignable_v<Handle> &&
    !std::is_default_constructible_v<Handle> && sizeof(Handle) == sizeof(int);
static_assert(owns<xdp_program> && owns<raw_tracepoint_program> && owns<raw_tracepoint_link>);
static_assert(!std::convertible_to<xdp_program, int> && !std::convertible_to<raw_tracepoint_link, int>);
static_assert(!std::constructible_from<xdp_program, owned_fd<kind::program>>);
static_assert(!std::convertible_to<xdp_program, raw_tracepoint_program>);
static_assert(!std::convertible_to<owned_fd<kind::program>, owned_fd<kind::link>>);

static_assert(xdp_program::type == program_type::xdp && raw_tracepoint_link::type == link_type::raw_tracepoint);
static_assert(std::same_as<xdp_program::tag, program_kind::xdp>);

// Every type that can be loaded, in the kernel's order.
template <class... Program>
consteval bool are_all_in_order() {
    std::uint32_t number = 0;
    return ((static_cast<std::uint32_t>(Program::type) == ++number) && ...) &&
           sizeof...(Program) + 1 == std::size(detail::program_type_names);
}
static_assert(
    are_all_in_order<socket_filter_program, kprobe_program, sched_cls_program, sched_act_program, tracepoint_program,
                     xdp_program, perf_event_program, cgroup_skb_program, cgroup_sock_program, lwt_in_program,
                     lwt_out_program, lwt_xmit_program, sock_ops_program, sk_skb_program, cgroup_device_program,
                     sk_msg_program, raw_tracepoint_program, cgroup_sock_addr_program, lwt_seg6local_program,
                     lirc_mode2_program, sk_reuseport_program, flow_dissector_program, cgroup_sysctl_program,
                     raw_tracepoint_writable_program, cgroup_sockopt_program, tracing_program, struct_ops_program,
                     ext_program, lsm_program, sk_lookup_program, syscall_program, netfilter_program>());
static_assert(std::same_as<xdp_program::id_type, program_id> && std::same_as<raw_tracepoint_link::id_type, link_id>);
static_assert(std::same_as<sys::handle<kind::map>::id_type, map_id>);

// The three types for which the kernel leaves no choice.
static_assert(program_kind::sk_lookup::only_attach_type == attach_type::sk_lookup);
static_assert(program_kind::netfilter::only_attach_type == attach_type::netfilter);
static_assert(program_kind::syscall::constant_flags == program_flags::sleepable);
static_assert(program_kind::xdp::only_attach_type == attach_type{} &&
              program_kind::xdp::constant_flags == program_flags{});

static_assert(!program_tag<int> && program_tag<program_kind::ext>);
static_assert(!link_tag<int> && link_tag<link_kind::raw_tracepoint>);
static_assert(hook_for<raw_tracepoint_hook, program_kind::raw_tracepoint>);
static_assert(hook_for<raw_tracepoint_hook, program_kind::raw_tracepoint_writable>);
static_assert(!hook_for<raw_tracepoint_hook, program_kind::xdp> &&
              !hook_for<raw_tracepoint_hook, program_kind::tracing>);
static_assert(!hook_for<int, program_kind::xdp>);

template <class Program>
concept has_attach = requires(Program const& program) { program.attach(raw_tracepoint_hook{.name = "sys_enter"}); };
static_assert(has_attach<raw_tracepoint_program> && has_attach<raw_tracepoint_writable_program>);
static_assert(!has_attach<xdp_program> && !has_attach<tracepoint_program>);

template <class Handle>
concept lends_from_temporary = requires(Handle&& handle) { std::move(handle).fd(); };
static_assert(!lends_from_temporary<xdp_program> && !lends_from_temporary<raw_tracepoint_link>);

template <class Link>
concept has_detach = requires(Link& link) { link.detach(); };
struct detachable {
    static constexpr auto type = link_type::xdp;
    static constexpr bool can_detach = true;
    static constexpr bool can_update = true;
    template <class ProgramKind>
    static constexpr bool runs = std::same_as<ProgramKind, program_kind::xdp>;
};
static_assert(!has_detach<raw_tracepoint_link> && has_detach<basic_link<detachable>>);

template <class Link, class... Program>
concept has_update = requires(Link& link, Program const&... program) { link.update(program...); };
static_assert(has_update<basic_link<detachable>, xdp_program> &&
              has_update<basic_link<detachable>, xdp_program, sched_cls_program>);
static_assert(!has_update<basic_link<detachable>, xdp_devmap_program> && !has_update<basic_link<detachable>>);
static_assert(!has_update<raw_tracepoint_link, raw_tracepoint_program>);

template <class Link, class... Buffer>
concept has_info = requires(Link const& link, Buffer&... buffer) { link.info(buffer...); };
static_assert(has_info<raw_tracepoint_link, char[16]> && has_info<raw_tracepoint_link, std::span<char>>);
static_assert(!has_info<raw_tracepoint_link> && !has_info<basic_link<detachable>>);

// Instructions come from the assembler or from anything that is an array of them.
using insn::instruction;
constexpr auto two = assemble(insn::mov(insn::r0, 0), insn::exit());
static_assert(program_text{two}.view().size() == 2);
static_assert(program_text{two}.view().data() == two.instructions().data());
static_assert(std::convertible_to<decltype(two), program_text<>>);
static_assert(std::convertible_to<std::span<instruction const>, program_text<>>);
static_assert(std::convertible_to<std::vector<instruction>, program_text<>>);
static_assert(std::convertible_to<std::array<instruction, 3>, program_text<>>);
static_assert(std::convertible_to<instruction[3], program_text<>>);
static_assert(!std::convertible_to<instruction, program_text<>> &&
              !std::convertible_to<std::vector<int>, program_text<>>);

constexpr program_options options{.insns = two, .license = "GPL", .name = "two"};
static_assert(options.insns.view().size() == 2 && options.license.c_str()[0] == 'G' && options.name.view() == "two");
static_assert(options.flags == program_flags::none && !options.token && !options.btf && !options.bind_fd_array);

static_assert(std::convertible_to<load_error, error> && !std::convertible_to<error, load_error>);
static_assert(std::is_trivially_copyable_v<load_error> && sizeof(load_error) == 32);
static_assert(noexcept(xdp_program::load(options)) && noexcept(xdp_program::load(options, std::span<char>{})));

// A count that the attribute cannot hold must stay too large.
static_assert(sys::saturated(7) == 7 && sys::saturated(std::size_t{1} << 32) == 0xffff'ffff);
static_assert(sys::saturated((std::size_t{1} << 32) + 7) == 0xffff'ffff);

} // namespace

TEST_CASE("the text of a log ends at its NUL, or with the buffer") {
    char buffer[] = {'a', 'b', '\0', 'c'};
    CHECK(verifier_log{buffer}.text() == "ab");
    CHECK(verifier_log{std::span{buffer}.first(2)}.text() == "ab");
    CHECK(verifier_log{std::span{buffer}.first(0)}.text().empty());
    CHECK(verifier_log{std::span<char>{}}.text().empty());
}

TEST_CASE("a failed load is its error to whoever asks for no more") {
    load_error const refused{{errc::eacces, command::prog_load}, errc::enospc, 7, "log"};
    error const converted = refused;
    CHECK(converted == error{errc::eacces, command::prog_load});
    CHECK(describe(refused).view() == "BPF_PROG_LOAD: EACCES (permission denied)");

    auto const passed_on = [&]() -> result<int> {
        result_with<int, load_error> const failed = refused;
        BOOST_OUTCOME_TRYV(failed);
        return 1;
    }();
    REQUIRE(!passed_on);
    CHECK(passed_on.error() == refused.failure);
}

#if defined(__cpp_exceptions)
TEST_CASE(".value() on a failed load throws what describes the first call") {
    result_with<int, load_error> const failed = load_error{{errc::eacces, command::prog_load}, errc::enospc, 7, "log"};
    CHECK_THROWS_WITH_AS(static_cast<void>(failed.value()), "BPF_PROG_LOAD: EACCES (permission denied)", bpf_error);
}
#endif
