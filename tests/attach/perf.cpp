// Programs at perf events without a link, on the running kernel.
#include <bpfxx/attach/perf.hpp>
#include <bpfxx/perf/breakpoint.hpp>
#include <bpfxx/perf/event.hpp>
#include <bpfxx/perf/kprobe.hpp>
#include <bpfxx/perf/sampled.hpp>
#include <bpfxx/perf/tracepoint.hpp>
#include <bpfxx/perf/uprobe.hpp>
#include <bpfxx/program/handle.hpp>

#include "kernel/support/cookies.hpp"
#include "kernel/support/descriptors_left.hpp"
#include "kernel/support/fired.hpp"
#include "kernel/support/kprobes.hpp"
#include "kernel/support/probed.hpp"
#include "kernel/support/skip.hpp"
#include "kernel/support/tracefs.hpp"
#include "kernel/support/unprivileged.hpp"

#include <doctest/doctest.h>

#include <asm/unistd.h>
#include <optional>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace {

using namespace bpfxx;
using namespace bpfxx::insn;

constexpr long unused_number = 0x3bcf;
constexpr auto noting_unused_call =
    support::noting_cookie(load<std::uint64_t>(r8, r6 + 8), jump_if(r8 != unused_number, "end"));
constexpr tracepoint_hook entries{.group = "raw_syscalls", .name = "sys_enter"};

alignas(8) std::uint64_t volatile watched = 0;

uprobe_hook first() {
    return {.path = support::own_path().c_str(), .offset = support::own_offset(&support::probed_first)};
}

template <class Action>
std::uint64_t runs(support::cookies const& seen, Action const& action) {
    static_cast<void>(seen.take());
    for (int i = 0; i != 10; ++i) action();
    return seen.take().count;
}

/// Attached, the program runs; detached, it does not.
template <class Kind, class Hook, class Action>
void check_fires(char const* kind_name, char const* hook_name, program<Kind> program, Hook const& hook,
                 support::cookies const& seen, Action const& action) {
    {
        auto const attached = program.attach(direct::perf_hook{hook});
        if (!attached && (attached.error().code == errc::eopnotsupp || attached.error().code == errc::enoent))
            return support::skip("the kernel or the machine has no such events");
        INFO(std::string{attached ? "" : describe(attached.error()).view()});
        REQUIRE(attached);
        CHECK(*attached);
        CHECK(runs(seen, action) == 10);
        auto const closed = std::move(program);
    }
    CHECK(runs(seen, action) == 0);
    support::fired(kind_name, hook_name);
}

} // namespace

TEST_CASE("at a tracepoint") {
    if (!support::has_tracefs()) return support::lacks_privilege("tracefs is not there and cannot be mounted");
    support::cookies const seen;
    check_fires("tracepoint", "direct::perf_hook<tracepoint_hook>",
                support::noting<program_kind::tracepoint>(seen, noting_unused_call), entries, seen,
                [] { syscall(unused_number); });
}

TEST_CASE("at a function of a program, and at its returns") {
    support::cookies const seen;
    auto hook = first();
    for (bool const returning : {false, true}) {
        hook.returning = returning;
        check_fires("kprobe", "direct::perf_hook<uprobe_hook>", support::noting_cookies<program_kind::kprobe>(seen),
                    hook, seen, [] { support::probed_first(1); });
    }
}

TEST_CASE("at a function of the kernel, and at its returns") {
    support::cookies const seen;
    for (bool const returning : {false, true})
        check_fires("kprobe", "direct::perf_hook<kprobe_hook>", support::noting_cookies<program_kind::kprobe>(seen),
                    kprobe_hook{.function = support::probed_kernel_function, .returning = returning}, seen,
                    support::call_probed_kernel_function);
}

TEST_CASE("at a breakpoint and at an event that counts") {
    support::cookies const seen;
    check_fires("perf_event", "direct::perf_hook<breakpoint_hook>",
                support::noting_cookies<program_kind::perf_event>(seen),
                breakpoint_hook{.address = &watched, .length = 8, .access = breakpoint_access::write, .pid = 0}, seen,
                [] { watched = 1; });
    auto const program = support::noting_cookies<program_kind::perf_event>(seen);
    auto const attached = program.attach(direct::perf_hook{
        software_event_hook{.event = software_event::context_switches, .rate = sample_rate::every(1), .pid = 0}});
    REQUIRE(attached);
    CHECK(runs(seen, [] { usleep(1000); }) >= 5);
    support::fired("perf_event", "direct::perf_hook<software_event_hook>");
}

TEST_CASE("detach, move and leave") {
    support::cookies const seen;
    auto const program = support::noting_cookies<program_kind::kprobe>(seen);
    auto const call = [] { support::probed_first(1); };
    auto attached = program.attach(direct::perf_hook{first()});
    if (!attached) return support::skip("this kernel has no uprobe events (before Linux 4.17)");
    auto moved = std::move(*attached);
    CHECK(!*attached);
    CHECK(runs(seen, call) == 10);
    CHECK(moved.detach());
    CHECK(moved.detach());
    CHECK(!moved);
    CHECK(runs(seen, call) == 0);

    int left = -1;
    {
        auto again = program.attach(direct::perf_hook{first()});
        REQUIRE(again);
        left = (*again)->event().raw();
        std::move(*again).leave_attached();
    }
    CHECK(runs(seen, call) == 10);
    REQUIRE(close(left) == 0);
    CHECK(runs(seen, call) == 0);
}

