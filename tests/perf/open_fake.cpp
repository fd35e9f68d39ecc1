// The calls beside bpf(2) that each hook makes, as the kernel sees them.
#include <bpfxx/attach/perf.hpp>
#include <bpfxx/perf/breakpoint.hpp>
#include <bpfxx/perf/event.hpp>
#include <bpfxx/perf/sampled.hpp>

#include "fake/kernel.hpp"

#include <doctest/doctest.h>

#include <asm/unistd.h>
#include <fcntl.h>
#include <linux/perf_event.h>

namespace {

using namespace bpfxx;

/// What the hook asks for. Where nothing is to be opened it names a thread or a CPU that is not there.
struct opening {
    std::uint64_t pid, cpu, group, flags;
};

template <class Hook>
opening asked(Hook const& hook) {
    fake::kernel kernel{[](fake::bpf_call&) -> long { return -EIO; }};
    auto const opened = hook.open();
    kernel.stop();
    CHECK(kernel.bpf_calls() == 0);
    for (auto const& call : kernel.calls())
        if (call.number == __NR_perf_event_open) {
            CHECK(opened.has_value() == (call.result >= 0));
            if (!opened) {
                CHECK(opened.error().during == command::open_perf_event);
                CHECK(static_cast<long>(opened.error().code) == -call.result);
            }
            return {call.arguments[1], call.arguments[2], call.arguments[3], call.arguments[4]};
        }
    FAIL("perf_event_open was not called");
    return {};
}

constexpr auto all = ~std::uint64_t{0};
constexpr auto each = sample_rate::every(1);

} // namespace

TEST_CASE("thread and CPU as given, and nothing is all") {
    auto const dummy = software_event::dummy;
    auto const check = [&](software_event_hook const& hook, std::uint64_t pid, std::uint64_t cpu) {
        auto const call = asked(hook);
        CHECK(call.pid == pid);
        CHECK(call.cpu == cpu);
        CHECK(call.group == all);
        CHECK(call.flags == PERF_FLAG_FD_CLOEXEC);
    };
    check({.event = dummy, .rate = each}, all, all);
    check({.event = dummy, .rate = each, .pid = 0}, 0, all);
    check({.event = dummy, .rate = each, .cpu = 100'000}, all, 100'000);
    check({.event = dummy, .rate = each, .pid = 0x3fff'fffe, .cpu = 0}, 0x3fff'fffe, 0);
    CHECK(asked(breakpoint_hook{.address = 0x1000, .length = 1, .access = breakpoint_access::write, .cpu = 100'000})
              .cpu == 100'000);
    CHECK(asked(hardware_event_hook{.event = hardware_event::instructions, .rate = each, .cpu = 100'000}).cpu ==
          100'000);
    CHECK(asked(cache_event_hook{.cache = cache::node, .rate = each, .pid = 0x3fff'fffe}).pid == 0x3fff'fffe);
    CHECK(asked(raw_event_hook{.config = 1, .rate = each, .pid = 0x3fff'fffe}).pid == 0x3fff'fffe);
}

TEST_CASE("enable, disable and set_program are one ioctl each") {
    auto const event = fd_ref<kind::perf_event>::from_raw(1'000'000);
    auto const program = fd_ref<kind::program>::from_raw(1'000'001);
    fake::kernel kernel{[](fake::bpf_call&) -> long { return -EIO; }};
    auto const enabled = perf::enable(event);
    auto const disabled = perf::disable(event);
    auto const set = perf::set_program(event, program);
    kernel.stop();
    std::uint64_t const requests[]{PERF_EVENT_IOC_ENABLE, PERF_EVENT_IOC_DISABLE, PERF_EVENT_IOC_SET_BPF};
    std::size_t seen = 0;
    for (auto const& call : kernel.calls()) {
        if (call.number != __NR_ioctl) continue;
        REQUIRE(seen < 3);
        CHECK(call.arguments[0] == 1'000'000);
        CHECK(call.arguments[1] == requests[seen]);
        CHECK(call.arguments[2] == (seen == 2 ? 1'000'001u : 0u));
        ++seen;
    }
    CHECK(seen == 3);
    for (auto const& done : {enabled, disabled, set}) CHECK(done.error() == error{errc::ebadf, command::control_file});
}
