// A producer of a user ring buffer against a made up kernel in a second thread, for ThreadSanitizer, which knows the
// orders on both sides, and for whoever runs it without: every record comes whole, once and in order, or was discarded.
#include <bpfxx/ring/user_memory.hpp>
#include <bpfxx/ring/user_sample.hpp>

#include "ring/support/user_ring_memory.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <cstring>
#include <optional>
#include <random>
#include <thread>
#include <vector>

namespace {

using namespace bpfxx;
using bytes_sample = user_ring_sample<raw_bytes>;

constexpr std::uint32_t size = 4096;
constexpr std::uint64_t records = 40'000;

/// A number and a pattern that follows from it.
void fill(std::span<std::byte> bytes, std::uint64_t number) {
    std::memcpy(bytes.data(), &number, sizeof number);
    for (std::size_t at = sizeof number; at != bytes.size(); ++at)
        bytes[at] = static_cast<std::byte>(number * 31 + at * 7);
}

bool is_whole(std::span<std::byte const> bytes, std::uint64_t number) {
    for (std::size_t at = sizeof number; at != bytes.size(); ++at)
        if (bytes[at] != static_cast<std::byte>(number * 31 + at * 7)) return false;
    return true;
}

/// Takes everything until it is told to stop; which numbers came, and whether one of them was torn.
struct consumer {
    std::vector<std::uint64_t> numbers;
    std::uint32_t torn = 0;
    long failed = 0;

    void run(support::user_ring_memory& memory, std::atomic<bool> const& done) {
        for (bool last = false; !last;) {
            last = done.load();
            long const taken = memory.drain([&](std::span<std::byte const> sample) {
                std::uint64_t number;
                std::memcpy(&number, sample.data(), sizeof number);
                if (!is_whole(sample, number)) ++torn;
                numbers.push_back(number);
                return number % 5 != 0;
            });
            if (taken < 0) failed = taken;
            if (taken == 0) std::this_thread::yield();
            if (taken != 0) last = false;
        }
    }
};

bytes_sample reserve(detail::user_ring_memory& ring, std::uint32_t length) {
    for (;;) {
        auto const room = ring.reserve(length);
        REQUIRE(room);
        if (*room != nullptr) return bytes_sample{*room, length};
        std::this_thread::yield();
    }
}

TEST_CASE("every record comes once, whole and in order, or was discarded") {
    support::user_ring_memory memory{size, ring::position{1} << 32};
    detail::user_ring_memory ring{&memory.consumer(), &memory.producer(), memory.data(), memory.size()};
    std::atomic<bool> done{false};
    consumer kernel;
    std::thread other{[&] { kernel.run(memory, done); }};
    std::mt19937 random{3};
    std::vector<std::uint64_t> sent;
    for (std::uint64_t number = 1; number <= records; ++number) {
        auto const length = static_cast<std::uint32_t>(8 + random() % 120);
        if (number % 3 == 0) { // at once, without being busy
            result<std::byte*> room = nullptr;
            while ((room = ring.claim(length)).value() == nullptr) std::this_thread::yield();
            fill({*room, length}, number);
            ring.publish(*room, length);
        } else {
            auto sample = reserve(ring, length);
            fill(sample.bytes(), number);
            if (number % 11 == 0) continue;
            sample.submit();
        }
        sent.push_back(number);
    }
    done = true;
    other.join();
    CHECK(kernel.failed == 0);
    CHECK(kernel.torn == 0);
    CHECK(kernel.numbers == sent);
    CHECK(memory.consumer() == memory.producer());
}

TEST_CASE("samples are ended by another thread, in another order") {
    support::user_ring_memory memory{size};
    detail::user_ring_memory ring{&memory.consumer(), &memory.producer(), memory.data(), memory.size()};
    std::atomic<bool> done{false};
    consumer kernel;
    std::thread other{[&] { kernel.run(memory, done); }};
    std::vector<std::uint64_t> sent;
    for (std::uint64_t number = 1; number <= records / 40; number += 4) {
        std::vector<bytes_sample> samples;
        for (std::uint64_t i = 0; i != 4; ++i) samples.push_back(reserve(ring, 64));
        std::thread ends{[&, number] {
            for (std::size_t i : {2u, 0u, 3u, 1u}) {
                fill(samples[i].bytes(), number + i);
                samples[i].submit();
            }
        }};
        for (std::uint64_t i = 0; i != 4; ++i) sent.push_back(number + i);
        ends.join();
    }
    done = true;
    other.join();
    CHECK(kernel.failed == 0);
    CHECK(kernel.torn == 0);
    CHECK(kernel.numbers == sent);
}

} // namespace
