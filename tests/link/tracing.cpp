// Programs at functions of the kernel, of a module and of another program: entry, exit, instead of it.
#include <bpfxx/btf/load.hpp>
#include <bpfxx/link/tracing.hpp>
#include <bpfxx/program/context.hpp>
#include <bpfxx/program/debug_info.hpp>
#include <bpfxx/program/test_run.hpp>

#include "kernel/support/bpffs.hpp"
#include "kernel/support/fired.hpp"
#include "link/traced.hpp"

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {

using namespace bpfxx;
using traced::noting, traced::watcher;

// getpgid(2) comes through it once, with the task, and goes on only where it gives 0; not with 0 for the process.
constexpr char const* function = "security_task_getpgid";

result<btf::type_id> target() {
    auto const* const kernel = traced::kernel();
    if (kernel == nullptr) return error{errc::enoent, command::open_file};
    return kernel->function(function);
}

bool calls(int times = 1) {
    bool good = true;
    for (int i = 0; i != times; ++i) good = getpgid(getpid()) >= 0 && good;
    return good;
}

} // namespace

TEST_CASE("fentry runs at each call of its function while the link lives") {
    watcher<fentry_program> const watched{noting(traced::word<0>), target()};
    if (!watched) return;
    CHECK(calls());
    CHECK(watched.take().times == 0);
    {
        auto const link = traced::attach(watched, tracing_hook{});
        if (!link) return;
        CHECK(calls(3));
        auto const seen = watched.take();
        CHECK(seen.times == 3);
        CHECK((seen.value >> 63) == 1); // the task: a kernel address
        support::fired("fentry", "tracing_hook");
    }
    CHECK(calls());
    CHECK(watched.take().times == 0);
}

TEST_CASE("fexit sees what the function gave, after modify_return decided that") {
    watcher<fexit_program> const exits{noting(traced::word<1>), target()};
    if (!exits) return;
    auto const exit_link = traced::attach(exits, tracing_hook{});
    if (!exit_link) return;
    CHECK(calls());
    auto const untouched = exits.take();
    CHECK(untouched.times == 1);
    CHECK(untouched.value == 0);
    support::fired("fexit", "tracing_hook");

    watcher<modify_return_program> const refuses{noting(traced::nothing, -EACCES), target()};
    if (!refuses) return;
    {
        auto const link = traced::attach(refuses, tracing_hook{});
        if (!link) return;
        errno = 0;
        CHECK(!calls());
        CHECK(errno == EACCES);
        CHECK(refuses.take().times == 1);
        auto const modified = exits.take();
        CHECK(modified.times == 1);
        CHECK(static_cast<std::int32_t>(modified.value) == -EACCES);
        support::fired("modify_return", "tracing_hook");
        auto const info = link->info();
        REQUIRE(info);
        CHECK(info->attach_type == attach_type::modify_return);
    }
    CHECK(calls());
    CHECK(refuses.take().times == 0);
    CHECK(exits.take().times == 1);
}

TEST_CASE("each of the three also attaches by the older call") {
    watcher<fentry_program> const entry{noting(traced::nothing), target()};
    watcher<fexit_program> const exit{noting(traced::nothing), target()};
    watcher<modify_return_program> const modify{noting(traced::nothing), target()};
    if (!entry || !exit || !modify) return;
    {
        auto const entry_link = traced::attach(entry, tracing_hook_without_cookie{});
        auto const exit_link = traced::attach(exit, tracing_hook_without_cookie{});
        auto const modify_link = traced::attach(modify, tracing_hook_without_cookie{});
        if (!entry_link || !exit_link || !modify_link) return;
        CHECK(calls());
        CHECK(entry.take().times == 1);
        CHECK(exit.take().times == 1);
        CHECK(modify.take().times == 1);
        for (auto const* const kind : {"fentry", "fexit", "modify_return"})
            support::fired(kind, "tracing_hook_without_cookie");
    }
    CHECK(calls());
    CHECK(entry.take().times + exit.take().times + modify.take().times == 0);
}

