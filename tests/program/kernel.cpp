// Programs on the running kernel: every type loads, the verifier's words arrive, pins and ids lead back.
#include <bpfxx/btf/find.hpp>
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/link/raw_tracepoint.hpp>
#include <bpfxx/map/hash.hpp>
#include <bpfxx/program/handle.hpp>

#include "btf/running_kernel.hpp"
#include "kernel/support/bpffs.hpp"
#include "kernel/support/skip.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace bpfxx;
using insn::r0, insn::r1;

constexpr auto return_0 = assemble(insn::mov(r0, 0), insn::exit());
constexpr auto return_1 = assemble(insn::mov(r0, 1), insn::exit());
// Instruction 1 reads memory through a number.
constexpr auto bad_read =
    assemble(insn::load<std::uint64_t>(r0, r1 + 8), insn::load<std::uint64_t>(r0, r0 + 0), insn::exit());

bool is(insn::instruction const& a, insn::instruction const& b) { return std::memcmp(&a, &b, sizeof a) == 0; }

/// Loads the smallest program of a type; `optional` types are missing from some kernels, which then say EINVAL.
template <class Kind>
void loads(bool optional, program_options const& options) {
    CAPTURE(name(Kind::type));
    char log[4096];
    auto const loaded = program<Kind>::load(options, log);
    if (!loaded && optional && loaded.error().failure.code == errc::einval && loaded.error().log.empty()) {
        std::printf("skipped: program type %s: this kernel is built without (EINVAL)\n",
                    std::string{name(Kind::type)}.c_str());
        return;
    }
    if (!loaded) {
        INFO(std::string{describe(loaded.error()).view()});
        INFO(std::string{loaded.error().log});
        FAIL_CHECK("does not load");
        return;
    }
    auto const info = loaded->info();
    REQUIRE(info);
    CHECK((*info)->type == Kind::type);
    CHECK((*info)->id != program_id{});
    CHECK(std::string_view{(*info)->name} == options.name.view());
    CHECK((*info)->gpl_compatible == 1);
    CHECK(*loaded->id() == (*info)->id);
}

template <class... Kind>
void all_load(program_options const& options) {
    (loads<Kind>(false, options), ...);
}

} // namespace

TEST_CASE("every type of program that needs no target loads") {
    using namespace bpfxx::program_kind;
    program_options const options{.insns = return_0, .license = "GPL", .name = "smallest"};
    all_load<socket_filter, kprobe, sched_cls, sched_act, tracepoint, program_kind::xdp, perf_event, cgroup_skb,
             cgroup_sock, lwt_in, lwt_out, lwt_xmit, sock_ops, sk_skb, cgroup_device, sk_msg, raw_tracepoint,
             lwt_seg6local, sk_reuseport, flow_dissector, cgroup_sysctl, raw_tracepoint_writable, sk_lookup,
             program_kind::syscall>(options);
    loads<lirc_mode2>(true, options);
    loads<program_kind::netfilter>(true, options);
}

TEST_CASE("types that need to know where they will be attached load when they are told") {
    using enum attach_type;
    for (auto const where :
         {cgroup_inet4_bind, cgroup_inet6_bind, cgroup_inet4_connect, cgroup_inet6_connect, cgroup_inet4_getpeername,
          cgroup_inet6_getpeername, cgroup_inet4_getsockname, cgroup_inet6_getsockname, cgroup_udp4_sendmsg,
          cgroup_udp6_sendmsg, cgroup_udp4_recvmsg, cgroup_udp6_recvmsg}) {
        CAPTURE(name(where));
        loads<program_kind::cgroup_sock_addr>(
            false, {.insns = return_1, .license = "GPL", .name = "addr", .expected_attach_type = where});
    }
    for (auto const where : {cgroup_getsockopt, cgroup_setsockopt})
        loads<program_kind::cgroup_sockopt>(
            false, {.insns = return_1, .license = "GPL", .name = "opt", .expected_attach_type = where});
    loads<program_kind::cgroup_sock>(
        false, {.insns = return_1, .license = "GPL", .name = "bound", .expected_attach_type = cgroup_inet4_post_bind});
    auto const untold = cgroup_sock_addr_program::load({.insns = return_1, .license = "GPL"});
    CHECK(untold.error() == error{errc::einval, command::prog_load});
}

