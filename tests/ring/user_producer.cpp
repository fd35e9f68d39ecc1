// User ring buffers on the running kernel: a program drains what was submitted, skips what was not, and wakes who waits.
#include <bpfxx/ring/user_producer.hpp>
#include <bpfxx/ring/user_ring.hpp>

#include "kernel/support/skip.hpp"
#include "ring/support/user_drain.hpp"

#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstring>
#include <optional>
#include <pthread.h>
#include <sys/epoll.h>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

using namespace bpfxx;
using namespace std::chrono_literals;
using support::addition, support::drain_program;
using adder = user_ring_producer<addition>;

constexpr std::uint32_t size = 1 << 16;
constexpr std::uint32_t page = 4096;

struct doubled {
    std::uint32_t number;
    std::uint32_t unused;
    std::uint64_t amount;
    std::array<std::uint64_t, 2> more;
};
using additions = one_of<&addition::number, tagged<3, addition>, tagged<5, doubled>>;

static_assert(!std::is_copy_constructible_v<adder> && !std::is_copy_assignable_v<adder>);
static_assert(std::is_nothrow_move_constructible_v<adder> && std::is_nothrow_move_assignable_v<adder>);
static_assert(
    std::is_same_v<decltype(std::declval<adder&>().try_reserve()), result<std::optional<user_ring_sample<addition>>>>);
static_assert(std::is_same_v<decltype(std::declval<user_ring_producer<additions>&>().try_reserve<doubled>()),
                             result<std::optional<user_ring_sample<doubled, additions>>>>);

constexpr char const* no_user_ring = "user ring buffers need Linux 6.1";

std::optional<user_ring_buffer> ring_of(std::uint32_t bytes) {
    auto made = user_ring_buffer::create({.size_bytes = ring_size::from(bytes)});
    if (!made) {
        support::skip(no_user_ring);
        return std::nullopt;
    }
    return std::move(*made);
}

constexpr error because(errc code) { return {code, command::reserve_record}; }

auto since(std::chrono::steady_clock::time_point start) { return std::chrono::steady_clock::now() - start; }

