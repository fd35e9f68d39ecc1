// Readers on the running kernel: programs write, C++ reads.
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/map/array.hpp>
#include <bpfxx/map/ring_buffer.hpp>
#include <bpfxx/program/handle.hpp>
#include <bpfxx/program/test_run.hpp>
#include <bpfxx/ring/group.hpp>
#include <bpfxx/ring/history_reader.hpp>
#include <bpfxx/ring/lock.hpp>
#include <bpfxx/ring/mapped.hpp>
#include <bpfxx/ring/reader.hpp>
#include <bpfxx/ring/when_readable.hpp>
#include <bpfxx/sys/timeout.hpp>
#include <bpfxx/sys/wait.hpp>
#include <bpfxx/sys/watch.hpp>

#include "kernel/support/bpffs.hpp"
#include "kernel/support/skip.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <coroutine>
#include <cstdint>
#include <cstring>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

using namespace bpfxx;
using namespace std::chrono_literals;

struct event {
    std::uint64_t number;
    std::uint64_t flags;
};

static_assert(!std::is_copy_constructible_v<ring_reader<event>>);
static_assert(std::is_nothrow_move_constructible_v<ring_reader<event>> &&
              std::is_nothrow_move_assignable_v<ring_reader<event>>);
static_assert(std::is_same_v<ring_reader<event>::reference, event const&>);
static_assert(std::is_same_v<ring_reader<>::reference, std::span<std::byte const>>);

// Sends what it is given, with the flags in the second word.
// clang-format off: one step per line
constexpr auto send = assemble(
    insn::load<std::uint64_t>(insn::r3, insn::r1 + 0),
    insn::load<std::uint64_t>(insn::r4, insn::r1 + 8),
    insn::store<std::uint64_t>(insn::r10 - 16, insn::r3),
    insn::store<std::uint64_t>(insn::r10 - 8, insn::r4),
    insn::load_map(insn::r1, insn::map_slot<0>{}),
    insn::mov(insn::r2, insn::r10), insn::add(insn::r2, -16),
    insn::mov(insn::r3, 16),
    insn::call(insn::helper::ringbuf_output),
    insn::exit());

// Reserves a record of 4 bytes and gives it up.
constexpr auto give_up = assemble(
    insn::load_map(insn::r1, insn::map_slot<0>{}), insn::mov(insn::r2, 4), insn::mov(insn::r3, 0),
    insn::call(insn::helper::ringbuf_reserve),
    insn::jump_if(insn::r0 == 0, "out"),
    insn::mov(insn::r1, insn::r0), insn::mov(insn::r2, 0),
    insn::call(insn::helper::ringbuf_discard),
  insn::label("out"),
    insn::mov(insn::r0, 0), insn::exit());
// clang-format on

struct source {
    ring_buffer ring;
    syscall_program send;
    syscall_program give_up;

    static source make(std::uint32_t size = 4096) {
        auto ring = ring_buffer::create({.size_bytes = ring_size::from(size)}).value();
        auto sends = syscall_program::load({.insns = ::send.with(ring.fd()), .license = "GPL"}).value();
        auto gives_up = syscall_program::load({.insns = ::give_up.with(ring.fd()), .license = "GPL"}).value();
        return {std::move(ring), std::move(sends), std::move(gives_up)};
    }

    // The helper's answer: 0, or -EAGAIN where there is no room.
    std::int32_t put(std::uint64_t number, std::uint64_t flags = 0) const {
        event sent{number, flags};
        return static_cast<std::int32_t>(test_run(send, sent).value());
    }
    void discard() const { REQUIRE(test_run(give_up).value() == 0); }
};

constexpr std::uint64_t no_wakeup = 1;
constexpr std::uint64_t force_wakeup = 2;

bool old_kernel() {
    return !syscall_program::load({.insns = assemble(insn::mov(insn::r0, 0), insn::exit()), .license = "GPL"});
}
constexpr char const* no_syscall_programs = "no syscall programs before Linux 5.14";

} // namespace

