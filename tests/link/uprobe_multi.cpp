// Links to many functions of this executable, where the kernel has them.
#include <bpfxx/link/uprobe_multi.hpp>
#include <bpfxx/program/handle.hpp>

#include "kernel/support/bpffs.hpp"
#include "kernel/support/cookies.hpp"
#include "kernel/support/descriptors_left.hpp"
#include "kernel/support/fired.hpp"
#include "kernel/support/probed.hpp"
#include "kernel/support/skip.hpp"
#include "kernel/support/tracefs.hpp"
#include "kernel/support/unprivileged.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace bpfxx;
using support::own_offset, support::own_path, support::probed_first, support::probed_second, support::probed_third;

[[gnu::used]] std::uint16_t volatile counted_probes = 5;

char const* const none = "this kernel has no uprobe_multi links (before Linux 6.6)";

support::cookies::noted calls(support::cookies const& seen) {
    static_cast<void>(seen.take());
    for (int i = 0; i != 10; ++i) probed_first(i);
    for (int i = 0; i != 5; ++i) probed_second(i);
    probed_third(1);
    return seen.take();
}

std::vector<std::uint64_t> const& places() {
    static std::vector<std::uint64_t> const all{own_offset(&probed_first), own_offset(&probed_second)};
    return all;
}

uprobe_multi_hook at_places() { return {.path = own_path().c_str(), .offsets = places()}; }

/// Loaded and attached, or nothing where the kernel cannot.
template <class Kind>
struct traced {
    support::cookies seen;
    std::optional<bpfxx::program<Kind>> program;

    template <class Code>
    explicit traced(Code const& code) {
        auto loaded = bpfxx::program<Kind>::load({.insns = code.with(seen.fd()), .license = "GPL"});
        if (loaded) program.emplace(std::move(*loaded));
    }

    [[nodiscard]] std::optional<uprobe_multi_link> link(uprobe_multi_hook const& hook) const {
        if (!program) return std::nullopt;
        auto link = program->attach(hook);
        if (!link && (link.error().code == errc::eopnotsupp || link.error().code == errc::einval)) return std::nullopt;
        INFO(std::string{link ? "" : describe(link.error()).view()});
        REQUIRE(link);
        return std::move(*link);
    }
};

constexpr auto runs_on = support::noting_cookie<0>();
constexpr auto skips_return = support::noting_cookie<1>();

} // namespace

TEST_CASE("a program at two functions runs at both, while its link lives") {
    traced<program_kind::uprobe_multi> traced{runs_on};
    CHECK(calls(traced.seen).count == 0);
    {
        auto const link = traced.link(at_places());
        if (!link) return support::skip(none);
        traced.program.reset();
        CHECK(calls(traced.seen).count == 15);
        support::fired("uprobe_multi", "uprobe_multi_hook");
    }
    CHECK(calls(traced.seen).count == 0);
}