TEST_CASE("a program for a kernel type finds it in the kernel's BTF") {
    auto const* const kernel = btf_test::running_kernel::get();
    if (kernel == nullptr) return support::skip(btf_test::no_kernel_btf);
    auto const target = btf::find(kernel->view(), btf::kind::func, "bpf_iter_task");
    if (!target) return support::skip("this kernel has no task iterator");
    loads<program_kind::tracing>(false, {.insns = return_0,
                                         .license = "GPL",
                                         .name = "iterate",
                                         .expected_attach_type = attach_type::trace_iter,
                                         .attach_btf_id = target->id()});
}

TEST_CASE("the licence decides over helpers") {
    constexpr auto code = assemble(insn::call(insn::helper::ktime_get_ns), insn::mov(r0, 0), insn::exit());
    constexpr auto gpl_only = assemble(insn::mov(insn::r2, 8), insn::mov(insn::r3, insn::r1), insn::mov(r1, insn::r10),
                                       insn::add(r1, -8), insn::call(insn::helper::probe_read), insn::exit());
    CHECK(raw_tracepoint_program::load({.insns = code, .license = "GPL"}));
    CHECK(raw_tracepoint_program::load({.insns = gpl_only, .license = "GPL"}));
    CHECK(raw_tracepoint_program::load({.insns = gpl_only, .license = "proprietary"}).error().code == errc::einval);
}

TEST_CASE("the kernel has the instructions that were given, with their map") {
    auto const map = hash_map<std::uint32_t, std::uint64_t>::create({.max_entries = 4});
    REQUIRE(map);
    constexpr insn::map_slot<0> counts{};
    constexpr auto code = assemble(insn::load_map(r1, counts), insn::mov(r0, 7), insn::exit());
    auto const loaded = raw_tracepoint_program::load({.insns = code.with(map->fd()), .license = "GPL"});
    REQUIRE(loaded);
    insn::instruction translated[16]{};
    map_id maps[4]{};
    sys::info::program request;
    request.xlated_prog_len = sizeof translated;
    request.xlated_prog_insns = translated;
    request.nr_map_ids = 4;
    request.map_ids = maps;
    auto const info = loaded->info(request);
    REQUIRE(info);
    CHECK((*info)->xlated_prog_len == 4 * sizeof(insn::instruction));
    CHECK(is(translated[2], insn::mov(r0, 7)));
    CHECK(is(translated[3], insn::exit()));
    CHECK((*info)->nr_map_ids == 1);
    auto const map_info = map->info();
    REQUIRE(map_info);
    CHECK(maps[0] == (*map_info)->id);
}

TEST_CASE("the verifier's words name the instruction") {
    char log[4096];
    auto const refused = raw_tracepoint_program::load({.insns = bad_read, .license = "GPL"}, log);
    REQUIRE(!refused);
    CHECK(refused.error().failure == error{errc::eacces, command::prog_load});
    CHECK(refused.error().code_with_log == errc::eacces);
    INFO(std::string{refused.error().log});
    CHECK(refused.error().log.find("1: (79) r0 = *(u64 *)(r0 +0)\nR0 invalid mem access") != std::string_view::npos);
    CHECK(refused.error().log.data() == log);
    CHECK(refused.error().log.find('\0') == std::string_view::npos);
    CHECK(raw_tracepoint_program::load({.insns = bad_read, .license = "GPL"}).error() == refused.error().failure);

    constexpr auto no_result = assemble_unchecked(insn::exit());
    auto const other = raw_tracepoint_program::load({.insns = no_result, .license = "GPL"}, log);
    REQUIRE(!other);
    CHECK(other.error().log.find("R0 !read_ok") != std::string_view::npos);
}

