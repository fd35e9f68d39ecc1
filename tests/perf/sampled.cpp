// Programs at what counts: software and hardware events, by a link, on the running kernel.
#include <bpfxx/link/perf_event.hpp>
#include <bpfxx/perf/sample_rate.hpp>
#include <bpfxx/perf/sampled.hpp>
#include <bpfxx/program/handle.hpp>

#include "kernel/support/cookies.hpp"
#include "kernel/support/descriptors_left.hpp"
#include "kernel/support/fired.hpp"
#include "kernel/support/skip.hpp"
#include "kernel/support/unprivileged.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <optional>
#include <sched.h>
#include <string>
#include <sys/mman.h>
#include <unistd.h>
#include <utility>

namespace {

using namespace bpfxx;

void spin(std::chrono::milliseconds time) {
    auto const end = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < end) {
    }
}

/// Touches so many fresh pages.
void fault(std::size_t pages) {
    auto const size = pages * 4096;
    auto* const memory =
        static_cast<char volatile*>(mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    REQUIRE(const_cast<char*>(memory) != MAP_FAILED);
    madvise(const_cast<char*>(memory), size, MADV_NOHUGEPAGE);
    for (std::size_t i = 0; i != pages; ++i) memory[i * 4096] = 1;
    munmap(const_cast<char*>(memory), size);
}

void sleep_often(int times) {
    for (int i = 0; i != times; ++i) usleep(1000);
}

struct traced {
    support::cookies seen;
    std::optional<perf_event_program> program = support::noting_cookies<program_kind::perf_event>(seen);

    template <class Action>
    [[nodiscard]] support::cookies::noted during(Action const& action) const {
        static_cast<void>(seen.take());
        action();
        return seen.take();
    }
};

char const* const no_links = "this kernel has no links to perf events (before Linux 5.15)";

template <class Hook>
std::optional<perf_event_link> linked(traced const& traced, Hook const& hook) {
    auto link = traced.program->attach(hook);
    if (!link && link.error() == error{errc::einval, command::link_create}) return std::nullopt;
    INFO(std::string{link ? "" : describe(link.error()).view()});
    REQUIRE(link);
    return std::move(*link);
}

constexpr auto each = sample_rate::every(1);

} // namespace

TEST_CASE("page faults of this thread, each with the cookie") {
    traced traced;
    auto const faults = [] { fault(50); };
    CHECK(traced.during(faults).count == 0);
    {
        auto const link = linked(
            traced, software_event_hook{.event = software_event::page_faults, .rate = each, .pid = 0, .cookie = 9});
        if (!link) return support::skip(no_links);
        auto const noted = traced.during(faults);
        CHECK(noted.count >= 50);
        CHECK(noted.count < 100);
        CHECK(noted.last == 9);
        traced.program.reset();
        CHECK(traced.during(faults).count >= 50);
        support::fired("perf_event", "software_event_hook");
    }
    CHECK(traced.during(faults).count == 0);
}

TEST_CASE("one fault in ten") {
    traced const traced;
    auto const tenth = sample_rate::every(10);
    auto const link =
        linked(traced, software_event_hook{.event = software_event::page_faults, .rate = tenth, .pid = 0});
    if (!link) return support::skip(no_links);
    auto const noted = traced.during([] { fault(100); });
    CHECK(noted.count >= 10);
    CHECK(noted.count < 15);
}

TEST_CASE("context switches of this thread") {
    traced const traced;
    auto const link =
        linked(traced, software_event_hook{.event = software_event::context_switches, .rate = each, .pid = getpid()});
    if (!link) return support::skip(no_links);
    CHECK(traced.during([] { sleep_often(10); }).count >= 5);
}

TEST_CASE("a clock that samples this thread, or a CPU") {
    traced const traced;
    auto const often = sample_rate::per_second(1000);
    auto const busy = [] { spin(std::chrono::milliseconds{200}); };
    {
        auto const link =
            linked(traced, software_event_hook{.event = software_event::task_clock, .rate = often, .pid = 0});
        if (!link) return support::skip(no_links);
        CHECK(traced.during(busy).count >= 5);
    }
    {
        auto const period = sample_rate::every(1'000'000);
        auto const link =
            linked(traced, software_event_hook{.event = software_event::cpu_clock, .rate = period, .pid = 0});
        CHECK(traced.during(busy).count >= 5);
    }
    CHECK(traced.during(busy).count == 0);
    auto const here = static_cast<std::uint32_t>(sched_getcpu());
    cpu_set_t only, before;
    CPU_ZERO(&only);
    CPU_SET(here, &only);
    REQUIRE(sched_getaffinity(0, sizeof before, &before) == 0);
    REQUIRE(sched_setaffinity(0, sizeof only, &only) == 0);
    {
        auto const link =
            linked(traced, software_event_hook{.event = software_event::cpu_clock, .rate = often, .cpu = here});
        CHECK(traced.during(busy).count >= 5);
    }
    CHECK(sched_setaffinity(0, sizeof before, &before) == 0);
}

