// Programs at probes that are defined in tracefs, on the running kernel: as long as one is attached its definition
// stands there, and not after, whatever fails.
#include <bpfxx/attach/tracefs_probe.hpp>
#include <bpfxx/perf/kprobe.hpp>
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

#include <fcntl.h>
#include <optional>
#include <string>
#include <unistd.h>
#include <utility>

namespace {

using namespace bpfxx;

[[gnu::used]] std::uint16_t volatile counted_probes = 5;

uprobe_hook first() {
    return {.path = support::own_path().c_str(), .offset = support::own_offset(&support::probed_first)};
}

struct traced {
    support::cookies seen;
    kprobe_program program = support::noting_cookies<program_kind::kprobe>(seen);

    [[nodiscard]] std::uint64_t calls(int count = 10) const {
        static_cast<void>(seen.take());
        for (int i = 0; i != count; ++i) support::probed_first(i);
        return seen.take().count;
    }
};

/// What is defined by the library: the machine may have definitions of others.
std::string defined(char const* file = "uprobe_events") {
    std::string ours;
    auto const all = support::read_tracefs(file);
    for (std::size_t at = 0; at < all.size();) {
        auto const end = all.find('\n', at);
        auto const line = all.substr(at, end - at);
        if (line.find(":bpfxx/") < 8) ours += line + "\n";
        at = end == std::string::npos ? all.size() : end + 1;
    }
    return ours;
}

bool has_probes() { return support::has_tracefs() && access("/sys/kernel/tracing/uprobe_events", W_OK) == 0; }

char const* const none = "tracefs is not there, or has no uprobes";

} // namespace

TEST_CASE("at a function of a program, and at its returns") {
    if (!has_probes()) return support::skip(none);
    traced traced;
    for (bool const returning : {false, true}) {
        CAPTURE(returning);
        auto hook = first();
        hook.returning = returning;
        {
            auto const attached = traced.program.attach(direct::tracefs_probe_hook{hook});
            INFO(std::string{attached ? "" : describe(attached.error()).view()});
            REQUIRE(attached);
            CHECK(traced.calls() == 10);
            auto const line = defined();
            CHECK(line.starts_with(std::string{returning ? "r:" : "p:"} + "bpfxx/" + (*attached)->name() + " "));
            CHECK(line.find(support::own_path()) != std::string::npos);
            CHECK((*attached)->event().raw() > 0);
        }
        CHECK(traced.calls() == 0);
        CHECK(defined().empty());
    }
    support::fired("kprobe", "direct::tracefs_probe_hook<uprobe_hook>");
}

TEST_CASE("at a function of the kernel, and at its returns") {
    if (!support::has_tracefs() || access("/sys/kernel/tracing/kprobe_events", W_OK) != 0)
        return support::skip("tracefs is not there, or has no kprobes");
    traced traced;
    auto const calls = [&] {
        static_cast<void>(traced.seen.take());
        for (int i = 0; i != 10; ++i) support::call_probed_kernel_function();
        return traced.seen.take().count;
    };
    for (bool const returning : {false, true}) {
        kprobe_hook const hook{.function = support::probed_kernel_function, .returning = returning};
        {
            auto const attached = traced.program.attach(direct::tracefs_probe_hook{hook});
            INFO(std::string{attached ? "" : describe(attached.error()).view()});
            REQUIRE(attached);
            CHECK(calls() == 10);
            CHECK(defined("kprobe_events").find((*attached)->name()) != std::string::npos);
        }
        CHECK(calls() == 0);
        CHECK(defined("kprobe_events").empty());
    }
    auto const unknown = traced.program.attach(direct::tracefs_probe_hook{kprobe_hook{.function = "bpfxx_no_such"}});
    CHECK(unknown.error().during == command::write_file);
    CHECK((unknown.error().code == errc::einval || unknown.error().code == errc::enoent));
    CHECK(defined("kprobe_events").empty());
    support::fired("kprobe", "direct::tracefs_probe_hook<kprobe_hook>");
}

TEST_CASE("one process") {
    if (!has_probes()) return support::skip(none);
    traced const traced;
    auto hook = first();
    hook.pid = 0;
    auto const attached = traced.program.attach(direct::tracefs_probe_hook{hook});
    REQUIRE(attached);
    CHECK(traced.calls() == 10);
    static_cast<void>(traced.seen.take());
    REQUIRE(support::in_child([] { return support::probed_first(1) == 2 ? 0 : 1; }) == 0);
    CHECK(traced.seen.take().count == 0);
}

TEST_CASE("the kernel counts a probe in its reference counter") {
    if (!has_probes()) return support::skip(none);
    traced const traced;
    auto hook = first();
    hook.reference_counter_offset =
        static_cast<std::uint32_t>(support::own_offset(const_cast<std::uint16_t const*>(&counted_probes)));
    {
        auto const attached = traced.program.attach(direct::tracefs_probe_hook{hook});
        REQUIRE(attached);
        CHECK(counted_probes == 6);
        CHECK(traced.calls() == 10);
    }
    CHECK(counted_probes == 5);
}

