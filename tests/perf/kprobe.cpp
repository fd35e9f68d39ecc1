// Programs at functions of the kernel, by a link, on the running kernel.
#include <bpfxx/link/perf_event.hpp>
#include <bpfxx/perf/kprobe.hpp>
#include <bpfxx/program/handle.hpp>

#include "kernel/support/cookies.hpp"
#include "kernel/support/fired.hpp"
#include "kernel/support/kprobes.hpp"
#include "kernel/support/skip.hpp"
#include "kernel/support/unprivileged.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <unistd.h>
#include <utility>

namespace {

using namespace bpfxx;

struct traced {
    support::cookies seen;
    std::optional<kprobe_program> program = support::noting_cookies<program_kind::kprobe>(seen);

    [[nodiscard]] support::cookies::noted calls(int count = 10) const {
        static_cast<void>(seen.take());
        for (int i = 0; i != count; ++i) support::call_probed_kernel_function();
        return seen.take();
    }
};

constexpr kprobe_hook at_unlink{.function = support::probed_kernel_function};

std::optional<perf_event_link> linked(traced const& traced, kprobe_hook const& hook) {
    auto link = traced.program->attach(hook);
    if (!link && (link.error() == error{errc::einval, command::link_create} || link.error().code == errc::eopnotsupp))
        return std::nullopt;
    INFO(std::string{link ? "" : describe(link.error()).view()});
    REQUIRE(link);
    return std::move(*link);
}

char const* const none = "this kernel has no kprobes, or no links to perf events (before Linux 5.15)";

} // namespace

TEST_CASE("a program at a function of the kernel runs at every call while its link lives") {
    traced traced;
    CHECK(traced.calls().count == 0);
    {
        auto const link = linked(traced, at_unlink);
        if (!link) return support::skip(none);
        CHECK(traced.calls().count == 10);
        traced.program.reset();
        CHECK(traced.calls(3).count == 3);
        support::fired("kprobe", "kprobe_hook");
    }
    CHECK(traced.calls().count == 0);
}

TEST_CASE("at the returns of a function, too, each link with its cookie") {
    traced const traced;
    kprobe_hook const at_return{
        .function = support::probed_kernel_function, .returning = true, .cookie = 0x1122'3344'5566'7788};
    auto const link = linked(traced, at_return);
    if (!link) return support::skip(none);
    auto const noted = traced.calls();
    CHECK(noted.count == 10);
    CHECK(noted.last == at_return.cookie);
    kprobe_hook at_entry = at_unlink;
    at_entry.cookie = 4;
    auto const second = traced.program->attach(at_entry);
    REQUIRE(second);
    auto const both = traced.calls(1);
    CHECK(both.count == 2);
    CHECK(both.sum == at_return.cookie + 4);
    CHECK(both.last == at_return.cookie);
}

TEST_CASE("info names the function") {
    traced const traced;
    for (bool const returning : {false, true}) {
        CAPTURE(returning);
        kprobe_hook hook = at_unlink;
        hook.returning = returning;
        hook.cookie = 12;
        auto const link = linked(traced, hook);
        if (!link) return support::skip(none);
        char name[128];
        auto const info = link->info(name);
        REQUIRE(info);
        CHECK(info->program == *traced.program->id());
        if (info->type == perf_event_type::unspec)
            return support::skip("this kernel does not tell what a link to a perf event is at (before Linux 6.6)");
        CHECK(info->type == (returning ? perf_event_type::kretprobe : perf_event_type::kprobe));
        REQUIRE(info->kprobe);
        CHECK(info->kprobe->function == support::probed_kernel_function);
        CHECK(info->kprobe->offset == 0);
        CHECK(info->kprobe->returning == returning);
        CHECK(info->kprobe->missed.value_or(0) == 0);
        CHECK(info->kprobe->cookie.value_or(12) == 12);
        CHECK(!info->uprobe);
        CHECK(!info->tracepoint);
        CHECK(!info->counter);
    }
}

TEST_CASE("what there is not, and what may not be") {
    traced const traced;
    if (!linked(traced, at_unlink)) {
        CHECK(traced.program->attach(at_unlink).error().code != errc::enoent); // whichever it lacks, it says so
        return support::skip(none);
    }
    auto const unknown = traced.program->attach(kprobe_hook{.function = "bpfxx_has_no_such_function"});
    CHECK(unknown.error() == error{errc::enoent, command::open_perf_event});
    auto const beyond =
        traced.program->attach(kprobe_hook{.function = support::probed_kernel_function, .offset = 1 << 20});
    REQUIRE(!beyond);
    CHECK(beyond.error().during == command::open_perf_event);
    auto const denied = support::unprivileged([&] { return traced.program->attach(at_unlink); });
    CHECK(denied.during == command::open_perf_event);
    CHECK((denied.code == errc::eacces || denied.code == errc::eperm));
}
