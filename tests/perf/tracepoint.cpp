// Programs at tracepoints on the running kernel, by a link.
#include <bpfxx/link/perf_event.hpp>
#include <bpfxx/perf/tracefs.hpp>
#include <bpfxx/perf/tracepoint.hpp>
#include <bpfxx/program/handle.hpp>

#include "kernel/support/bpffs.hpp"
#include "kernel/support/cookies.hpp"
#include "kernel/support/descriptors_left.hpp"
#include "kernel/support/fired.hpp"
#include "kernel/support/skip.hpp"
#include "kernel/support/tracefs.hpp"
#include "kernel/support/unprivileged.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <unistd.h>
#include <utility>

namespace {

using namespace bpfxx;
using namespace bpfxx::insn;

// No system call has this number, so no other process makes it, and yet the tracepoint sees it.
constexpr long unused_number = 0x3bce;

// The record: eight bytes that all records start with, the number, six arguments.
constexpr auto noting_unused_call =
    support::noting_cookie(load<std::uint64_t>(r8, r6 + 8), jump_if(r8 != unused_number, "end"));

constexpr auto return_0 = assemble(mov(r0, 0), insn::exit());

constexpr tracepoint_hook entries{.group = "raw_syscalls", .name = "sys_enter"};

struct traced {
    support::cookies seen;
    std::optional<tracepoint_program> program = support::noting<program_kind::tracepoint>(seen, noting_unused_call);

    /// What is noted while this thread makes some calls.
    [[nodiscard]] support::cookies::noted calls(int count = 10) const {
        static_cast<void>(seen.take());
        for (int i = 0; i != count; ++i) syscall(unused_number);
        return seen.take();
    }
};

char const* const no_tracefs = "tracefs is not there and cannot be mounted";

/// A link, or nothing where the kernel has none to perf events.
std::optional<perf_event_link> linked(traced const& traced, tracepoint_hook const& hook = entries) {
    auto link = traced.program->attach(hook);
    if (!link && link.error() == error{errc::einval, command::link_create}) return std::nullopt;
    INFO(std::string{link ? "" : describe(link.error()).view()});
    REQUIRE(link);
    return std::move(*link);
}

char const* const no_links = "this kernel has no links to perf events (before Linux 5.15)";

} // namespace

TEST_CASE("a program at a tracepoint runs at every hit while its link lives") {
    if (!support::has_tracefs()) return support::lacks_privilege(no_tracefs);
    traced const traced;
    CHECK(traced.calls().count == 0);
    {
        auto const link = linked(traced);
        if (!link) return support::skip(no_links);
        CHECK(traced.calls().count == 10);
        CHECK(traced.calls(3).count == 3);
        support::fired("tracepoint", "tracepoint_hook");
    }
    CHECK(traced.calls().count == 0);
}

TEST_CASE("at an event that the caller has opened") {
    if (!support::has_tracefs()) return support::lacks_privilege(no_tracefs);
    traced const traced;
    auto const event = entries.open();
    REQUIRE(event);
    {
        auto const link = traced.program->attach(perf_event_hook{.event = event->borrow(), .cookie = 6});
        if (!link && link.error().code == errc::einval) return support::skip("this kernel has no such links");
        REQUIRE(link);
        auto const seen = traced.calls();
        CHECK(seen.count == 10);
        CHECK(seen.last == 6);
        support::fired("tracepoint", "perf_event_hook");
    }
    CHECK(traced.calls().count == 0);
}

TEST_CASE("the program gets the cookie of its link, each its own") {
    if (!support::has_tracefs()) return support::lacks_privilege(no_tracefs);
    traced const traced;
    constexpr std::uint64_t large = 0x1122'3344'5566'7788;
    auto const first = linked(traced, {.group = "raw_syscalls", .name = "sys_enter", .cookie = large});
    if (!first) return support::skip(no_links);
    CHECK(traced.calls(1).last == large);
    CHECK(traced.program->attach(entries).error() == error{errc::eexist, command::link_create});
    {
        auto const other = support::noting<program_kind::tracepoint>(traced.seen, noting_unused_call);
        auto const second = other.attach(tracepoint_hook{.group = "raw_syscalls", .name = "sys_enter", .cookie = 5});
        REQUIRE(second);
        auto const both = traced.calls(1);
        CHECK(both.count == 2);
        CHECK(both.sum == large + 5);
    }
    CHECK(traced.calls(1).count == 1);
}

TEST_CASE("the link keeps a program whose handle is gone, and is found by its id") {
    if (!support::has_tracefs()) return support::lacks_privilege(no_tracefs);
    traced traced;
    auto const link = linked(traced);
    if (!link) return support::skip(no_links);
    auto const program = *traced.program->id();
    traced.program.reset();
    CHECK(traced.calls().count == 10);
    auto const again = perf_event_link::open(*link->id());
    REQUIRE(again);
    auto const info = again->info();
    REQUIRE(info);
    CHECK(info->program == program);
    CHECK(info->id == *link->id());
}

TEST_CASE("a pinned link goes on by itself") {
    if (!support::has_tracefs()) return support::lacks_privilege(no_tracefs);
    support::bpffs const files;
    if (!files) return support::lacks_privilege("a BPF file system cannot be mounted here");
    traced const traced;
    auto const path = files.path("link");
    {
        auto const link = linked(traced);
        if (!link) return support::skip(no_links);
        REQUIRE(link->pin(path.c_str()));
    }
    CHECK(traced.calls().count == 10);
    {
        auto const opened = perf_event_link::open(path.c_str());
        REQUIRE(opened);
        REQUIRE(unlink(path.c_str()) == 0);
        CHECK(traced.calls().count == 10);
    }
    CHECK(traced.calls().count == 0);
}