TEST_CASE("info tells what is counted") {
    traced const traced;
    auto const link = linked(
        traced, software_event_hook{
                    .event = software_event::context_switches, .rate = each, .pid = 0, .cookie = 0x1234'5678'9abc});
    if (!link) return support::skip(no_links);
    char name[64];
    for (auto const buffer : {std::span<char>{name}, std::span<char>{}}) {
        auto const info = link->info(buffer);
        REQUIRE(info);
        CHECK(info->program == *traced.program->id());
        CHECK(info->name_size == 0);
        if (info->type == perf_event_type::unspec)
            return support::skip("this kernel does not tell what a link to a perf event is at (before Linux 6.6)");
        CHECK(info->type == perf_event_type::event);
        REQUIRE(info->counter);
        CHECK(info->counter->type == perf::event_type::software);
        CHECK(info->counter->config == 3);
        CHECK(info->counter->cookie.value_or(0x1234'5678'9abc) == 0x1234'5678'9abc);
        CHECK(!info->uprobe);
        CHECK(!info->kprobe);
        CHECK(!info->tracepoint);
    }
}

TEST_CASE("what counts in hardware, where there is some") {
    traced const traced;
    auto const usual = sample_rate::every(100'000);
    auto const absent = [](auto const& link) {
        return !link && (link.error() == error{errc::enoent, command::open_perf_event} ||
                         link.error() == error{errc::eopnotsupp, command::open_perf_event});
    };
    auto const cycles =
        traced.program->attach(hardware_event_hook{.event = hardware_event::cpu_cycles, .rate = usual, .pid = 0});
    auto const misses = traced.program->attach(
        cache_event_hook{.cache = cache::l1_data, .outcome = cache_outcome::access, .rate = usual, .pid = 0});
    auto const raw = traced.program->attach(raw_event_hook{.config = 0x3c, .rate = usual, .pid = 0});
    CHECK((misses || absent(misses)));
    CHECK((raw || absent(raw)));
    if (absent(cycles)) return support::skip("this machine has no hardware counters");
    REQUIRE(cycles);
    CHECK(traced.during([] { spin(std::chrono::milliseconds{100}); }).count > 0);
    support::fired("perf_event", "hardware_event_hook");
}

TEST_CASE("what there is not, and what may not be") {
    traced const traced;
    auto const opening = command::open_perf_event;
    auto const refusal = [&](software_event_hook const& hook) {
        auto const link = traced.program->attach(hook);
        REQUIRE(!link);
        return link.error();
    };
    auto const clock = software_event::cpu_clock;
    CHECK(refusal({.event = clock, .rate = each}) == error{errc::einval, opening}); // all threads on all CPUs
    CHECK(refusal({.event = software_event{200}, .rate = each, .pid = 0}) == error{errc::enoent, opening});
    CHECK(refusal({.event = clock, .rate = each, .pid = 0x3fff'fffe}) == error{errc::esrch, opening});
    CHECK(refusal({.event = clock, .rate = sample_rate::per_second(1u << 30), .pid = 0}) ==
          error{errc::einval, opening});
    auto const no_cpu = refusal({.event = clock, .rate = each, .cpu = 100'000}).code;
    CHECK((no_cpu == errc::einval || no_cpu == errc::enodev));
    auto const denied = support::unprivileged(
        [&] { return traced.program->attach(software_event_hook{.event = clock, .rate = each, .cpu = 0}); });
    CHECK((denied.code == errc::eacces || denied.code == errc::eperm));
}

TEST_CASE("a step that fails leaves nothing behind") {
    traced const traced;
    software_event_hook const hook{.event = software_event::page_faults, .rate = each, .pid = 0};
    if (!linked(traced, hook)) return support::skip(no_links);
    for (std::size_t left = 0; left != 2; ++left) {
        auto const refused = [&] {
            support::descriptors_left const few{left};
            return traced.program->attach(hook);
        }();
        CHECK(refused.error() == error{errc::emfile, left == 0 ? command::open_perf_event : command::link_create});
        CHECK(traced.during([] { fault(5); }).count == 0);
    }
}