TEST_CASE_TEMPLATE("what a program writes is read, in order and once", Wakes, when_woken, at_intervals) {
    if (old_kernel()) return support::skip(no_syscall_programs);
    auto const from = source::make();
    auto ring = ring_reader<event, Wakes>::open(from.ring).value();
    CHECK(ring.size_bytes() == 4096);
    std::uint64_t read = 0;
    std::uint64_t written = 0;
    for (int round = 0; round < 50; ++round) {
        while (from.put(written) == 0) {
            ++written;
            if (written % 7 == 0) from.discard();
        }
        CHECK(ring.available_bytes() > 3900);
        for (event const& one : ring.drain()) CHECK(one.number == read++);
        CHECK(read == written);
    }
    CHECK(written > 5000);
}

TEST_CASE("a reader that was left and one that was moved go on where they were") {
    if (old_kernel()) return support::skip(no_syscall_programs);
    auto const from = source::make();
    for (std::uint64_t n = 0; n < 6; ++n) REQUIRE(from.put(n) == 0);
    std::uint64_t next = 0;
    auto const is_next = [&](event const& one) { CHECK(one.number == next++); };
    {
        auto ring = ring_reader<event>::open(from.ring).value();
        CHECK(ring.consume(is_next, 0).value() == 0);
        CHECK(ring.consume(is_next, 2).value() == 2);
        auto moved = std::move(ring);
        CHECK(moved.consume([&](event const& one) { return is_next(one), false; }).value() == 1);
        auto other = ring_reader<event>::open(source::make().ring).value();
        other = std::move(moved);
        CHECK(other.consume(is_next, 1).value() == 1);
    }
    {
        // What a reader at intervals holds back it gives up in the end.
        auto ring = ring_reader<event, at_intervals>::open(from.ring.fd()).value();
        CHECK(ring.consume(is_next, 1).value() == 1);
    }
    auto ring = ring_reader<event>::open(from.ring).value();
    CHECK(ring.consume(is_next).value() == 1);
    CHECK(next == 6);
    CHECK(ring.consume(is_next).value() == 0);
}

TEST_CASE("a record of another size is an error until it is skipped") {
    if (old_kernel()) return support::skip(no_syscall_programs);
    auto const from = source::make();
    auto ring = ring_reader<std::uint64_t>::open(from.ring).value();
    CHECK(!ring.skip().value());
    REQUIRE(from.put(1) == 0);
    REQUIRE(from.put(2) == 0);
    error const refused{errc::record_size_differs, command::read_memory};
    auto const ignore = [](std::uint64_t) {};
    CHECK(ring.consume(ignore).error() == refused);
    result<void> outcome = outcome::success();
    for ([[maybe_unused]] auto one : ring.drain(outcome)) FAIL("no record fits");
    CHECK(outcome.error() == refused);
    CHECK(ring.skip().value() == 16);
    CHECK(ring.consume(ignore).error() == refused);
    CHECK(ring.skip().value() == 16);
    CHECK(ring.consume(ignore).value() == 0);
    CHECK(ring.available_bytes() == 0);
}

TEST_CASE("a ring is readable when it has records") {
    if (old_kernel()) return support::skip(no_syscall_programs);
    auto const from = source::make();
    auto ring = ring_reader<event>::open(from.ring).value();
    auto const drop = [](event const&) {};
    CHECK(!ring.poll(timeout::now()).value());
    CHECK(!ring.poll(2ms).value());
    REQUIRE(from.put(1, no_wakeup) == 0);
    CHECK(ring.poll(timeout::now()).value());
    CHECK(ring.consume(drop).value() == 1);
    CHECK(!ring.poll(timeout::now()).value());

    for (std::uint64_t const flags : {std::uint64_t{0}, force_wakeup}) {
        std::jthread const later{[&] {
            std::this_thread::sleep_for(20ms);
            CHECK(from.put(2, flags) == 0);
        }};
        CHECK(ring.poll(timeout::never()).value());
        CHECK(ring.consume(drop).value() == 1);
    }
}

