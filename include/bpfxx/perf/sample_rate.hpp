#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/ill_formed.hpp>
#include <bpfxx/perf/attribute.hpp>

#include <cstdint>
#include <type_traits>

namespace bpfxx {

/// How often an event that counts runs its program.
/// UAPI: `sample_period` and `sample_freq` of `struct perf_event_attr`
class sample_rate {
  public:
    /// Once in so many events; of clocks, in so many nanoseconds.
    [[nodiscard]] static constexpr sample_rate every(std::uint64_t events) noexcept {
        if (events == 0) ill_formed("an event that is sampled every 0 times never runs its program: give 1 or more");
        return {events, {}};
    }

    /// About so often a second, on each CPU; /proc/sys/kernel/perf_event_max_sample_rate is the most.
    [[nodiscard]] static constexpr sample_rate per_second(std::uint64_t times) noexcept {
        if (times == 0) ill_formed("an event that is sampled 0 times a second never runs its program: give 1 or more");
        return {times, perf::event_flags::frequency};
    }

    template <class Missing = void>
    constexpr sample_rate() noexcept {
        static_assert(!std::is_void_v<Missing>,
                      "an event that counts runs its program at some rate: give .rate, as sample_rate::every(1) or "
                      "sample_rate::per_second(99)");
    }

    [[nodiscard]] constexpr std::uint64_t number() const noexcept { return number_; }
    [[nodiscard]] constexpr perf::event_flags flags() const noexcept { return flags_; }

  private:
    constexpr sample_rate(std::uint64_t given_number, perf::event_flags given_flags) noexcept
        : number_{given_number}, flags_{given_flags} {}

    std::uint64_t number_ = 0;
    perf::event_flags flags_{};
};

} // namespace bpfxx