TEST_CASE("the program gets the cookie of its link") {
    watcher<fentry_program> const watched{noting(traced::cookie), target()};
    if (!watched) return;
    for (std::uint64_t const cookie : {std::uint64_t{0}, std::uint64_t{0x1122'3344'5566'7788}}) {
        auto const link = traced::attach(watched, tracing_hook{.cookie = cookie});
        if (!link) return;
        CHECK(calls());
        auto const seen = watched.take();
        CHECK(seen.times == 1);
        CHECK(seen.value == cookie);
        auto const told = link->info()->cookie;
        if (cookie == 0)
            CHECK(!told);
        else if (told)
            CHECK(*told == cookie);
    }
}

TEST_CASE("info names the program and the function") {
    watcher<fexit_program> const watched{noting(traced::nothing), target()};
    if (!watched) return;
    auto const link = traced::attach(watched, tracing_hook{});
    if (!link) return;
    auto const info = link->info();
    REQUIRE(info);
    CHECK(info->id == *link->id());
    CHECK(info->program == *watched->id());
    CHECK(info->attach_type == attach_type::trace_fexit);
    CHECK(info->target_object); // the BTF of the kernel
    CHECK(info->target_function == *target());
    CHECK(!info->cookie);
}

TEST_CASE("one program is attached once at a time, and again after that") {
    watcher<fentry_program> const watched{noting(traced::nothing), target()};
    if (!watched) return;
    {
        auto const link = traced::attach(watched, tracing_hook{});
        if (!link) return;
        CHECK(watched->attach(tracing_hook{}).error() == error{errc::ebusy, command::link_create});
        CHECK(watched->attach(tracing_hook_without_cookie{}).error() ==
              error{errc::ebusy, command::raw_tracepoint_open});
        CHECK(calls());
        CHECK(watched.take().times == 1);
    }
    auto const link = traced::attach(watched, tracing_hook{});
    REQUIRE(link);
    CHECK(calls());
    CHECK(watched.take().times == 1);
}

TEST_CASE("a function runs 38 programs, and refuses the next") {
    std::vector<watcher<fentry_program>> watched;
    std::vector<tracing_link> links;
    watched.reserve(38);
    for (int i = 0; i != 38; ++i) {
        watched.emplace_back(noting(traced::nothing), target());
        if (!watched.back()) return;
        auto link = watched.back()->attach(tracing_hook{});
        if (!link && watcher<fentry_program>::is_forbidden(link.error())) return;
        REQUIRE(link);
        links.push_back(*std::move(link));
    }
    watcher<fentry_program> const one_more{noting(traced::nothing), target()};
    CHECK(one_more->attach(tracing_hook{}).error() == error{errc::e2big, command::link_create});
    CHECK(calls());
    for (auto const& each : watched) CHECK(each.take().times == 1);
    links.pop_back();
    CHECK(one_more->attach(tracing_hook{}));
}

TEST_CASE("the link keeps the program, and a pinned link goes on by itself") {
    support::bpffs const files;
    if (!files) return support::lacks_privilege("a BPF file system cannot be mounted here");
    watcher<fentry_program> watched{noting(traced::nothing), target()};
    if (!watched) return;
    auto const path = files.path("link");
    {
        auto const link = traced::attach(watched, tracing_hook{});
        if (!link) return;
        watched.program.reset();
        CHECK(calls());
        CHECK(watched.take().times == 1);
        REQUIRE(link->pin(path.c_str()));
    }
    CHECK(calls());
    CHECK(watched.take().times == 1);
    {
        auto const opened = tracing_link::open(path.c_str());
        REQUIRE(opened);
        CHECK(opened->info()->attach_type == attach_type::trace_fentry);
        REQUIRE(unlink(path.c_str()) == 0); // what this gives up ends a little later, what is closed ends at once
    }
    CHECK(calls());
    CHECK(watched.take().times == 0);
}

TEST_CASE("what has no such function, or is no function to attach to") {
    auto const* const kernel = traced::kernel();
    if (kernel == nullptr) return support::skip(traced::no_kernel_types);
    CHECK(kernel->function("bpfxx_has_no_such_function").error() == error{errc::type_not_found, command::search});
    constexpr auto returns = insn::assemble(insn::mov(insn::r0, 0), insn::exit());
    auto const load = [&](btf::type_id id) {
        auto const loaded = fentry_program::load({.insns = returns, .license = "GPL", .attach_btf_id = id});
        return loaded ? errc{} : loaded.error().code;
    };
    if (load({}) == errc::eperm) return support::skip(traced::forbidden);
    CHECK(load({}) == errc::einval);
    CHECK(load(*kernel->struct_ops("task_struct")) == errc::einval); // a struct
    CHECK(load(btf::type_id{0x7fff'ffff}) == errc::einval);
    auto const modify = modify_return_program::load(
        {.insns = returns, .license = "GPL", .attach_btf_id = *kernel->function("vfs_read")});
    CHECK(!modify); // neither a security hook nor marked as one whose errors may be made up
}

TEST_CASE("a sleepable program at a function that may sleep, which the kernel calls on request") {
    auto const* const kernel = traced::kernel();
    if (kernel == nullptr) return support::skip(traced::no_kernel_types);
    // The kernel has it for such tests: it adds 1 to the 1 that it is given.
    auto const adds_1 = kernel->function("bpf_fentry_test1");
    if (!adds_1) return support::skip("this kernel has no functions for tests of programs");
    constexpr auto returns = insn::assemble(insn::mov(insn::r0, 0), insn::exit());
    auto const may_sleep = fexit_program::load(
        {.insns = returns, .license = "GPL", .flags = program_flags::sleepable, .attach_btf_id = *adds_1});
    if (!may_sleep && may_sleep.error().code == errc::einval)
        return support::skip("this kernel's functions for tests of programs may not sleep");
    watcher<fexit_program> const watched{noting(traced::word<1>), adds_1, program_flags::sleepable};
    if (!watched) return;
    auto const link = traced::attach(watched, tracing_hook{});
    if (!link) return;
    CHECK(test_run(*watched.program));
    auto const seen = watched.take();
    CHECK(seen.times == 1);
    CHECK(static_cast<std::uint32_t>(seen.value) == 2);
    auto const awake = fexit_program::load(
        {.insns = returns, .license = "GPL", .flags = program_flags::sleepable, .attach_btf_id = *target()});
    REQUIRE(!awake); // security_task_getpgid may not sleep
    CHECK(awake.error() == error{errc::einval, command::prog_load});
}

TEST_CASE("entry and exit of another program") {
    using namespace insn;
    static constexpr auto code = assemble_with_lines<program_kind::xdp>(mov(r0, 2), insn::exit());
    static constexpr debug_info debug{code, "pass_all"};
    auto const types = btf::load(debug.types());
    REQUIRE(types);
    auto passes = xdp_program::load({.insns = code.code,
                                     .license = "GPL",
                                     .name = "pass_all",
                                     .btf = *types,
                                     .func_info = debug.functions(),
                                     .line_info = debug.lines()});
    REQUIRE(passes);
    btf::type_id const main_function{debug.functions()[0].type_id};
    std::byte packet[64]{};

    watcher<fentry_program> const entry{noting(traced::nothing), main_function, {}, passes->fd()};
    watcher<fexit_program> const exit{noting(traced::nothing), main_function, {}, passes->fd()};
    if (!entry || !exit) return;
    {
        auto const entry_link = traced::attach(entry, tracing_hook{});
        auto const exit_link = traced::attach(exit, tracing_hook{});
        if (!entry_link || !exit_link) return;
        CHECK(test_run(*passes, {.data = packet})->retval == 2);
        CHECK(entry.take().times == 1);
        CHECK(exit.take().times == 1);
        auto const info = entry_link->info();
        REQUIRE(info);
        CHECK(info->target_object == static_cast<std::uint32_t>(*passes->id()));
        CHECK(info->target_function == main_function);
    }
    CHECK(test_run(*passes, {.data = packet})->retval == 2);
    CHECK(entry.take().times + exit.take().times == 0);

    // A program that watched another one is attached no second time.
    CHECK(entry->attach(tracing_hook{}).error() == error{errc::einval, command::link_create});

    // The link keeps the program that it watches.
    watcher<fexit_program> const again{noting(traced::nothing), main_function, {}, passes->fd()};
    REQUIRE(again);
    auto const id = *passes->id();
    {
        auto const link = traced::attach(again, tracing_hook{});
        REQUIRE(link);
        passes = error{errc::enoent, command::prog_load};
        CHECK(link->info()->target_object == static_cast<std::uint32_t>(id));
        CHECK(xdp_program::open(id));
    }
}