TEST_CASE("info names the tracepoint") {
    if (!support::has_tracefs()) return support::lacks_privilege(no_tracefs);
    traced const traced;
    auto const link = linked(traced, {.group = "raw_syscalls", .name = "sys_enter", .cookie = 77});
    if (!link) return support::skip(no_links);
    char name[64];
    auto const info = link->info(name);
    REQUIRE(info);
    CHECK(info->program == *traced.program->id());
    if (info->type == perf_event_type::unspec) {
        CHECK(!info->tracepoint);
        CHECK(info->name_size == 0);
        return support::skip("this kernel does not tell what a link to a perf event is at (before Linux 6.6)");
    }
    CHECK(info->type == perf_event_type::tracepoint);
    REQUIRE(info->tracepoint);
    CHECK(info->tracepoint->name == "sys_enter");
    CHECK(info->tracepoint->cookie.value_or(77) == 77);
    CHECK(!info->uprobe);
    CHECK(!info->kprobe);
    CHECK(!info->counter);

    char exact[10], small[9];
    CHECK(link->info(exact)->tracepoint->name == "sys_enter");
    CHECK(link->info(small).error() == error{errc::enospc, command::obj_get_info_by_fd});
    auto const without = link->info();
    REQUIRE(without);
    CHECK(without->tracepoint->name.empty());
    if (without->name_size == 0) return support::skip("this kernel does not tell the name's length (before Linux 6.9)");
    CHECK(without->name_size == 10);
    CHECK(info->name_size == 10);
    CHECK(info->tracepoint->cookie == 77u);
}

TEST_CASE("what there is not, and what may not be") {
    if (!support::has_tracefs()) return support::lacks_privilege(no_tracefs);
    traced const traced;
    auto const no_such = error{errc::enoent, command::open_file};
    CHECK(traced.program->attach(tracepoint_hook{.group = "raw_syscalls", .name = "sys_rest"}).error() == no_such);
    CHECK(traced.program->attach(tracepoint_hook{.group = "no_such_group", .name = "sys_enter"}).error() == no_such);
    std::string const endless(300, 'a');
    CHECK(traced.program->attach(tracepoint_hook{.group = endless.c_str(), .name = "a"}).error() ==
          error{errc::enametoolong, command::open_file});
    CHECK(perf::tracepoint_id("raw_syscalls", "sys_enter").value() > 0);
    CHECK(perf::tracepoint_id("raw_syscalls", "sys_enter").value() != *perf::tracepoint_id("raw_syscalls", "sys_exit"));
    CHECK(support::unprivileged([&] { return traced.program->attach(entries); }).code != errc{});
}

TEST_CASE("a program that reads beyond the record") {
    if (!support::has_tracefs()) return support::lacks_privilege(no_tracefs);
    static constexpr auto reads_too_far = assemble(load<std::uint64_t>(r0, r1 + 2000), mov(r0, 0), insn::exit());
    auto const program = tracepoint_program::load({.insns = reads_too_far, .license = "GPL"});
    REQUIRE(program);
    auto const link = program->attach(entries);
    CHECK((link.error() == error{errc::eacces, command::link_create} ||
           link.error() == error{errc::einval, command::link_create})); // the latter where there are no such links
}

TEST_CASE("where no tracefs is mounted the error says so") {
    auto const program = tracepoint_program::load({.insns = return_0, .license = "GPL"});
    REQUIRE(program);
    int const answer = support::in_child([&] {
        if (!support::hide_tracefs()) return 77;
        auto const link = program->attach(entries);
        return !link && link.error() == error{errc::tracefs_not_mounted, command::open_file} ? 0 : 1;
    });
    if (answer == 77) return support::lacks_privilege("no mount namespace can be made here");
    CHECK(answer == 0);
}

TEST_CASE("where tracefs is mounted in the older place alone it is found there") {
    traced const traced;
    int const answer = support::in_child([&] {
        if (!support::hide_tracefs() || !support::mount_old_tracefs()) return 77;
        auto const link = traced.program->attach(entries);
        if (!link) return link.error().code == errc::einval ? 0 : 1;
        auto const unknown = traced.program->attach(tracepoint_hook{.group = "raw_syscalls", .name = "sys_rest"});
        if (unknown || unknown.error().code != errc::enoent) return 2;
        return traced.calls().count == 10 ? 0 : 3;
    });
    if (answer == 77) return support::skip("tracefs cannot be mounted in /sys/kernel/debug");
    CHECK(answer == 0);
}

TEST_CASE("a step that fails leaves nothing behind") {
    if (!support::has_tracefs()) return support::lacks_privilege(no_tracefs);
    traced const traced;
    for (std::size_t left = 0; left != 2; ++left) {
        CAPTURE(left);
        auto const refused = [&] {
            support::descriptors_left const few{left};
            return traced.program->attach(entries);
        }();
        REQUIRE(!refused);
        CHECK(refused.error() ==
              (left == 0 ? error{errc::emfile, command::open_file} : error{errc::emfile, command::link_create}));
        CHECK(traced.calls().count == 0);
    }
    auto const enough = [&] {
        support::descriptors_left const two{2};
        return traced.program->attach(entries);
    }();
    CHECK((enough || enough.error().code == errc::einval));
}
