#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd.hpp>
#include <bpfxx/fd_ref.hpp>
#include <bpfxx/link/perf_event.hpp>
#include <bpfxx/perf/attribute.hpp>
#include <bpfxx/perf/event.hpp>
#include <bpfxx/perf/sample_rate.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/spec/required.hpp>

#include <concepts>
#include <cstdint>
#include <optional>

// Hooks at what counts. Of each: the program runs at samples of one thread (`pid`; 0 is the calling one) or of all, on
// one CPU or on all; all threads on all CPUs take a hook for each CPU, since one event does not watch that.
namespace bpfxx {

/// UAPI: `enum perf_sw_ids`
enum class software_event : std::uint64_t {
    cpu_clock,
    task_clock,
    page_faults,
    context_switches,
    cpu_migrations,
    minor_page_faults,
    major_page_faults,
    alignment_faults,
    emulation_faults,
    dummy,
    bpf_output,      // Linux 4.4
    cgroup_switches, // Linux 5.13
};

/// UAPI: `enum perf_hw_id`
enum class hardware_event : std::uint64_t {
    cpu_cycles,
    instructions,
    cache_references,
    cache_misses,
    branch_instructions,
    branch_misses,
    bus_cycles,
    stalled_cycles_frontend,
    stalled_cycles_backend,
    reference_cpu_cycles,
};

/// UAPI: `enum perf_hw_cache_id`, `enum perf_hw_cache_op_id`, `enum perf_hw_cache_op_result_id`
enum class cache : std::uint8_t { l1_data, l1_instructions, last_level, data_tlb, instruction_tlb, branches, node };
enum class cache_operation : std::uint8_t { read, write, prefetch };
enum class cache_outcome : std::uint8_t { access, miss };

namespace perf::detail {

[[nodiscard]] inline result<owned_fd<kind::perf_event>> open_sampled(event_type type, std::uint64_t config,
                                                                     sample_rate rate, target const& whom) noexcept {
    return perf::open({.type = type, .config = config, .sample_period = rate.number(), .flags = rate.flags()}, whom);
}

template <class ProgramKind>
inline constexpr bool samples = std::same_as<ProgramKind, program_kind::perf_event>;

} // namespace perf::detail

/// Attaches to what the kernel itself counts.
/// UAPI: PERF_TYPE_SOFTWARE, BPF_LINK_CREATE
/// Since: Linux 5.15; from 4.9 on `direct::perf_hook`
/// Errors: EINVAL neither thread nor CPU, the rate is above the most, or the kernel has no such links; ENOENT no such
/// event; EACCES, EPERM CAP_PERFMON is missing; ESRCH no such thread; ENODEV no such CPU
/// Costs: three system calls, no allocation: the event is opened, linked and closed
struct software_event_hook {
    required<software_event> event;
    sample_rate rate;
    std::optional<std::int32_t> pid{};
    std::optional<std::uint32_t> cpu{};
    std::uint64_t cookie = 0;

    template <class ProgramKind>
    static constexpr bool accepts = perf::detail::samples<ProgramKind>;

    /// The event alone.
    [[nodiscard]] result<owned_fd<kind::perf_event>> open() const noexcept {
        auto const config = static_cast<std::uint64_t>(static_cast<software_event>(event));
        return perf::detail::open_sampled(perf::event_type::software, config, rate, perf::detail::watched(pid, cpu));
    }

    template <class ProgramKind>
    [[nodiscard]] result<perf_event_link> attach_to(fd_ref<kind::program> program) const noexcept {
        return perf::detail::link(open(), program, cookie);
    }
};

/// Attaches to what the processor counts, as every processor knows it.
/// UAPI: PERF_TYPE_HARDWARE, BPF_LINK_CREATE
/// Since: Linux 5.15; from 4.9 on `direct::perf_hook`
/// Errors: as `software_event_hook`; ENOENT, EOPNOTSUPP this machine does not count that
/// Costs: three system calls, no allocation: the event is opened, linked and closed
struct hardware_event_hook {
    required<hardware_event> event;
    sample_rate rate;
    std::optional<std::int32_t> pid{};
    std::optional<std::uint32_t> cpu{};
    std::uint64_t cookie = 0;

    template <class ProgramKind>
    static constexpr bool accepts = perf::detail::samples<ProgramKind>;

    /// The event alone.
    [[nodiscard]] result<owned_fd<kind::perf_event>> open() const noexcept {
        auto const config = static_cast<std::uint64_t>(static_cast<hardware_event>(event));
        return perf::detail::open_sampled(perf::event_type::hardware, config, rate, perf::detail::watched(pid, cpu));
    }

    template <class ProgramKind>
    [[nodiscard]] result<perf_event_link> attach_to(fd_ref<kind::program> program) const noexcept {
        return perf::detail::link(open(), program, cookie);
    }
};

/// Attaches to accesses of a cache.
/// UAPI: PERF_TYPE_HW_CACHE, BPF_LINK_CREATE
/// Since: Linux 5.15; from 4.9 on `direct::perf_hook`
/// Errors: as `hardware_event_hook`
/// Costs: three system calls, no allocation: the event is opened, linked and closed
struct cache_event_hook {
    required<bpfxx::cache> cache;
    cache_operation operation = cache_operation::read;
    cache_outcome outcome = cache_outcome::miss;
    sample_rate rate;
    std::optional<std::int32_t> pid{};
    std::optional<std::uint32_t> cpu{};
    std::uint64_t cookie = 0;

    template <class ProgramKind>
    static constexpr bool accepts = perf::detail::samples<ProgramKind>;

    /// The event alone.
    [[nodiscard]] result<owned_fd<kind::perf_event>> open() const noexcept {
        auto const config = static_cast<std::uint64_t>(static_cast<bpfxx::cache>(cache)) |
                            static_cast<std::uint64_t>(operation) << 8 | static_cast<std::uint64_t>(outcome) << 16;
        return perf::detail::open_sampled(perf::event_type::hw_cache, config, rate, perf::detail::watched(pid, cpu));
    }

    template <class ProgramKind>
    [[nodiscard]] result<perf_event_link> attach_to(fd_ref<kind::program> program) const noexcept {
        return perf::detail::link(open(), program, cookie);
    }
};

/// Attaches to what this model of processor counts, by the number that its manual gives. Other devices than the
/// processor: `perf::open`, then `perf_event_hook`.
/// UAPI: PERF_TYPE_RAW, BPF_LINK_CREATE
/// Since: Linux 5.15; from 4.9 on `direct::perf_hook`
/// Errors: as `hardware_event_hook`
/// Costs: three system calls, no allocation: the event is opened, linked and closed
struct raw_event_hook {
    required<std::uint64_t> config;
    sample_rate rate;
    std::optional<std::int32_t> pid{};
    std::optional<std::uint32_t> cpu{};
    std::uint64_t cookie = 0;

    template <class ProgramKind>
    static constexpr bool accepts = perf::detail::samples<ProgramKind>;

    /// The event alone.
    [[nodiscard]] result<owned_fd<kind::perf_event>> open() const noexcept {
        return perf::detail::open_sampled(perf::event_type::raw, config, rate, perf::detail::watched(pid, cpu));
    }

    template <class ProgramKind>
    [[nodiscard]] result<perf_event_link> attach_to(fd_ref<kind::program> program) const noexcept {
        return perf::detail::link(open(), program, cookie);
    }
};

} // namespace bpfxx
