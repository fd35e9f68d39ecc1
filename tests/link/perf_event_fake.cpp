// The calls of links to perf events as the kernel sees them, and what its infos come to.
#include <bpfxx/link/perf_event.hpp>
#include <bpfxx/perf/event.hpp>
#include <bpfxx/perf/sampled.hpp>
#include <bpfxx/program/handle.hpp>
#include <bpfxx/program/task_fd_query.hpp>

#include "fake/kernel.hpp"

#include <doctest/doctest.h>

#include <asm/unistd.h>
#include <cerrno>
#include <cstring>
#include <fcntl.h>

namespace {

using namespace bpfxx;

int new_descriptor() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

perf_event_program make_program() {
    return perf_event_program::adopt_unchecked(*owned_fd<kind::program>::adopt_raw(new_descriptor()));
}

/// How often such a call was made with such a first argument.
std::size_t count(fake::kernel const& kernel, long number, int first) {
    std::size_t calls = 0;
    for (auto const& call : kernel.calls())
        if (call.number == number && static_cast<int>(call.arguments[0]) == first) ++calls;
    return calls;
}

/// What a link's info comes to where the kernel writes `arm`, knows `length` bytes and puts a name into the buffer.
template <class Arm>
result<perf_event_info> told(Arm const& arm, std::span<char> buffer, char const* name = nullptr,
                             std::uint32_t length = 64) {
    auto const link = perf_event_link::adopt_unchecked(*owned_fd<kind::link>::adopt_raw(new_descriptor()));
    fake::kernel kernel{[&](fake::bpf_call& call) -> long {
        auto* const out = call.pointer<std::byte>(8);
        sys::info::link_perf_kprobe asked;
        std::memcpy(static_cast<void*>(&asked), out, sizeof asked);
        CHECK(call.field<std::uint32_t>(4) == 64);
        CHECK(asked.func_name.get() == (buffer.empty() ? nullptr : buffer.data()));
        CHECK(asked.name_len == buffer.size());
        if (name != nullptr && !buffer.empty()) std::strcpy(asked.func_name.get(), name);
        std::memcpy(out, &arm, sizeof arm < length ? sizeof arm : length);
        call.put(4, length);
        return 0;
    }};
    return link.info(buffer);
}

template <class Arm>
Arm head(perf_event_type type) {
    Arm arm;
    static_cast<sys::info::link_head&>(arm).type = link_type::perf_event;
    arm.id = link_id{77};
    arm.prog_id = program_id{88};
    arm.event_type = type;
    return arm;
}

} // namespace

TEST_CASE("a link to an event of the caller's: linked, then enabled") {
    auto const program = make_program();
    auto const event = perf::open({.type = perf::event_type::software,
                                   .config = 9,
                                   .flags = perf::event_flags::disabled | perf::event_flags::exclude_kernel},
                                  {.pid = 0});
    REQUIRE(event);
    fake::kernel kernel{[](fake::bpf_call&) -> long { return new_descriptor(); }};
    auto const link = program.attach(perf_event_hook{.event = *event, .cookie = 0x1122334455667788});
    kernel.stop();
    REQUIRE(link);
    REQUIRE(kernel.bpf_calls() == 1);
    auto const& call = kernel.calls()[0];
    CHECK(call.command == 28);
    CHECK(call.size == 24);
    CHECK(call.field<std::int32_t>(0) == program.fd().raw());
    CHECK(call.field<std::int32_t>(4) == event->raw());
    CHECK(call.field<std::uint32_t>(8) == 41);
    CHECK(call.field<std::uint32_t>(12) == 0);
    CHECK(call.field<std::uint64_t>(16) == 0x1122334455667788);
    CHECK(link->fd().raw() == call.result);
    CHECK(count(kernel, __NR_ioctl, event->raw()) == 1);
}

TEST_CASE("where enabling fails the link is closed again, and where linking fails nothing is enabled") {
    auto const program = make_program();
    auto const no_event = *owned_fd<kind::perf_event>::adopt_raw(new_descriptor());
    {
        int made = -1;
        fake::kernel kernel{[&](fake::bpf_call&) -> long { return made = new_descriptor(); }};
        auto const link = program.attach(perf_event_hook{.event = no_event});
        kernel.stop();
        CHECK(link.error() == error{errc::enotty, command::control_file});
        CHECK(count(kernel, __NR_close, made) == 1);
    }

    for (int const code : {EEXIST, EINVAL, EBADF, EACCES}) {
        fake::kernel refusing{[&](fake::bpf_call&) -> long { return -code; }};
        auto const refused = program.attach(perf_event_hook{.event = no_event});
        refusing.stop();
        CHECK(refused.error() == error{static_cast<errc>(code), command::link_create});
        CHECK(count(refusing, __NR_ioctl, no_event.raw()) == 0);
    }
}

TEST_CASE("a hook that opens its event closes it, linked or not") {
    auto const program = make_program();
    software_event_hook const hook{
        .event = software_event::dummy, .rate = sample_rate::every(1), .pid = 0, .cookie = 5};
    if (!hook.open()) return; // /proc/sys/kernel/perf_event_paranoid forbids it to this user
    for (long const answer : {0L, static_cast<long>(-EINVAL)}) {
        int event = -1;
        fake::kernel kernel{[&](fake::bpf_call& call) -> long {
            event = call.field<std::int32_t>(4);
            CHECK(call.field<std::uint64_t>(16) == 5);
            return answer == 0 ? new_descriptor() : answer;
        }};
        auto const link = program.attach(hook);
        kernel.stop();
        CHECK(link.has_value() == (answer == 0));
        CHECK(count(kernel, __NR_close, event) == 1);
        CHECK(count(kernel, __NR_ioctl, event) == 0);
    }
}