TEST_CASE("a reader at intervals is woken by nobody") {
    if (old_kernel()) return support::skip(no_syscall_programs);
    auto const from = source::make();
    auto ring = ring_reader<event, at_intervals>::open(from.ring).value();
    auto const drop = [](event const&) {};
    REQUIRE(from.put(0) == 0);
    CHECK(ring.consume(drop).value() == 1);
    CHECK(ring.rest(1us));
    // An edge for each wakeup: what is held back makes the ring readable all the time, but edges are news.
    auto const set = sys::watch_set::create().value();
    REQUIRE(set.add(ring.fd(), EPOLLIN | EPOLLET, 0));
    ::epoll_event event{};
    CHECK(set.wait({&event, 1}, timeout::now()).value() == 1);
    CHECK(set.wait({&event, 1}, timeout::now()).value() == 0);
    for (std::uint64_t n = 0; n < 200; ++n) {
        REQUIRE(from.put(n) == 0);
        CHECK(ring.consume(drop).value() == 1);
        CHECK(set.wait({&event, 1}, timeout::now()).value() == 0);
    }
    REQUIRE(from.put(0, force_wakeup) == 0);
    CHECK(set.wait({&event, 1}, 1s).value() == 1);
}

TEST_CASE("several rings in one group") {
    if (old_kernel()) return support::skip(no_syscall_programs);
    auto const a = source::make();
    auto const b = source::make();
    auto first = ring_reader<event>::open(a.ring).value();
    auto second = ring_reader<>::open(b.ring).value();
    auto const group = ring_group::create().value();
    REQUIRE(group.add(first, 10));
    REQUIRE(group.add(second, 20));
    CHECK(group.add(second, 20).error() == error{errc::eexist, command::watch});
    CHECK(group.wait(timeout::now()).value().empty());
    REQUIRE(b.put(1) == 0);
    auto ready = group.wait(timeout::never()).value();
    REQUIRE(ready.size() == 1);
    CHECK(*ready.begin() == 20);
    REQUIRE(a.put(1) == 0);
    CHECK(group.wait(1s).value().size() == 2);
    CHECK(second.consume([](auto bytes) { CHECK(bytes.size() == 16); }).value() == 1);
    ready = group.wait(1s).value();
    REQUIRE(ready.size() == 1);
    CHECK(*ready.begin() == 10);
    CHECK(sys::wait(group.fd(), POLLIN, timeout::now()).value());
    CHECK(group.remove(first));
    CHECK(group.remove(first).error() == error{errc::enoent, command::watch});
    CHECK(group.wait(timeout::now()).value().empty());
}

TEST_CASE("more rings than one wait tells of") {
    if (old_kernel()) return support::skip(no_syscall_programs);
    auto const group = ring_group::create().value();
    std::vector<source> sources;
    std::vector<ring_reader<event>> readers;
    for (std::uint32_t n = 0; n < 20; ++n) {
        sources.push_back(source::make());
        readers.push_back(ring_reader<event>::open(sources.back().ring).value());
        REQUIRE(group.add(readers.back(), n));
        REQUIRE(sources.back().put(n) == 0);
    }
    std::size_t read = 0;
    CHECK(group.wait(1s).value().size() == ready_rings::most);
    for (auto ready = group.wait(1s).value(); !ready.empty(); ready = group.wait(timeout::now()).value())
        for (std::uint32_t const which : ready)
            read += readers[which].consume([&](event const& one) { CHECK(one.number == which); }).value();
    CHECK(read == 20);
}