TEST_CASE("a program takes what was submitted and skips the rest") {
    auto const ring = ring_of(size);
    if (!ring) return;
    auto const program = drain_program::over(ring->fd());
    auto producer = adder::open(*ring).value();
    CHECK(producer.size_bytes() == size);
    CHECK(producer.available_bytes() == size);
    CHECK(program.run() == 0);
    for (std::uint32_t i = 0; i != 10; ++i) {
        auto sample = producer.try_reserve();
        REQUIRE(sample);
        REQUIRE(*sample);
        **sample.value() = {.number = 1 + i % 2, .unused = 0, .amount = i};
        if (i != 4) (*sample)->submit();
    }
    CHECK(producer.try_submit({.number = 7, .unused = 0, .amount = 1'000}).value());
    CHECK(producer.available_bytes() == size - 11 * 24);
    CHECK(program.run() == 10);
    CHECK(program.number(0) == 0);
    CHECK(program.number(1) == 0 + 2 + 6 + 8);
    CHECK(program.number(2) == 1 + 3 + 5 + 7 + 9);
    CHECK(program.number(7) == 1'000);
    CHECK(producer.available_bytes() == size);
    CHECK(program.run() == 0);
}

TEST_CASE("a busy record holds those behind it back") {
    auto const ring = ring_of(size);
    if (!ring) return;
    auto const program = drain_program::over(ring->fd());
    auto producer = adder::open(*ring).value();
    auto first = *producer.try_reserve().value();
    *first = {.number = 1, .unused = 0, .amount = 5};
    CHECK(producer.try_submit({.number = 1, .unused = 0, .amount = 6}).value());
    CHECK(program.run() == 0);
    std::thread{[&] { first.submit(); }}.join(); // any thread may
    CHECK(program.run() == 2);
    CHECK(program.number(1) == 11);
}

TEST_CASE("bytes of any length, and heads with tails") {
    auto const ring = ring_of(size);
    if (!ring) return;
    auto const program = drain_program::over(ring->fd());
    {
        auto producer = user_ring_producer<>::open(*ring).value();
        for (std::size_t const length : {0u, 1u, 15u}) // too short to be read
            (*producer.try_reserve(length).value()).submit();
        auto sample = *producer.try_reserve(100).value();
        CHECK(sample.bytes().size() == 100);
        addition const one{.number = 1, .unused = 0, .amount = 70};
        std::memcpy(sample.bytes().data(), &one, sizeof one);
        sample.submit();
        CHECK(program.run() == 4);
        CHECK(program.number(0) == 3);
        CHECK(program.number(1) == 70);
        CHECK(producer.try_reserve(size - 7).error() == because(errc::e2big));
        CHECK(producer.try_reserve(~std::size_t{0}).error() == because(errc::e2big));
        CHECK((*producer.try_reserve(size - 8).value()).bytes().size() == size - 8);
    }
    CHECK(program.run() == 0);
    auto producer = user_ring_producer<with_tail<std::uint64_t, std::uint32_t>>::open(*ring).value();
    auto sample = *producer.try_reserve(3).value();
    sample.head() = 2;
    sample.tail()[0] = 30;
    sample.tail()[1] = 0;
    sample.tail()[2] = 0xffff'ffff;
    sample.submit();
    CHECK(program.run() == 1);
    CHECK(program.number(2) == 30);
    CHECK((*producer.try_reserve(0).value()).tail().empty());
    CHECK(producer.try_reserve(~std::size_t{0} / 4 + 1).error() == because(errc::e2big)); // times 4 would be 0
}

TEST_CASE("records of several types are marked") {
    auto const ring = ring_of(size);
    if (!ring) return;
    auto const program = drain_program::over(ring->fd());
    auto producer = user_ring_producer<additions>::open(*ring).value();
    auto sample = *producer.try_reserve<doubled>().value();
    *sample = {.number = 0, .unused = 0, .amount = 40, .more = {}};
    sample.submit();
    CHECK(producer.try_submit(addition{.number = 0, .unused = 0, .amount = 2}).value());
    CHECK(producer.reserve<addition>(timeout::now()).value());
    CHECK(program.run() == 2);
    CHECK(program.number(3) == 2);
    CHECK(program.number(5) == 40);
}

TEST_CASE("a full ring is no error, and has room once a program ran") {
    auto const ring = ring_of(page);
    if (!ring) return;
    auto const program = drain_program::over<support::drain_flags::none, 1>(ring->fd());
    auto producer = adder::open(*ring).value();
    std::uint32_t count = 0;
    for (; producer.try_submit({.number = 1, .unused = 0, .amount = 1}).value(); ++count) {
    }
    CHECK(count == page / 24);
    auto const nothing = producer.try_reserve();
    REQUIRE(nothing);
    CHECK_FALSE(*nothing);
    auto const start = std::chrono::steady_clock::now();
    CHECK_FALSE(producer.reserve(timeout::now()).value());
    CHECK_FALSE(producer.reserve(30ms).value());
    CHECK(since(start) >= 30ms);
    CHECK(program.run() == 1);
    CHECK(producer.try_submit({.number = 1, .unused = 0, .amount = 1}).value());
    CHECK_FALSE(producer.try_submit({.number = 1, .unused = 0, .amount = 1}).value());
}

TEST_CASE("a program that drains wakes who waits, and room that is too small does not") {
    auto const ring = ring_of(page);
    if (!ring) return;
    auto const program = drain_program::over<support::drain_flags::none, 1>(ring->fd());
    auto producer = user_ring_producer<>::open(*ring).value();
    while (auto room = producer.try_reserve(16).value()) room->submit();
    CHECK(producer.available_bytes() == page % 24); // which poll(2) takes for writable
    for (int round = 0; round != 3; ++round) {
        std::thread drains{[&] {
            for (int i = 0; i != 5; ++i) { // one record at a time, four of which are room for one of 88
                std::this_thread::sleep_for(5ms);
                CHECK(program.run() == 1);
            }
        }};
        auto const start = std::chrono::steady_clock::now();
        auto room = producer.reserve(88, 10s);
        auto const waited = since(start);
        drains.join();
        REQUIRE(room);
        REQUIRE(*room);
        CHECK(waited >= 15ms);
        CHECK(waited < 5s);
        room->reset();
        while (auto more = producer.try_reserve(16).value()) more->submit();
    }
    auto const forever = producer.try_reserve(16);
    CHECK_FALSE(*forever);
    std::thread drains{[&] { CHECK((std::this_thread::sleep_for(20ms), program.run()) == 1); }};
    CHECK(*producer.reserve(16, timeout::never()));
    drains.join();
}

TEST_CASE("a program that wakes nobody makes room all the same") {
    auto const ring = ring_of(page);
    if (!ring) return;
    auto const program = drain_program::over<support::drain_flags::no_wakeup>(ring->fd());
    auto producer = user_ring_producer<>::open(*ring).value();
    (*producer.try_reserve(page - 8).value()).submit();
    std::thread drains{[&] { CHECK((std::this_thread::sleep_for(20ms), program.run()) == 1); }};
    CHECK(*producer.reserve(16, 200ms)); // seen when the time is over
    drains.join();
}

TEST_CASE("a signal ends the wait") {
    auto const ring = ring_of(page);
    if (!ring) return;
    auto producer = user_ring_producer<>::open(*ring).value();
    (*producer.try_reserve(page - 8).value()).submit();
    struct ::sigaction action{}, before{};
    action.sa_handler = [](int) {};
    REQUIRE(::sigaction(SIGUSR1, &action, &before) == 0);
    auto const waiting = ::pthread_self();
    std::thread interrupts{[&] { std::this_thread::sleep_for(20ms), ::pthread_kill(waiting, SIGUSR1); }};
    CHECK(producer.reserve(16, 10s).error() == error{errc::eintr, command::wait});
    interrupts.join();
    CHECK(::sigaction(SIGUSR1, &before, nullptr) == 0);
}

TEST_CASE("records go around the ring many times, through a moved producer") {
    auto const ring = ring_of(page);
    if (!ring) return;
    auto const program = drain_program::over(ring->fd());
    auto first = adder::open(*ring).value();
    auto producer = std::move(first);
    std::uint64_t sum = 0;
    for (std::uint64_t i = 0; i != 5'000; ++i) {
        auto room = producer.try_reserve().value();
        if (!room) {
            CHECK(program.run() > 0);
            room = producer.try_reserve().value();
        }
        REQUIRE(room);
        **room = {.number = 1, .unused = 0, .amount = i};
        if (i % 7 == 0) continue;
        room->submit();
        sum += i;
    }
    while (program.run() > 0) {
    }
    CHECK(program.number(1) == sum);
}

TEST_CASE("a producer opens any descriptor of such a map, outlives it, and says what else it was given") {
    auto const ring = ring_of(page);
    if (!ring) return;
    auto const program = drain_program::over(ring->fd());
    std::optional<adder> producer;
    {
        auto const copy = ring->duplicate().value();
        producer.emplace(adder::open(copy.fd()).value());
    }
    CHECK(producer->try_submit({.number = 1, .unused = 0, .amount = 1}).value());
    CHECK(program.run() == 1);
    auto const events = ring_buffer::create({.size_bytes = page}).value();
    CHECK(adder::open(events.fd()).error() == error{errc::map_type_differs, command::obj_get_info_by_fd});
    CHECK(adder::open(fd_ref<kind::map>::from_raw(-1)).error() == error{errc::ebadf, command::duplicate_fd});
    CHECK(user_ring_producer<std::array<std::byte, page - 8>>::open(*ring));
    CHECK(user_ring_producer<std::array<std::byte, page - 7>>::open(*ring).error() == because(errc::e2big));
    CHECK(ring->freeze().error().code == errc::ebusy); // while it is mapped to be written
    producer.reset();
    CHECK(ring->freeze());
    CHECK(adder::open(*ring).error() == error{errc::eperm, command::map_memory});
}

TEST_CASE("one producer at a time: by a lock for those who ask, and noticed anyway") {
    auto const ring = ring_of(page);
    if (!ring) return;
    {
        auto const first = adder::open(*ring, {.exclusive = true});
        REQUIRE(first);
        CHECK(adder::open(*ring, {.exclusive = true}).error() == error{errc::eagain, command::lock_file});
    }
    CHECK(adder::open(*ring, {.exclusive = true}));
    auto first = adder::open(*ring).value(), second = adder::open(*ring).value();
    CHECK(first.try_submit({}).value());
    CHECK(second.try_submit({}).error() == because(errc::ebusy));
    CHECK(second.try_reserve().error() == because(errc::ebusy));
    CHECK(second.reserve(10s).error() == because(errc::ebusy));
    CHECK(first.try_submit({}).value());
}

TEST_CASE("what a dead producer reserved is discarded by the next") {
    auto const ring = ring_of(page);
    if (!ring) return;
    auto const program = drain_program::over(ring->fd());
    {
        auto const written = mapping<read_write>::map(ring->fd(), {.length = 3 * page, .offset = page}).value();
        ring::header const dead{16 | ring::busy_bit, 0};
        std::memcpy(written.data() + page, &dead, sizeof dead);
        ring::position const position = 24;
        std::memcpy(written.data(), &position, sizeof position);
    }
    auto producer = adder::open(*ring).value();
    CHECK(producer.available_bytes() == page - 24);
    CHECK(producer.try_submit({.number = 1, .unused = 0, .amount = 3}).value());
    CHECK(program.run() == 0);
    CHECK(producer.discard_abandoned().value() == 1);
    CHECK(program.run() == 1);
    CHECK(program.number(1) == 3);
}

TEST_CASE("a ring with impossible positions is not opened") {
    auto const ring = ring_of(page);
    if (!ring) return;
    auto const written = mapping<read_write>::map(ring->fd(), {.length = page, .offset = page}).value();
    ring::position const beyond = page + 8;
    std::memcpy(written.data(), &beyond, sizeof beyond);
    CHECK(adder::open(*ring).error() == because(errc::record_outside));
}

TEST_CASE("the longest record that the kernel takes is the longest that is reserved") {
    auto const ring = ring_of(1 << 25);
    if (!ring) return;
    auto const program = drain_program::over(ring->fd());
    auto producer = user_ring_producer<>::open(*ring).value();
    CHECK(producer.try_reserve(longest_user_record + 1).error() == because(errc::e2big));
    auto longest = *producer.try_reserve(longest_user_record).value();
    addition const one{.number = 1, .unused = 0, .amount = 9};
    std::memcpy(longest.bytes().data(), &one, sizeof one);
    longest.submit();
    CHECK(program.run() == 1);
    CHECK(program.number(1) == 9);
}

TEST_CASE("positions go past 32 bits") {
    auto const ring = ring_of(1 << 25);
    if (!ring) return;
    auto const program = drain_program::over(ring->fd());
    auto producer = user_ring_producer<>::open(*ring).value();
    std::uint64_t sum = 0;
    for (std::uint64_t i = 0; i != 260; ++i) { // 16 MiB each
        auto room = producer.try_reserve(longest_user_record).value();
        REQUIRE(room);
        addition const one{.number = 2, .unused = 0, .amount = i};
        std::memcpy(room->bytes().data(), &one, sizeof one);
        room->submit();
        REQUIRE(program.run() == 1);
        sum += i;
    }
    CHECK(program.number(2) == sum);
    auto const at = mapping<read_only>::map(ring->fd(), {.length = page}).value();
    CHECK(*reinterpret_cast<ring::position const*>(at.data()) == 260 * ring::record_size(longest_user_record));
    CHECK(user_ring_producer<>::open(*ring).value().available_bytes() == 1 << 25);
}

TEST_CASE("an event loop sees room") {
    auto const ring = ring_of(page);
    if (!ring) return;
    auto const program = drain_program::over(ring->fd());
    auto producer = user_ring_producer<>::open(*ring).value();
    auto const writable = [&] { return sys::wait(producer.fd(), POLLOUT, timeout::now()).value(); };
    CHECK(writable());
    (*producer.try_reserve(page - 8).value()).submit();
    CHECK_FALSE(writable());
    CHECK(program.run() == 1);
    CHECK(writable());
}

} // namespace