TEST_CASE("assigned over, an attachment ends and the other goes on") {
    support::cookies const seen;
    auto const program = support::noting_cookies<program_kind::kprobe>(seen);
    auto one = program.attach(direct::perf_hook{first()});
    if (!one) return support::skip("this kernel has no uprobe events (before Linux 4.17)");
    auto other = program.attach(direct::perf_hook{first()});
    REQUIRE(other);
    CHECK(runs(seen, [] { support::probed_first(1); }) == 20);
    *one = std::move(*other);
    CHECK(runs(seen, [] { support::probed_first(1); }) == 10);
}

TEST_CASE("a second program at one event, and a program of another type") {
    support::cookies const seen;
    auto const program = support::noting_cookies<program_kind::perf_event>(seen);
    auto const event =
        software_event_hook{.event = software_event::context_switches, .rate = sample_rate::every(1), .pid = 0}.open();
    REQUIRE(event);
    CHECK(perf::set_program(*event, program.fd()));
    CHECK(perf::set_program(*event, program.fd()).error() == error{errc::eexist, command::control_file});
    auto const probe = support::noting_cookies<program_kind::kprobe>(seen);
    auto const fresh =
        software_event_hook{.event = software_event::context_switches, .rate = sample_rate::every(1), .pid = 0}.open();
    REQUIRE(fresh);
    CHECK(perf::set_program(*fresh, probe.fd()).error() == error{errc::einval, command::control_file});

    CHECK(runs(seen, [] { usleep(1000); }) >= 5);
    CHECK(perf::disable(*event));
    CHECK(runs(seen, [] { usleep(1000); }) == 0);
    CHECK(perf::enable(*event));
    CHECK(runs(seen, [] { usleep(1000); }) >= 5);
    auto const no_event = fd_ref<kind::perf_event>::from_raw(probe.fd().raw());
    CHECK(perf::enable(no_event).error() == error{errc::enotty, command::control_file});
    CHECK(perf::enable(fd_ref<kind::perf_event>::from_raw(-1)).error() == error{errc::ebadf, command::control_file});
}

TEST_CASE("a cookie takes a link") {
    support::cookies const seen;
    auto const program = support::noting_cookies<program_kind::kprobe>(seen);
    auto hook = first();
    hook.cookie = 1;
    CHECK(program.attach(direct::perf_hook{hook}).error() == error{errc::eopnotsupp, command::control_file});
}

TEST_CASE("a step that fails leaves nothing behind, and a failure is told") {
    support::cookies const seen;
    auto const call = [] { support::probed_first(1); };
    auto const program = support::noting_cookies<program_kind::kprobe>(seen);
    if (!program.attach(direct::perf_hook{first()})) return support::skip("this kernel has no uprobe events");
    auto const refused = [&] {
        support::descriptors_left const none{0};
        return program.attach(direct::perf_hook{first()});
    }();
    CHECK(refused.error() == error{errc::emfile, command::open_file});
    CHECK(runs(seen, call) == 0);
    auto const denied = support::unprivileged([&] { return program.attach(direct::perf_hook{first()}); });
    CHECK(denied.during == command::open_perf_event);
    CHECK((denied.code == errc::eacces || denied.code == errc::eperm));
    // Refused after the event was opened.
    if (!support::has_tracefs()) return support::lacks_privilege("tracefs is not there and cannot be mounted");
    static constexpr auto reads_too_far = assemble(load<std::uint64_t>(r0, r1 + 2000), mov(r0, 0), insn::exit());
    auto const far = tracepoint_program::load({.insns = reads_too_far, .license = "GPL"});
    REQUIRE(far);
    CHECK(far->attach(direct::perf_hook{entries}).error() == error{errc::eacces, command::control_file});
}

TEST_CASE("an inherited event keeps the program after detaching") {
    support::cookies const seen;
    auto const call = [] { support::probed_first(1); };
    auto const program = support::noting_cookies<program_kind::kprobe>(seen);
    auto attached = program.attach(direct::perf_hook{first()});
    if (!attached) return support::skip("this kernel has no uprobe events (before Linux 4.17)");
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    auto const child = fork();
    if (child == 0) { // holds all descriptors until the pipe ends
        close(ends[1]);
        char nothing;
        _exit(read(ends[0], &nothing, 1) == 0 ? 0 : 1);
    }
    CHECK(attached->detach());
    CHECK(runs(seen, call) == 10);
    close(ends[0]);
    close(ends[1]);
    waitpid(child, nullptr, 0);
    CHECK(runs(seen, call) == 0);
}