TEST_CASE("info of a uprobe and of its return") {
    char name[16];
    for (auto const type : {perf_event_type::uprobe, perf_event_type::uretprobe}) {
        auto arm = head<sys::info::link_perf_uprobe>(type);
        arm.name_len = 7;
        arm.offset = 0x1234;
        arm.cookie = 5;
        arm.ref_ctr_offset = 6;
        auto const info = told(arm, name, "/bin/x");
        REQUIRE(info);
        CHECK(info->id == link_id{77});
        CHECK(info->program == program_id{88});
        CHECK(info->type == type);
        CHECK(info->name_size == 7);
        REQUIRE(info->uprobe);
        CHECK(info->uprobe->file == "/bin/x");
        CHECK(info->uprobe->file.data() == name);
        CHECK(info->uprobe->offset == 0x1234);
        CHECK(info->uprobe->returning == (type == perf_event_type::uretprobe));
        CHECK(info->uprobe->cookie == 5u);
        CHECK(info->uprobe->reference_counter_offset == 6u);
        CHECK((!info->kprobe && !info->tracepoint && !info->counter));
    }
}

TEST_CASE("info of a kprobe and of its return") {
    char name[16];
    for (auto const type : {perf_event_type::kprobe, perf_event_type::kretprobe}) {
        auto arm = head<sys::info::link_perf_kprobe>(type);
        arm.name_len = 16; // as it went in: before Linux 6.9 it does not change
        arm.offset = 4;
        arm.addr = 0xffff'ffff'8000'0000;
        arm.missed = 9;
        arm.cookie = 5;
        auto const info = told(arm, name, "do_rmdir");
        REQUIRE(info->kprobe);
        CHECK(info->kprobe->function == "do_rmdir");
        CHECK(info->kprobe->offset == 4);
        CHECK(info->kprobe->address == 0xffff'ffff'8000'0000);
        CHECK(info->kprobe->returning == (type == perf_event_type::kretprobe));
        CHECK(info->kprobe->missed == 9u);
        CHECK(info->kprobe->cookie == 5u);
        CHECK((!info->uprobe && !info->tracepoint && !info->counter));
    }
    auto const by_address = told(head<sys::info::link_perf_kprobe>(perf_event_type::kprobe), name);
    CHECK(by_address->kprobe->function.empty());
    auto const older = told(head<sys::info::link_perf_kprobe>(perf_event_type::kprobe), name, "x", 48);
    CHECK(!older->kprobe->missed);
    CHECK(!older->kprobe->cookie);
}

TEST_CASE("info of a tracepoint, of a counter, and of what the kernel does not tell") {
    char name[16];
    auto point = head<sys::info::link_perf_tracepoint>(perf_event_type::tracepoint);
    point.name_len = 10;
    point.cookie = 5;
    auto const at_point = told(point, name, "sys_enter");
    REQUIRE(at_point->tracepoint);
    CHECK(at_point->tracepoint->name == "sys_enter");
    CHECK(at_point->tracepoint->cookie == 5u);
    CHECK(at_point->name_size == 10);
    CHECK((!at_point->uprobe && !at_point->kprobe && !at_point->counter));
    CHECK(told(point, {})->tracepoint->name.empty());

    auto counter = head<sys::info::link_perf_event>(perf_event_type::event);
    counter.config = 3;
    counter.type = 5;
    counter.cookie = 6;
    auto const counting = told(counter, name);
    REQUIRE(counting->counter);
    CHECK(counting->counter->type == perf::event_type::breakpoint);
    CHECK(counting->counter->config == 3);
    CHECK(counting->counter->cookie == 6u);
    CHECK(counting->name_size == 0);
    CHECK((!counting->uprobe && !counting->kprobe && !counting->tracepoint));

    auto const untold = told(head<sys::info::link_perf_event>(perf_event_type::unspec), name, nullptr, 24);
    CHECK(untold->type == perf_event_type::unspec);
    CHECK(untold->name_size == 0);
    CHECK((!untold->uprobe && !untold->kprobe && !untold->tracepoint && !untold->counter));
}

TEST_CASE("the query for a task's descriptor, and its answer") {
    char name[16];
    fake::kernel kernel{[&](fake::bpf_call& call) -> long {
        CHECK(call.command == 20);
        CHECK(call.size == 48);
        CHECK(call.field<std::uint32_t>(0) == 17);
        CHECK(call.field<std::int32_t>(4) == 4);
        CHECK(call.field<std::uint32_t>(8) == 0);
        CHECK(call.field<std::uint32_t>(12) == 16);
        CHECK(call.pointer<char>(16) == name);
        std::strcpy(name, "do_rmdir");
        call.put(12, 8u);
        call.put(24, 88u);
        call.put(28, 2u);
        call.put(32, std::uint64_t{7});
        call.put(40, std::uint64_t{9});
        return 0;
    }};
    auto const told = query_task_fd(17, 4, name);
    kernel.stop();
    REQUIRE(told);
    CHECK(told->program == program_id{88});
    CHECK(told->type == task_fd_type::kprobe);
    CHECK(told->name == "do_rmdir");
    CHECK(told->name_size == 9);
    CHECK(told->offset == 7);
    CHECK(told->address == 9);
}

TEST_CASE("the query without a buffer") {
    fake::kernel kernel{[&](fake::bpf_call& call) -> long {
        CHECK(call.field<std::uint32_t>(12) == 0);
        CHECK(call.field<std::uint64_t>(16) == 0);
        return -ENOENT;
    }};
    auto const refused = query_task_fd(17, 4, {});
    kernel.stop();
    CHECK(refused.error() == error{errc::enoent, command::task_fd_query});
}
