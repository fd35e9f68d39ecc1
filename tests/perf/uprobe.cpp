// Programs at functions of this executable, by a link, on the running kernel.
#include <bpfxx/link/perf_event.hpp>
#include <bpfxx/perf/device.hpp>
#include <bpfxx/perf/uprobe.hpp>
#include <bpfxx/program/handle.hpp>

#include "kernel/support/cookies.hpp"
#include "kernel/support/descriptors_left.hpp"
#include "kernel/support/fired.hpp"
#include "kernel/support/probed.hpp"
#include "kernel/support/skip.hpp"
#include "kernel/support/tracefs.hpp"
#include "kernel/support/unprivileged.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace {

using namespace bpfxx;
using support::own_offset, support::own_path, support::probed_first, support::probed_second;

/// What this process's probes count in others: the kernel adds 1 where a probe is.
[[gnu::used]] std::uint16_t volatile counted_probes = 5;

struct traced {
    support::cookies seen;
    std::optional<kprobe_program> program = support::noting_cookies<program_kind::kprobe>(seen);

    [[nodiscard]] support::cookies::noted calls(int count = 10) const {
        static_cast<void>(seen.take());
        for (int i = 0; i != count; ++i) probed_first(i);
        return seen.take();
    }
};

uprobe_hook first() { return {.path = own_path().c_str(), .offset = own_offset(&probed_first)}; }

char const* const no_links = "this kernel has no uprobes, or no links to perf events (before Linux 5.15)";

std::optional<perf_event_link> linked(traced const& traced, uprobe_hook const& hook) {
    auto link = traced.program->attach(hook);
    if (!link && (link.error() == error{errc::einval, command::link_create} || link.error().code == errc::eopnotsupp))
        return std::nullopt;
    INFO(std::string{link ? "" : describe(link.error()).view()});
    REQUIRE(link);
    return std::move(*link);
}

} // namespace

TEST_CASE("a program at a function runs at every call while its link lives") {
    traced traced;
    CHECK(traced.calls().count == 0);
    {
        auto const link = linked(traced, first());
        if (!link) return support::skip(no_links);
        CHECK(traced.calls().count == 10);
        probed_second(1);
        CHECK(traced.seen.take().count == 0);
        traced.program.reset();
        CHECK(traced.calls(3).count == 3);
        support::fired("kprobe", "uprobe_hook");
    }
    CHECK(traced.calls().count == 0);
}

