// What BPF_TASK_FD_QUERY tells of a descriptor, on the running kernel.
#include <bpfxx/attach/perf.hpp>
#include <bpfxx/link/raw_tracepoint.hpp>
#include <bpfxx/perf/kprobe.hpp>
#include <bpfxx/perf/sampled.hpp>
#include <bpfxx/perf/tracepoint.hpp>
#include <bpfxx/perf/uprobe.hpp>
#include <bpfxx/program/handle.hpp>
#include <bpfxx/program/task_fd_query.hpp>

#include "kernel/support/cookies.hpp"
#include "kernel/support/kprobes.hpp"
#include "kernel/support/probed.hpp"
#include "kernel/support/skip.hpp"
#include "kernel/support/tracefs.hpp"
#include "kernel/support/unprivileged.hpp"

#include <doctest/doctest.h>

#include <string>
#include <unistd.h>

namespace {

using namespace bpfxx;

constexpr auto return_0 = insn::assemble(insn::mov(insn::r0, 0), insn::exit());

auto const self = static_cast<std::uint32_t>(getpid());

template <class Kind>
program<Kind> idle() {
    return program<Kind>::load({.insns = return_0, .license = "GPL"}).value();
}

uprobe_hook first() {
    return {.path = support::own_path().c_str(), .offset = support::own_offset(&support::probed_first)};
}

} // namespace

TEST_CASE("a tracepoint, by its event") {
    if (!support::has_tracefs()) return support::lacks_privilege("tracefs is not there and cannot be mounted");
    auto const program = idle<program_kind::tracepoint>();
    auto const attached =
        program.attach(direct::perf_hook{tracepoint_hook{.group = "raw_syscalls", .name = "sys_enter"}});
    REQUIRE(attached);
    char name[64];
    auto const told = query_task_fd(self, (*attached)->event().raw(), name);
    REQUIRE(told);
    CHECK(told->program == *program.id());
    CHECK(told->type == task_fd_type::tracepoint);
    CHECK(told->name == "sys_enter");
    CHECK(told->name_size == 10);

    char exact[10], small[9];
    CHECK(query_task_fd(self, (*attached)->event().raw(), exact)->name == "sys_enter");
    CHECK(query_task_fd(self, (*attached)->event().raw(), small).error() ==
          error{errc::enospc, command::task_fd_query});
    auto const without = query_task_fd(self, (*attached)->event().raw(), {});
    REQUIRE(without);
    CHECK(without->name.empty());
    CHECK(without->name_size == 10);
    CHECK(support::unprivileged([&] { return query_task_fd(self, (*attached)->event().raw(), name); }) ==
          error{errc::eperm, command::task_fd_query});
}

TEST_CASE("a function of a program, and its returns") {
    auto const program = idle<program_kind::kprobe>();
    for (bool const returning : {false, true}) {
        auto hook = first();
        hook.returning = returning;
        auto const attached = program.attach(direct::perf_hook{hook});
        if (!attached) return support::skip("this kernel has no uprobe events (before Linux 4.17)");
        char name[4096];
        auto const told = query_task_fd(self, (*attached)->event().raw(), name);
        REQUIRE(told);
        CHECK(told->program == *program.id());
        CHECK(told->type == (returning ? task_fd_type::uretprobe : task_fd_type::uprobe));
        CHECK(told->name == support::own_path());
        CHECK(told->offset == support::own_offset(&support::probed_first));
    }
}

TEST_CASE("a function of the kernel, and its returns") {
    auto const program = idle<program_kind::kprobe>();
    for (bool const returning : {false, true}) {
        auto const attached = program.attach(
            direct::perf_hook{kprobe_hook{.function = support::probed_kernel_function, .returning = returning}});
        if (!attached) return support::skip("this kernel has no kprobes");
        char name[128];
        auto const told = query_task_fd(self, (*attached)->event().raw(), name);
        REQUIRE(told);
        CHECK(told->type == (returning ? task_fd_type::kretprobe : task_fd_type::kprobe));
        CHECK(told->name == support::probed_kernel_function);
        CHECK(told->offset == 0);
    }
}

TEST_CASE("a raw tracepoint, by its link") {
    auto const program = idle<program_kind::raw_tracepoint>();
    auto const link = program.attach(raw_tracepoint_hook{.name = "sys_enter"});
    REQUIRE(link);
    char name[64];
    auto const told = query_task_fd(self, link->fd().raw(), name);
    REQUIRE(told);
    CHECK(told->program == *program.id());
    CHECK(told->type == task_fd_type::raw_tracepoint);
    CHECK(told->name == "sys_enter");
}

TEST_CASE("what there is nothing to tell of") {
    auto const program = idle<program_kind::perf_event>();
    char name[64];
    auto const refusal = [&](int fd, std::uint32_t pid = self) { return query_task_fd(pid, fd, name).error(); };
    CHECK(refusal(program.fd().raw()) == error{errc::enotsupp, command::task_fd_query});
    CHECK(refusal(1'000'000) == error{errc::ebadf, command::task_fd_query});
    CHECK(refusal(0, 0x3fff'fffe) == error{errc::enoent, command::task_fd_query});
    software_event_hook const clock{
        .event = software_event::cpu_clock, .rate = sample_rate::every(1'000'000), .pid = 0};
    auto const empty = clock.open();
    REQUIRE(empty);
    CHECK(refusal(empty->raw()) == error{errc::enoent, command::task_fd_query});
    auto const counting = program.attach(direct::perf_hook{clock});
    REQUIRE(counting);
    CHECK(refusal((*counting)->event().raw()) == error{errc::eopnotsupp, command::task_fd_query});
}