TEST_CASE("a log of any size: the whole of it, its end, or how long it is") {
    auto const refuse = [](std::span<char> log) {
        auto const refused = raw_tracepoint_program::load({.insns = bad_read, .license = "GPL"}, log);
        REQUIRE(!refused);
        CHECK(refused.error().failure == error{errc::eacces, command::prog_load});
        return refused.error();
    };
    char whole_buffer[4096];
    auto const whole = refuse(whole_buffer);
    REQUIRE(whole.log.size() > 16);
    if (whole.log_size_needed == 0)
        return support::skip("this kernel does not say how long a log is (before Linux 6.4)");
    REQUIRE(whole.log_size_needed == whole.log.size() + 1);

    std::vector<char> exact(whole.log_size_needed);
    auto const fits = refuse(exact);
    CHECK(fits.code_with_log == errc::eacces);
    CHECK(fits.log == whole.log);

    std::vector<char> one_short(whole.log_size_needed - 1);
    auto const cut = refuse(one_short);
    CHECK(cut.code_with_log == errc::enospc);
    CHECK(cut.log_size_needed == whole.log_size_needed);
    CHECK(cut.log == whole.log.substr(1));

    char small[16];
    auto const end = refuse(small);
    CHECK(end.code_with_log == errc::enospc);
    CHECK(end.log_size_needed == whole.log_size_needed);
    CHECK(end.log == whole.log.substr(whole.log.size() - 15));

    auto const length = refuse({});
    CHECK(length.code_with_log == errc::eacces);
    CHECK(length.log_size_needed == whole.log_size_needed);
    CHECK(length.log.empty());

    // What lies behind the buffer is not the kernel's.
    char guarded[32];
    std::memset(guarded, 'x', sizeof guarded);
    refuse(std::span{guarded}.first(16));
    for (std::size_t i = 16; i != sizeof guarded; ++i) CHECK(guarded[i] == 'x');
}

TEST_CASE("a fixed log keeps its start") {
    char whole_buffer[4096], small[130];
    auto const load = [](verifier_log const& log) {
        return raw_tracepoint_program::load({.insns = bad_read, .license = "GPL"}, log);
    };
    auto const whole = load({whole_buffer});
    REQUIRE(!whole);
    if (whole.error().log_size_needed == 0) return support::skip("this kernel has no fixed logs (before Linux 6.4)");
    auto const start = load({small, log_level::failing_path | log_level::fixed});
    REQUIRE(!start);
    CHECK(start.error().failure.code == errc::enospc);
    CHECK(start.error().log == whole.error().log.substr(0, sizeof small - 1));
}

TEST_CASE("a sound program has a log too, and does not load when that does not fit") {
    char buffer[4096];
    verifier_log const log{buffer, log_level::every_state | log_level::stats};
    auto const loaded = raw_tracepoint_program::load({.insns = return_0, .license = "GPL"}, log);
    REQUIRE(loaded);
    CHECK(log.text().find("0: (b7) r0 = 0") != std::string_view::npos);
    CHECK(log.text().find("processed 2 insns") != std::string_view::npos);

    verifier_log const small{std::span{buffer}.first(130), log_level::every_state | log_level::stats};
    auto const refused = raw_tracepoint_program::load({.insns = return_0, .license = "GPL"}, small);
    REQUIRE(!refused);
    CHECK(refused.error().failure == error{errc::enospc, command::prog_load});
}