TEST_CASE("each function has its cookie, at entry and at return") {
    constexpr std::uint64_t cookies[]{1000, 1};
    for (bool const returning : {false, true}) {
        traced<program_kind::uprobe_multi> const traced{runs_on};
        auto hook = at_places();
        hook.cookies = cookies;
        hook.returning = returning;
        auto const link = traced.link(hook);
        if (!link) return support::skip(none);
        auto const noted = calls(traced.seen);
        CHECK(noted.count == 15);
        CHECK(noted.sum == 10'005);
    }
}

TEST_CASE("a session runs at the entry and, if it likes, at the return") {
    {
        traced<program_kind::uprobe_session> const both{runs_on};
        auto const link = both.link(at_places());
        if (!link) return support::skip("this kernel has no uprobe sessions (before Linux 6.13)");
        CHECK(calls(both.seen).count == 30);
        support::fired("uprobe_session", "uprobe_multi_hook");
        auto hook = at_places();
        hook.returning = true;
        CHECK(both.program->attach(hook).error() == error{errc::einval, command::link_create});
    }
    traced<program_kind::uprobe_session> const entry{skips_return};
    auto const link = entry.link(at_places());
    CHECK(calls(entry.seen).count == 15);
}

TEST_CASE("one process, or all that run the file") {
    traced<program_kind::uprobe_multi> const traced{runs_on};
    auto hook = at_places();
    auto const in_child_process = [&] {
        static_cast<void>(traced.seen.take());
        REQUIRE(support::in_child([] { return probed_first(1) == 2 ? 0 : 1; }) == 0);
        return traced.seen.take().count;
    };
    {
        auto const all = traced.link(hook);
        if (!all) return support::skip(none);
        CHECK(in_child_process() == 1);
        CHECK(!all->info()->pid);
    }
    for (int const pid : {0, getpid()}) {
        hook.pid = pid;
        auto const one = traced.program->attach(hook);
        REQUIRE(one);
        CHECK(calls(traced.seen).count == 15);
        CHECK(in_child_process() == 0);
        auto const info = one->info();
        REQUIRE(info);
        if (info->count != 0) CHECK(info->pid == getpid());
    }
    hook.pid = 0x3fff'fffe;
    CHECK(traced.program->attach(hook).error() == error{errc::esrch, command::link_create});
}

TEST_CASE("info tells path, offsets, counters and cookies") {
    constexpr std::uint64_t given[]{7, 8};
    std::uint64_t const counters[]{0, own_offset(const_cast<std::uint16_t const*>(&counted_probes))};
    traced<program_kind::uprobe_multi> const traced{runs_on};
    auto hook = at_places();
    hook.cookies = given;
    hook.reference_counter_offsets = counters;
    hook.returning = true;
    {
        auto const link = traced.link(hook);
        if (!link) return support::skip(none);
        CHECK(counted_probes == 6);
        auto const bare = link->info();
        REQUIRE(bare);
        CHECK(bare->program == *traced.program->id());
        CHECK(bare->id == *link->id());
        CHECK(bare->path.empty());
        CHECK(bare->offsets.empty());
        if (bare->count == 0)
            return support::skip("this kernel does not tell what such a link is at (before Linux 6.8)");
        CHECK(bare->count == 2);
        CHECK(bare->returning);

        char path[4096];
        std::uint64_t offsets[4], found_counters[4], cookies[4];
        auto const info = link->info(uprobe_multi_buffers{
            .path = path, .offsets = offsets, .reference_counter_offsets = found_counters, .cookies = cookies});
        REQUIRE(info);
        CHECK(info->path == own_path());
        CHECK(std::ranges::equal(info->offsets, places()));
        CHECK(std::ranges::equal(info->reference_counter_offsets, counters));
        CHECK(std::ranges::equal(info->cookies, given));

        auto const only_cookies = link->info(uprobe_multi_buffers{.cookies = std::span{cookies}.first(2)});
        REQUIRE(only_cookies);
        CHECK(std::ranges::equal(only_cookies->cookies, given));
        CHECK(only_cookies->path.empty());
        char small[2];
        CHECK(link->info(uprobe_multi_buffers{.path = small}).error() ==
              error{errc::enametoolong, command::obj_get_info_by_fd});
        CHECK(link->info(uprobe_multi_buffers{.offsets = std::span{offsets}.first(1)}).error() ==
              error{errc::enospc, command::obj_get_info_by_fd});
    }
    CHECK(counted_probes == 5);
}

TEST_CASE("pinned and found by its id") {
    support::bpffs const files;
    if (!files) return support::lacks_privilege("a BPF file system cannot be mounted here");
    traced<program_kind::uprobe_multi> const traced{runs_on};
    auto const path = files.path("link");
    {
        auto const link = traced.link(at_places());
        if (!link) return support::skip(none);
        REQUIRE(link->pin(path.c_str()));
        CHECK(uprobe_multi_link::open(*link->id()));
    }
    CHECK(calls(traced.seen).count == 15);
    {
        auto const again = uprobe_multi_link::open(path.c_str()); // the last to go: the kernel lets pins go later on
        REQUIRE(again);
        REQUIRE(unlink(path.c_str()) == 0);
        CHECK(calls(traced.seen).count == 15);
    }
    CHECK(calls(traced.seen).count == 0);
}

TEST_CASE("what there is not, and what may not be") {
    traced<program_kind::uprobe_multi> const traced{runs_on};
    if (!traced.link(at_places())) return support::skip(none);
    auto const refusal = [&](uprobe_multi_hook const& hook) {
        auto const link = traced.program->attach(hook);
        REQUIRE(!link);
        return link.error();
    };
    auto const creating = command::link_create;
    CHECK(refusal({.path = "/bpfxx/has/no/such/file", .offsets = places()}) == error{errc::enoent, creating});
    CHECK(refusal({.path = "/", .offsets = places()}) == error{errc::ebadf, creating});
    CHECK(refusal({.path = own_path().c_str(), .offsets = {}}) == error{errc::einval, creating});
    std::uint64_t const far[]{std::uint64_t{1} << 40};
    CHECK(refusal({.path = own_path().c_str(), .offsets = far}) == error{errc::einval, creating});
    // Capabilities are asked for where the program is loaded: who has it may attach it, though some kernels differ.
    auto const denied = support::unprivileged([&] { return traced.program->attach(at_places()); });
    CHECK((denied == error{} || denied == error{errc::eperm, creating}));
    auto const refused = [&] {
        support::descriptors_left const few{0};
        return traced.program->attach(at_places());
    }();
    CHECK(refused.error() == error{errc::emfile, creating});
    CHECK(calls(traced.seen).count == 0);
}

TEST_CASE("such a link cannot be detached or given another program") {
    traced<program_kind::uprobe_multi> const traced{runs_on};
    auto const link = traced.link(at_places());
    if (!link) return support::skip(none);
    CHECK(sys::call(sys::attr::link_detach{link->fd()}).error() == error{errc::eopnotsupp, command::link_detach});
    CHECK(sys::call(sys::attr::link_update{.link_fd = link->fd(), .new_prog_fd = traced.program->fd()}).error() ==
          error{errc::einval, command::link_update});
    CHECK(calls(traced.seen).count == 15);
}
