// Links to events that the caller has opened, on the running kernel.
#include <bpfxx/link/perf_event.hpp>
#include <bpfxx/perf/attribute.hpp>
#include <bpfxx/perf/event.hpp>
#include <bpfxx/perf/uprobe.hpp>
#include <bpfxx/program/handle.hpp>

#include "kernel/support/cookies.hpp"
#include "kernel/support/fired.hpp"
#include "kernel/support/probed.hpp"
#include "kernel/support/skip.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <unistd.h>
#include <utility>

namespace {

using namespace bpfxx;

constexpr perf::event_attribute switches{.type = perf::event_type::software,
                                         .config = 3, // context switches
                                         .sample_period = 1,
                                         .flags = perf::event_flags::disabled};

struct traced {
    support::cookies seen;
    perf_event_program program = support::noting_cookies<program_kind::perf_event>(seen);
    owned_fd<kind::perf_event> event = perf::open(switches, {.pid = 0}).value();

    [[nodiscard]] support::cookies::noted sleeps() const {
        static_cast<void>(seen.take());
        for (int i = 0; i != 10; ++i) usleep(1000);
        return seen.take();
    }
    [[nodiscard]] std::optional<perf_event_link> link(std::uint64_t cookie = 0) const {
        auto link = program.attach(perf_event_hook{.event = event, .cookie = cookie});
        if (!link && link.error() == error{errc::einval, command::link_create}) return std::nullopt;
        REQUIRE(link);
        return std::move(*link);
    }
};

char const* const no_links = "this kernel has no links to perf events (before Linux 5.15)";

} // namespace

TEST_CASE("an event that was opened stopped starts with its program, and outlives its link") {
    traced const traced;
    {
        auto const link = traced.link(5);
        if (!link) return support::skip(no_links);
        auto const noted = traced.sleeps();
        CHECK(noted.count >= 5);
        CHECK(noted.last == 5);
        support::fired("perf_event", "perf_event_hook");

        CHECK(perf::disable(traced.event));
        CHECK(traced.sleeps().count == 0);
        CHECK(perf::enable(traced.event));
        CHECK(traced.sleeps().count >= 5);
        CHECK(traced.program.attach(perf_event_hook{.event = traced.event}).error() ==
              error{errc::eexist, command::link_create});
    }
    CHECK(traced.sleeps().count == 0);
    auto const again = traced.link();
    REQUIRE(again);
    CHECK(traced.sleeps().count >= 5);
}

TEST_CASE("the link keeps an event whose descriptor is closed") {
    traced traced;
    auto const link = traced.link();
    if (!link) return support::skip(no_links);
    {
        auto const closed = std::move(traced.event);
    }
    CHECK(traced.sleeps().count >= 5);
}

TEST_CASE("a probe that the caller has opened") {
    support::cookies const seen;
    auto const program = support::noting_cookies<program_kind::kprobe>(seen);
    auto const event =
        uprobe_hook{.path = support::own_path().c_str(), .offset = support::own_offset(&support::probed_first)}.open();
    if (!event) return support::skip("this kernel has no uprobe events (before Linux 4.17)");
    {
        auto const link = program.attach(perf_event_hook{.event = event->borrow(), .cookie = 8});
        if (!link && link.error().code == errc::einval) return support::skip(no_links);
        REQUIRE(link);
        support::probed_first(1);
        CHECK(seen.take().last == 8);
        support::fired("kprobe", "perf_event_hook");
    }
    support::probed_first(1);
    CHECK(seen.take().count == 0);
}

TEST_CASE("a program of another type than the event takes, and what is no event") {
    traced const traced;
    auto const probe = support::noting_cookies<program_kind::kprobe>(traced.seen);
    CHECK(probe.attach(perf_event_hook{.event = traced.event}).error() == error{errc::einval, command::link_create});
    if (!traced.link()) return support::skip(no_links);
    auto const refusal = [&](int number) {
        return traced.program.attach(perf_event_hook{.event = fd_ref<kind::perf_event>::from_raw(number)}).error();
    };
    CHECK(refusal(traced.program.fd().raw()) == error{errc::ebadf, command::link_create});
    CHECK(refusal(1'000'000) == error{errc::ebadf, command::link_create});
}

TEST_CASE("such a link cannot be detached or given another program") {
    traced const traced;
    auto const link = traced.link();
    if (!link) return support::skip(no_links);
    CHECK(sys::call(sys::attr::link_detach{link->fd()}).error() == error{errc::eopnotsupp, command::link_detach});
    CHECK(sys::call(sys::attr::link_update{.link_fd = link->fd(), .new_prog_fd = traced.program.fd()}).error() ==
          error{errc::einval, command::link_update});
    CHECK(traced.sleeps().count >= 5);
}
