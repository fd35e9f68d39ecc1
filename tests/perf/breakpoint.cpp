// Programs at hardware breakpoints on the running kernel, by a link.
#include <bpfxx/perf/breakpoint.hpp>
#include <bpfxx/program/handle.hpp>

#include "kernel/support/cookies.hpp"
#include "kernel/support/fired.hpp"
#include "kernel/support/probed.hpp"
#include "kernel/support/skip.hpp"
#include "kernel/support/unprivileged.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <utility>

namespace {

using namespace bpfxx;

alignas(8) std::uint64_t volatile watched = 0;

struct traced {
    support::cookies seen;
    perf_event_program program = support::noting_cookies<program_kind::perf_event>(seen);

    template <class Action>
    [[nodiscard]] support::cookies::noted during(Action const& action) const {
        static_cast<void>(seen.take());
        for (int i = 0; i != 10; ++i) action();
        return seen.take();
    }
};

void write_it() { watched = 1; }
void read_it() { static_cast<void>(watched); }

breakpoint_hook at_watched(breakpoint_access access) {
    return {.address = &watched, .length = sizeof watched, .access = access, .pid = 0};
}

/// Nothing where the machine or the kernel cannot.
std::optional<perf_event_link> linked(traced const& traced, breakpoint_hook const& hook) {
    auto link = traced.program.attach(hook);
    if (!link && (link.error().code == errc::enoent || link.error().code == errc::eopnotsupp ||
                  link.error() == error{errc::einval, command::link_create}))
        return std::nullopt;
    INFO(std::string{link ? "" : describe(link.error()).view()});
    REQUIRE(link);
    return std::move(*link);
}

char const* const none = "this machine has no breakpoints, or the kernel no links to perf events (before Linux 5.15)";

} // namespace

TEST_CASE("each write of a variable, with the cookie") {
    traced const traced;
    CHECK(traced.during(write_it).count == 0);
    {
        auto hook = at_watched(breakpoint_access::write);
        hook.cookie = 42;
        auto const link = linked(traced, hook);
        if (!link) return support::skip(none);
        auto const noted = traced.during(write_it);
        CHECK(noted.count == 10);
        CHECK(noted.last == 42);
        CHECK(traced.during(read_it).count == 0);
        auto const info = link->info();
        REQUIRE(info);
        if (info->type != perf_event_type::unspec) CHECK(info->counter->type == perf::event_type::breakpoint);
        support::fired("perf_event", "breakpoint_hook");
    }
    CHECK(traced.during(write_it).count == 0);
}

TEST_CASE("each access of a variable") {
    traced const traced;
    auto const link = linked(traced, at_watched(breakpoint_access::read_write));
    if (!link) return support::skip(none);
    CHECK(traced.during(write_it).count == 10);
    CHECK(traced.during(read_it).count == 10);
}

TEST_CASE("each call of a function") {
    traced const traced;
    auto const address = reinterpret_cast<std::uintptr_t>(&support::probed_first);
    auto const link =
        linked(traced, {.address = address, .length = sizeof(long), .access = breakpoint_access::execute, .pid = 0});
    if (!link) return support::skip(none);
    CHECK(traced.during([] { support::probed_first(1); }).count == 10);
    CHECK(traced.during([] { support::probed_second(1); }).count == 0);
}

TEST_CASE("what there is not, and what may not be") {
    traced const traced;
    if (!linked(traced, at_watched(breakpoint_access::write))) return support::skip(none);
    auto const refusal = [&](breakpoint_hook const& hook) {
        auto const link = traced.program.attach(hook);
        REQUIRE(!link);
        return link.error();
    };
    auto const invalid = error{errc::einval, command::open_perf_event};
    CHECK(refusal({.address = &watched, .length = 3, .access = breakpoint_access::write, .pid = 0}) == invalid);
    CHECK(refusal({.address = &watched, .length = 8, .access = breakpoint_access{9}, .pid = 0}) == invalid);
    CHECK(refusal({.address = &watched, .length = 8, .access = breakpoint_access::write}) == invalid);
    auto const misplaced = reinterpret_cast<std::uintptr_t>(&watched) + 1;
    CHECK(refusal({.address = misplaced, .length = 8, .access = breakpoint_access::write, .pid = 0}) == invalid);
    // The program is loaded; what is denied is the event of all threads of a CPU.
    auto const denied = support::unprivileged([&] {
        return traced.program.attach(
            breakpoint_hook{.address = &watched, .length = 8, .access = breakpoint_access::write, .cpu = 0});
    });
    CHECK((denied.code == errc::eacces || denied.code == errc::eperm));
}