TEST_CASE("at the returns of a function, too, with a cookie of its own") {
    traced const traced;
    auto hook = first();
    hook.cookie = 0x1122'3344'5566'7788;
    hook.returning = true;
    auto const at_return = linked(traced, hook);
    if (!at_return) return support::skip(no_links);
    auto const noted = traced.calls();
    CHECK(noted.count == 10);
    CHECK(noted.last == hook.cookie);

    auto const entry = support::noting_cookies<program_kind::kprobe>(traced.seen);
    hook.returning = false;
    hook.cookie = 3;
    auto const at_entry = entry.attach(hook);
    REQUIRE(at_entry);
    auto const both = traced.calls(1);
    CHECK(both.count == 2);
    CHECK(both.sum == 0x1122'3344'5566'7788 + 3);
    CHECK(both.last == 0x1122'3344'5566'7788); // the return comes last
}

TEST_CASE("a program twice at one function runs twice") {
    traced const traced;
    auto const one = linked(traced, first());
    if (!one) return support::skip(no_links);
    auto const other = linked(traced, first());
    CHECK(traced.calls().count == 20);
}

TEST_CASE("one process, or all that run the file") {
    traced const traced;
    auto hook = first();
    auto const in_child_process = [&] {
        static_cast<void>(traced.seen.take());
        REQUIRE(support::in_child([] { return probed_first(1) == 2 ? 0 : 1; }) == 0);
        return traced.seen.take().count;
    };
    {
        auto const all = linked(traced, hook);
        if (!all) return support::skip(no_links);
        CHECK(in_child_process() == 1);
    }
    for (int const pid : {0, getpid()}) {
        hook.pid = pid;
        auto const one = traced.program->attach(hook);
        REQUIRE(one);
        CHECK(traced.calls().count == 10);
        CHECK(in_child_process() == 0);
    }
    hook.pid = support::in_child([] { return 0; }) == 0 ? 0x3fff'fffe : -1;
    CHECK(traced.program->attach(hook).error() == error{errc::esrch, command::open_perf_event});
}

TEST_CASE("the kernel counts a probe in its reference counter") {
    traced const traced;
    auto hook = first();
    hook.reference_counter_offset =
        static_cast<std::uint32_t>(own_offset(const_cast<std::uint16_t const*>(&counted_probes)));
    CHECK(counted_probes == 5);
    {
        auto const link = linked(traced, hook);
        if (!link) return support::skip(no_links);
        CHECK(counted_probes == 6);
        CHECK(traced.calls().count == 10);
        auto const info = link->info();
        REQUIRE(info);
        if (info->uprobe && info->uprobe->reference_counter_offset)
            CHECK(info->uprobe->reference_counter_offset == hook.reference_counter_offset);
    }
    CHECK(counted_probes == 5);
}

TEST_CASE("info names the file and the offset") {
    traced const traced;
    for (bool const returning : {false, true}) {
        CAPTURE(returning);
        auto hook = first();
        hook.cookie = 99;
        hook.returning = returning;
        auto const link = linked(traced, hook);
        if (!link) return support::skip(no_links);
        char name[4096];
        auto const info = link->info(name);
        REQUIRE(info);
        CHECK(info->program == *traced.program->id());
        if (info->type == perf_event_type::unspec)
            return support::skip("this kernel does not tell what a link to a perf event is at (before Linux 6.6)");
        REQUIRE(info->uprobe);
        CHECK(info->type == (returning ? perf_event_type::uretprobe : perf_event_type::uprobe));
        CHECK(info->uprobe->file == own_path());
        CHECK(info->uprobe->offset == own_offset(&probed_first));
        CHECK(info->uprobe->returning == returning);
        CHECK(info->uprobe->cookie.value_or(99) == 99);
        CHECK(!info->uprobe->reference_counter_offset);
        CHECK(!info->kprobe);
        CHECK(!info->tracepoint);
        CHECK(!info->counter);
    }
}

TEST_CASE("what there is not, and what may not be") {
    traced const traced;
    auto const refusal = [&](char const* path, std::uint64_t offset) {
        auto const link = traced.program->attach(uprobe_hook{.path = path, .offset = offset});
        REQUIRE(!link);
        return link.error();
    };
    if (!perf::device_type("/sys/bus/event_source/devices/uprobe/type")) return support::skip(no_links);
    auto const opening = command::open_perf_event;
    CHECK(refusal("/bpfxx/has/no/such/file", 0x1000) == error{errc::enoent, opening});
    CHECK(refusal("/", 0x1000) == error{errc::einval, opening});
    CHECK(refusal(own_path().c_str(), std::uint64_t{1} << 40) == error{errc::einval, opening});
    auto const denied = support::unprivileged([&] { return traced.program->attach(first()); });
    CHECK((denied == error{errc::eperm, opening} || denied == error{errc::eacces, opening}));
    CHECK(perf::device_type("/sys/bus/event_source/devices/no_such/type").error() == error{errc::eopnotsupp, opening});
    CHECK(perf::device_type("/proc/sys/kernel/ostype").error() == error{errc::malformed_file, command::read_file});
}

TEST_CASE("a step that fails leaves nothing behind") {
    traced const traced;
    if (!linked(traced, first())) return support::skip(no_links);
    for (std::size_t left = 0; left != 2; ++left) {
        CAPTURE(left);
        auto const refused = [&] {
            support::descriptors_left const few{left};
            return traced.program->attach(first());
        }();
        REQUIRE(!refused);
        CHECK(refused.error() ==
              (left == 0 ? error{errc::emfile, command::open_file} : error{errc::emfile, command::link_create}));
        CHECK(traced.calls().count == 0);
    }
    support::descriptors_left const two{2};
    CHECK(traced.program->attach(first()));
}