TEST_CASE("what no verifier sees has no log: no instructions, too many, a bad descriptor") {
    char log[4096];
    std::span<insn::instruction const> const nothing{};
    auto const empty = raw_tracepoint_program::load({.insns = nothing, .license = "GPL"}, log);
    CHECK(empty.error().failure.code == errc::e2big);
    CHECK(empty.error().log.empty());
    std::span const absurd{return_0.instructions().data(), (std::size_t{1} << 32) + 2}; // cut to 32 bits it would load
    CHECK(raw_tracepoint_program::load({.insns = absurd, .license = "GPL"}).error().code == errc::e2big);
    auto const no_token =
        xdp_program::load({.insns = return_0, .license = "GPL", .token = fd_ref<kind::token>::from_raw(123'456)}, log);
    CHECK(!no_token);
    CHECK(no_token.error().log.empty());
}

TEST_CASE("a pinned program is found again by path and by id") {
    support::bpffs const files;
    if (!files) return support::lacks_privilege("a BPF file system cannot be mounted here");
    auto loaded = xdp_program::load({.insns = return_1, .license = "GPL", .name = "pinned"});
    REQUIRE(loaded);
    auto const id = loaded->id();
    REQUIRE(id);
    auto const path = files.path("program");
    REQUIRE(loaded->pin(path.c_str()));
    CHECK(loaded->pin(path.c_str()).error() == error{errc::eexist, command::obj_pin});

    {
        auto const closed = std::move(*loaded);
    }
    auto const by_path = xdp_program::open(path.c_str());
    REQUIRE(by_path);
    CHECK(*by_path->id() == *id);
    auto const by_id = xdp_program::open(*id);
    REQUIRE(by_id);
    CHECK(*by_id->id() == *id);
    auto const second = by_id->duplicate();
    REQUIRE(second);
    CHECK(*second->id() == *id);
    auto copy = by_id->duplicate();
    REQUIRE(copy);
    auto const adopted = xdp_program::adopt(std::move(*copy).release());
    CHECK(adopted);

    error const differs{errc::program_type_differs, command::obj_get_info_by_fd};
    CHECK(raw_tracepoint_program::open(path.c_str()).error() == differs);
    CHECK(raw_tracepoint_program::open(*id).error() == differs);
    CHECK(xdp_program::open(files.path("nothing").c_str()).error() == error{errc::enoent, command::obj_get});
    CHECK(xdp_program::open(program_id{0xffff'fff0}).error() == error{errc::enoent, command::prog_get_fd_by_id});
}

TEST_CASE("a path relative to a directory") {
    support::bpffs const files;
    if (!files) return support::lacks_privilege("a BPF file system cannot be mounted here");
    auto const loaded = xdp_program::load({.insns = return_1, .license = "GPL"});
    REQUIRE(loaded);
    auto const directory =
        owned_fd<kind::directory>::adopt_raw(::open(files.root().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    REQUIRE(directory);
    auto const pinned = loaded->pin(*directory, "program");
    if (!pinned && pinned.error().code == errc::einval)
        return support::skip("this kernel has no relative paths (before Linux 6.5)");
    REQUIRE(pinned);
    auto const opened = xdp_program::open(*directory, "program");
    REQUIRE(opened);
    CHECK(*opened->id() == *loaded->id());
}

TEST_CASE("a map or a link at a path is not taken for a program, though its type has the same number") {
    support::bpffs const files;
    if (!files) return support::lacks_privilege("a BPF file system cannot be mounted here");
    static_assert(static_cast<int>(map_type::hash) == static_cast<int>(program_type::socket_filter));
    static_assert(static_cast<int>(link_type::raw_tracepoint) == static_cast<int>(program_type::socket_filter));

    auto const map = hash_map<std::uint32_t, std::uint32_t>::create({.max_entries = 1});
    REQUIRE(map);
    REQUIRE(map->pin(files.path("map").c_str()));
    auto const traced = raw_tracepoint_program::load({.insns = return_0, .license = "GPL"});
    REQUIRE(traced);
    auto const link = traced->attach(raw_tracepoint_hook{.name = "sys_enter"});
    REQUIRE(link);
    REQUIRE(link->pin(files.path("link").c_str()));

    error const differs{errc::program_type_differs, command::obj_get_info_by_fd};
    CHECK(socket_filter_program::open(files.path("map").c_str()).error() == differs);
    CHECK(socket_filter_program::open(files.path("link").c_str()).error() == differs);
}
