#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/command.hpp>
#include <bpfxx/perf/attribute.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/sys/file.hpp>

#include <cstdint>

namespace bpfxx::perf {

namespace detail {

// The UAPI of these two is in /sys/bus/event_source/devices/{kprobe,uprobe}/format: retprobe is bit 0, ref_ctr_offset the
// upper half. They have not moved since there are such devices.
constexpr std::uint64_t probe_config(bool returning, std::uint32_t reference_counter_offset = 0) noexcept {
    return (returning ? 1u : 0u) | std::uint64_t{reference_counter_offset} << 32;
}

inline std::uint64_t address_of(char const* text) noexcept { return reinterpret_cast<std::uintptr_t>(text); }

} // namespace detail

/// The type of the events of a device, by the path of its file `type` below /sys/bus/event_source/devices.
/// Errors: EOPNOTSUPP the kernel has no such device; EACCES; malformed_file
/// Costs: four system calls, no allocation
[[nodiscard]] inline result<event_type> device_type(char const* path) noexcept {
    auto const number = sys::read_number(path);
    if (number) return static_cast<event_type>(*number);
    if (number.error().code == errc::enoent) return error{errc::eopnotsupp, command::open_perf_event};
    return number.error();
}

} // namespace bpfxx::perf
