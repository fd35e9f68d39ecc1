#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bit>
#include <cstdint>
#include <type_traits>

namespace bpfxx::perf {

/// What counts: one of the kinds that every kernel knows, or the number of a device, as it stands in
/// /sys/bus/event_source/devices/NAME/type.
/// UAPI: `enum perf_type_id`
enum class event_type : std::uint32_t { hardware, software, tracepoint, hw_cache, raw, breakpoint };

namespace detail {

// The UAPI has them as bit-fields, which start at the other end where bytes do.
constexpr std::uint64_t flag(unsigned number) noexcept {
    return std::uint64_t{1} << (std::endian::native == std::endian::little ? number : 63 - number);
}

} // namespace detail

/// How an event counts.
/// UAPI: the bit-fields of `struct perf_event_attr`
enum class event_flags : std::uint64_t {
    none = 0,
    disabled = detail::flag(0),
    inherit = detail::flag(1),
    exclude_user = detail::flag(4),
    exclude_kernel = detail::flag(5),
    exclude_hypervisor = detail::flag(6),
    exclude_idle = detail::flag(7),
    frequency = detail::flag(10),
    /// `wakeup_events` is a number of bytes.
    watermark = detail::flag(14),
    /// Records go from the buffer's end to its start. Since: Linux 4.7
    write_backward = detail::flag(27),
};

[[nodiscard]] constexpr event_flags operator|(event_flags left, event_flags right) noexcept {
    return static_cast<event_flags>(static_cast<std::uint64_t>(left) | static_cast<std::uint64_t>(right));
}

/// What perf_event_open(2) is told of an event, as far as attaching programs takes it.
/// UAPI: `struct perf_event_attr`, its first PERF_ATTR_SIZE_VER1 bytes
/// Since: Linux 2.6.33
struct event_attribute {
    event_type type{};
    std::uint32_t size = 72;
    std::uint64_t config = 0;
    /// One sample in so many events, or with `event_flags::frequency` so many samples a second.
    std::uint64_t sample_period = 0;
    std::uint64_t sample_type = 0;
    std::uint64_t read_format = 0;
    event_flags flags{};
    std::uint32_t wakeup_events = 0;
    std::uint32_t bp_type = 0;
    /// The address of a breakpoint; a pointer to the name of a kprobe's function, or to the path of a uprobe's file.
    std::uint64_t config1 = 0;
    /// The length of a breakpoint; the offset of a probe.
    std::uint64_t config2 = 0;
};

static_assert(sizeof(event_attribute) == 72 && std::has_unique_object_representations_v<event_attribute>);

} // namespace bpfxx::perf