TEST_CASE("several at once, with names of their own") {
    if (!has_probes()) return support::skip(none);
    traced const traced;
    auto one = traced.program.attach(direct::tracefs_probe_hook{first()});
    auto two = traced.program.attach(direct::tracefs_probe_hook{first()});
    REQUIRE(one);
    REQUIRE(two);
    CHECK(traced.calls() == 20);
    CHECK(std::string{(*one)->name()} != (*two)->name());
    auto moved = std::move(*one);
    CHECK(moved.detach());
    CHECK(traced.calls() == 10);
    CHECK(defined().find((*two)->name()) != std::string::npos);
    moved = std::move(*two);
    CHECK(traced.calls() == 10);
    CHECK(moved.detach());
    CHECK(traced.calls() == 0);
    CHECK(defined().empty());
}

TEST_CASE("left for good, the definition stays, too") {
    if (!has_probes()) return support::skip(none);
    traced const traced;
    int event = -1;
    std::string name;
    {
        auto attached = traced.program.attach(direct::tracefs_probe_hook{first()});
        REQUIRE(attached);
        event = (*attached)->event().raw();
        name = (*attached)->name();
        std::move(*attached).leave_attached();
    }
    CHECK(traced.calls() == 10);
    CHECK(defined().find(name) != std::string::npos);
    REQUIRE(close(event) == 0);
    int const file = open("/sys/kernel/tracing/uprobe_events", O_WRONLY | O_APPEND | O_CLOEXEC);
    auto const removal = "-:bpfxx/" + name;
    CHECK(write(file, removal.data(), removal.size()) == static_cast<long>(removal.size()));
    close(file);
    CHECK(defined().empty());
}

TEST_CASE("what somebody else has removed is not there to remove") {
    if (!has_probes()) return support::skip(none);
    traced const traced;
    auto attached = traced.program.attach(direct::tracefs_probe_hook{first()});
    REQUIRE(attached);
    int const kept = fcntl((*attached)->event().raw(), F_DUPFD_CLOEXEC, 1);
    std::string const name = (*attached)->name();
    CHECK(attached->detach().error() == error{errc::ebusy, command::write_file}); // the duplicate uses it
    CHECK(traced.calls() == 10);
    close(kept);
    auto const remove = [&] {
        int const file = open("/sys/kernel/tracing/uprobe_events", O_WRONLY | O_APPEND | O_CLOEXEC);
        auto const removal = "-:bpfxx/" + name;
        bool const done = write(file, removal.data(), removal.size()) > 0;
        close(file);
        return done;
    };
    CHECK(remove());
    CHECK(!remove());
    CHECK(defined().empty());
}

TEST_CASE("a step that fails leaves nothing behind: no descriptor, no definition") {
    if (!has_probes()) return support::skip(none);
    traced const traced;
    for (std::size_t left = 0; left != 2; ++left) {
        CAPTURE(left);
        auto const refused = [&] {
            support::descriptors_left const few{left};
            return traced.program.attach(direct::tracefs_probe_hook{first()});
        }();
        CHECK(refused.error() == error{errc::emfile, command::open_file});
        CHECK(traced.calls() == 0);
        CHECK(defined().empty());
    }
    auto hook = first();
    hook.pid = 0x3fff'fffe; // found out when the event is opened
    CHECK(traced.program.attach(direct::tracefs_probe_hook{hook}).error() ==
          error{errc::esrch, command::open_perf_event});
    CHECK(defined().empty());
    // Found out when the program is attached: the descriptor is no program.
    auto const no_program = fd_ref<kind::program>::from_raw(traced.seen.fd().raw());
    auto const at = direct::tracefs_probe_hook{first()};
    CHECK(at.attach_to<program_kind::kprobe>(no_program).error() == error{errc::einval, command::control_file});
    CHECK(defined().empty());
    CHECK(traced.calls() == 0);
}

TEST_CASE("what cannot be said in a line is not said") {
    if (!has_probes()) return support::skip(none);
    traced const traced;
    auto const refusal = [&](auto const& probe) {
        auto const attached = traced.program.attach(direct::tracefs_probe_hook{probe});
        REQUIRE(!attached);
        CHECK(defined().empty());
        return attached.error();
    };
    auto const invalid = error{errc::einval, command::write_file};
    std::string const endless(4096, 'a');
    for (auto const* const path : {"", "/bin/with blank", "/bin/x\n-:bpfxx/y", "/bin/x#y", "/bin/\t", endless.c_str()})
        CHECK(refusal(uprobe_hook{.path = path, .offset = 0x1000}) == invalid);
    CHECK(refusal(kprobe_hook{.function = "vfs_read\nr:bpfxx/other vfs_write"}) == invalid);
    auto hook = first();
    hook.cookie = 1;
    CHECK(refusal(hook) == error{errc::eopnotsupp, command::control_file});
    CHECK(refusal(uprobe_hook{.path = "/bpfxx/no/such/file", .offset = 0x1000}) ==
          error{errc::enoent, command::write_file});
    auto const denied =
        support::unprivileged([&] { return traced.program.attach(direct::tracefs_probe_hook{first()}); });
    CHECK(denied.code != errc{});
    CHECK(defined().empty());
}

TEST_CASE("where no tracefs is mounted the error says so") {
    traced const traced;
    int const answer = support::in_child([&] {
        if (!support::hide_tracefs()) return 77;
        auto const attached = traced.program.attach(direct::tracefs_probe_hook{first()});
        return !attached && attached.error() == error{errc::tracefs_not_mounted, command::open_file} ? 0 : 1;
    });
    if (answer == 77) return support::lacks_privilege("no mount namespace can be made here");
    CHECK(answer == 0);
}