TEST_CASE("one reader at a time, for those who ask") {
    auto const ring = ring_buffer::create({.size_bytes = 4096}).value();
    {
        auto const first = ring_reader<event>::open(ring, {.exclusive = true}).value();
        CHECK(ring_reader<event>::open(ring, {.exclusive = true}).error() == error{errc::eagain, command::lock_file});
        auto const other = ring_buffer::create({.size_bytes = 4096}).value();
        CHECK(ring_reader<event>::open(other, {.exclusive = true}));
        CHECK(ring_reader<event>::open(ring));
    }
    CHECK(ring_reader<event>::open(ring, {.exclusive = true}));
}

TEST_CASE("what is no ring is not opened as one") {
    auto const array = array_map<std::uint32_t>::create({.max_entries = 1}).value();
    CHECK(ring_reader<>::open(array.fd()).error() == error{errc::map_type_differs, command::obj_get_info_by_fd});
    CHECK(ring_reader<>::open("/sys/fs/bpf/there_is_none").error() == error{errc::enoent, command::obj_get});
    auto const ring = ring_buffer::create({.size_bytes = 4096}).value();
    CHECK(ring_history<>::open(ring).error() == error{errc::map_flags_differ, command::obj_get_info_by_fd});
    support::bpffs const root;
    if (!root) return support::skip("no BPF file system can be mounted");
    REQUIRE(ring.pin(root.path("ring").c_str()));
    CHECK(ring_reader<>::open(root.path("ring").c_str()));
}

TEST_CASE("a ring that overwrites, where the kernel has it") {
    auto const ring = ring_buffer::create({.size_bytes = 4096, .flags = map_flags::rb_overwrite});
    if (!ring) {
        CHECK(ring.error() == error{errc::einval, command::map_create});
        return support::skip("no rings that overwrite before Linux 6.19");
    }
    CHECK(ring_reader<event>::open(*ring).error() == error{errc::map_flags_differ, command::obj_get_info_by_fd});
    auto history = ring_history<event>::open(*ring).value();
    auto const sends = syscall_program::load({.insns = ::send.with(ring->fd()), .license = "GPL"}).value();
    for (std::uint64_t n = 0; n < 1000; ++n) {
        event sent{n, 0};
        REQUIRE(test_run(sends, sent).value() == 0);
    }
    std::vector<std::uint64_t> got;
    CHECK(history.consume([&](event const& one) { got.push_back(one.number); }).value() > 160);
    CHECK(got.back() == 999);
    CHECK(history.lost_bytes() == (1000 - got.size()) * 24);
}

namespace {

struct task {
    struct promise_type {
        task get_return_object() noexcept { return {}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() noexcept {}
        void unhandled_exception() noexcept { std::terminate(); }
    };
};

struct poller {
    fd_ref<kind::map> watched = fd_ref<kind::map>::from_raw(0);
    std::coroutine_handle<> waiting;

    void resume_when_readable(fd_ref<kind::map> descriptor, std::coroutine_handle<> resumed) {
        watched = descriptor;
        waiting = resumed;
    }
    void run() {
        while (waiting) {
            REQUIRE(sys::wait(watched, POLLIN, 1s).value());
            std::exchange(waiting, {}).resume();
        }
    }
};

task read_all(ring_reader<event>& ring, poller& loop, std::uint64_t& sum) {
    while (sum < 10) {
        co_await when_readable(ring, loop);
        for (event const& one : ring.drain()) sum += one.number;
    }
}

} // namespace

TEST_CASE("a coroutine waits for records") {
    if (old_kernel()) return support::skip(no_syscall_programs);
    auto const from = source::make();
    auto ring = ring_reader<event>::open(from.ring).value();
    poller loop;
    std::uint64_t sum = 0;
    REQUIRE(from.put(1) == 0);
    read_all(ring, loop, sum);
    CHECK(sum == 1); // what was there did not have to be waited for
    CHECK(loop.waiting);
    std::jthread const later{[&] {
        for (std::uint64_t const n : {std::uint64_t{2}, std::uint64_t{3}, std::uint64_t{4}}) {
            std::this_thread::sleep_for(5ms);
            CHECK(from.put(n) == 0);
        }
    }};
    loop.run();
    CHECK(sum == 10);
}
