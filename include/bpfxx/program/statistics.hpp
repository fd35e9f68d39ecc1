#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd.hpp>
#include <bpfxx/program/handle.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/sys/attr/program.hpp>
#include <bpfxx/sys/call.hpp>
#include <bpfxx/sys/info/program.hpp>
#include <bpfxx/sys/object.hpp>

#include <cstdint>
#include <optional>
#include <utility>

namespace bpfxx {

/// As long as one of these lives, the kernel measures how often and how long programs run: all of them, everybody's.
/// UAPI: BPF_ENABLE_STATS
/// Since: Linux 5.8
class [[nodiscard]] run_statistics {
  public:
    /// Errors: EPERM CAP_SYS_ADMIN is missing
    /// Costs: one system call, no allocation; while it lives, two readings of the clock for each run of each program
    [[nodiscard]] static result<run_statistics> enable() noexcept {
        auto enabled = sys::call(sys::attr::enable_stats{.type = stats_type::run_time});
        if (!enabled) return enabled.error();
        return run_statistics{*std::move(enabled)};
    }

  private:
    explicit run_statistics(owned_fd<kind::statistics> given_fd) noexcept : fd_{std::move(given_fd)} {}

    owned_fd<kind::statistics> fd_;
};

/// How often a program ran while statistics were enabled, by anybody, since it was loaded.
struct run_counts {
    std::uint64_t runs = 0;
    std::uint64_t time_ns = 0;
    /// How often it was not run because it was running on the same processor already. Since: Linux 5.12
    std::optional<std::uint64_t> recursion_misses{};
};

/// How often and how long a program ran. The counters are per processor and summed up one after the other.
/// UAPI: BPF_OBJ_GET_INFO_BY_FD, `run_cnt`, `run_time_ns`
/// Since: Linux 5.1
/// Costs: one system call, no allocation
template <program_tag Kind>
[[nodiscard]] result<run_counts> counts_of(program<Kind> const& which) noexcept {
    auto const info = which.info();
    if (!info) return info.error();
    return run_counts{
        .runs = (*info)->run_cnt,
        .time_ns = (*info)->run_time_ns,
        .recursion_misses = info->get(&sys::info::program::recursion_misses),
    };
}

} // namespace bpfxx
