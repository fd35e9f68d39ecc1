#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/ill_formed.hpp>

#include <bit>
#include <concepts>
#include <cstdint>
#include <utility>

namespace bpfxx {

/// When the reader of a buffer is woken.
/// UAPI: `wakeup_events`, `wakeup_watermark` of `struct perf_event_attr`
class perf_wakeup {
  public:
    /// After so many records on one CPU. Those after the last wake-up wait for more.
    [[nodiscard]] static constexpr perf_wakeup after_records(std::uint32_t records) noexcept {
        if (records == 0) ill_formed("a reader that is woken after 0 records is never woken: give 1 or more");
        return {records, false};
    }

    /// Once there are so many bytes more on one CPU; a buffer has to have room for them.
    [[nodiscard]] static constexpr perf_wakeup after_bytes(std::uint32_t bytes) noexcept {
        if (bytes == 0) ill_formed("a reader that is woken after 0 bytes is never woken: give 1 or more");
        return {bytes, true};
    }

    [[nodiscard]] constexpr std::uint32_t number() const noexcept { return number_; }
    [[nodiscard]] constexpr bool is_of_bytes() const noexcept { return is_of_bytes_; }

  private:
    constexpr perf_wakeup(std::uint32_t number, bool is_of_bytes) noexcept
        : number_{number}, is_of_bytes_{is_of_bytes} {}

    std::uint32_t number_;
    bool is_of_bytes_;
};

/// The size of each CPU's buffer, in pages of memory: a power of two. A constant is checked while compiling;
/// `perf_pages::from` takes a number that is only known at run time.
class perf_pages {
  public:
    template <std::integral Number>
    consteval perf_pages(Number pages) {
        if (!std::in_range<std::uint32_t>(pages) || !std::has_single_bit(static_cast<std::uint32_t>(pages)))
            ill_formed("the buffer of a perf event has a power of two of pages");
        count_ = static_cast<std::uint32_t>(pages);
    }

    /// A number that the kernel checks: a wrong one is EINVAL when the buffers are mapped.
    [[nodiscard]] static constexpr perf_pages from(std::uint32_t pages) noexcept { return {unchecked{}, pages}; }

    [[nodiscard]] constexpr std::uint32_t count() const noexcept { return count_; }

  private:
    struct unchecked {};

    constexpr perf_pages(unchecked, std::uint32_t pages) noexcept : count_{pages} {}

    std::uint32_t count_ = 0;
};

/// How records of perf events are read.
struct perf_reader_options {
    /// Beside one page more. Without CAP_IPC_LOCK, /proc/sys/kernel/perf_event_mlock_kb limits it.
    perf_pages pages_per_cpu = 64;
    /// Each record wakes where nothing else is said; more at a time cost the programs less.
    perf_wakeup wakeup = perf_wakeup::after_records(1);
};

} // namespace bpfxx
