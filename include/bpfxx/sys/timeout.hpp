#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstdint>
#include <ctime>

namespace bpfxx {

/// A length of time as <chrono> has it, such as `100ms`; that header is the caller's to include.
template <class T>
concept duration_of_time = requires(T const& time) {
    static_cast<std::int64_t>(time.count());
    static_cast<std::int64_t>(T::period::num);
    static_cast<std::int64_t>(T::period::den);
};

/// How long to wait: a duration, `timeout::never()` to wait however long it takes, `timeout::now()` to only look.
class timeout {
  public:
    /// What is negative is 0, what is longer than 292 years is cut.
    template <duration_of_time Duration>
    constexpr timeout(Duration const& time) noexcept // NOLINT(google-explicit-constructor)
        : nanoseconds_{in_nanoseconds(time)} {}

    [[nodiscard]] static constexpr timeout never() noexcept { return timeout{-1}; }
    [[nodiscard]] static constexpr timeout now() noexcept { return timeout{0}; }

    [[nodiscard]] constexpr bool is_never() const noexcept { return nanoseconds_ < 0; }

    /// Nothing of use where it is never.
    [[nodiscard]] constexpr std::int64_t nanoseconds() const noexcept { return nanoseconds_; }

  private:
    static constexpr std::int64_t second = 1'000'000'000;

    explicit constexpr timeout(std::int64_t nanoseconds) noexcept : nanoseconds_{nanoseconds} {}

    template <class Duration>
    static constexpr std::int64_t in_nanoseconds(Duration const& time) noexcept {
        // Through a wider type, as a fraction of seconds times a count of them is longer than 64 bits.
        auto const wide = static_cast<long double>(time.count()) * static_cast<long double>(Duration::period::num) *
                          second / static_cast<long double>(Duration::period::den);
        if (!(wide > 0)) return 0;
        constexpr std::int64_t most = INT64_MAX;
        return wide >= static_cast<long double>(most) ? most : static_cast<std::int64_t>(wide);
    }

    std::int64_t nanoseconds_;
};

} // namespace bpfxx
