#pragma once
// How every rival is timed.

#include "rival.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace events {

using clock = std::chrono::steady_clock;

inline double seconds_between(clock::time_point from, clock::time_point to) {
    return std::chrono::duration<double>{to - from}.count();
}

inline double median(std::vector<double> of) {
    auto const middle = of.begin() + static_cast<std::ptrdiff_t>(of.size() / 2);
    std::ranges::nth_element(of, middle);
    return *middle;
}

/// `drain()` reads what a source has filled, `state.range(0)` times; only that is timed, and the median of these times is
/// what counts, as it takes so little that anybody else who gets the processor meanwhile would be all there is to see.
template <class Drain>
void time_drains(benchmark::State& state, source& from, Drain const& drain) {
    from.restart();
    (void)from.fill();
    (void)drain(); // the first time is for the caches
    std::vector<double> times(static_cast<std::size_t>(state.range(0)));
    std::int64_t records = 0;
    for (auto _ : state) {
        for (double& time : times) {
            tally const written = from.fill();
            auto const start = clock::now();
            tally const read = drain();
            time = seconds_between(start, clock::now());
            expect(read == written, "read what was written");
            records = static_cast<std::int64_t>(read.records);
        }
        state.SetIterationTime(median(times));
    }
    state.SetItemsProcessed(records);
}

/// `state.range(0)` is the processor that writes, `state.range(1)` for how many milliseconds.
struct writer {
    writer(benchmark::State& state, source& from)
        : cpu_{static_cast<std::uint32_t>(state.range(0))}, length_{state.range(1)}, from_{from} {}

    /// Runs until the time is over, and waits where there is no room.
    void operator()() {
        stay_on(cpu_);
        constexpr std::uint64_t at_once = 256;
        start = clock::now();
        has_started.store(true);
        has_started.notify_one();
        while (clock::now() < start + length_) written += from_.write(at_once);
        records.store(written.records, std::memory_order_release);
    }

    std::atomic<bool> has_started{false};
    clock::time_point start{};
    tally written{};
    /// How many it were in the end; until then, a number that is not reached.
    std::atomic<std::uint64_t> records{~std::uint64_t{}};

  private:
    std::uint32_t cpu_;
    std::chrono::milliseconds length_;
    source& from_;
};

/// `read(tally&)` reads what is there, and waits for it in its own way.
template <class Read>
void time_stream(benchmark::State& state, source& from, Read const& read) {
    std::int64_t records = 0;
    for (auto _ : state) {
        from.restart();
        writer writes{state, from};
        std::thread other_thread{std::ref(writes)};
        writes.has_started.wait(false);
        tally seen;
        clock::time_point last{};
        while (seen.records != writes.records.load(std::memory_order_acquire)) {
            auto const before = seen.records;
            read(seen);
            if (seen.records != before) last = clock::now();
        }
        other_thread.join();
        expect(seen == writes.written, "read every record once");
        state.SetIterationTime(seconds_between(writes.start, last));
        records += static_cast<std::int64_t>(seen.records);
    }
    state.SetItemsProcessed(records);
}

} // namespace events
