#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd_ref.hpp>
#include <bpfxx/map/facts.hpp>
#include <bpfxx/map/operations.hpp>
#include <bpfxx/perf/buffers.hpp>
#include <bpfxx/perf/one_of.hpp>
#include <bpfxx/perf/range.hpp>
#include <bpfxx/perf/reader_options.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/sys/timeout.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

namespace bpfxx {

namespace perf::detail {

template <class Map>
concept array_of_events =
    std::same_as<typename Map::kind_type, map_kind::perf_event_array> && writable<typename Map::access_type>;

template <class Visitor, class Range>
[[nodiscard]] bool goes_on(Visitor& visit, Range const& range, typename Range::reference record) {
    auto const called = [&]() -> decltype(auto) {
        if constexpr (std::is_invocable_v<Visitor&, cpu_number, typename Range::reference>)
            return visit(range.cpu(), std::forward<typename Range::reference>(record));
        else
            return visit(std::forward<typename Range::reference>(record));
    };
    if constexpr (std::is_void_v<decltype(called())>)
        return called(), true;
    else
        return called();
}

} // namespace perf::detail

/// Reads what programs write with the helper `perf_event_output` and BPF_F_CURRENT_CPU: a buffer for each CPU that is
/// online, under that CPU's number in the map. CPUs that are not online have none until they come and `refresh` is called.
///
/// Each record has the size of `Record`, or up to 7 bytes more or less where the kernel pads to the same size
/// (`perf::padded_size`); `perf_reader<>` takes records of any size, as bytes, with the padding. Records of several types,
/// `one_of`, are given as copies in the range, each until the loop goes on.
/// UAPI: BPF_MAP_TYPE_PERF_EVENT_ARRAY, PERF_COUNT_SW_BPF_OUTPUT
/// Since: Linux 4.4; `pause` 4.7
template <class Record = raw_bytes>
class [[nodiscard]] perf_reader {
    static constexpr bool is_raw = std::same_as<Record, raw_bytes>;

    template <class OnLost>
    using range = perf_range<Record, OnLost>;
    using range_unheard = range<perf::detail::lost_unheard>;

  public:
    using options_type = perf_reader_options;

    /// Opens events for all CPUs that are online and puts them into the map, in the place of others that are there.
    /// Errors: EPERM CAP_BPF or CAP_PERFMON is missing, or more memory than is allowed; E2BIG the map has no room for the
    /// number of a CPU that is online; EINVAL pages are no power of two; map_type_differs; ENOMEM, EMFILE
    /// Costs: ten system calls and four for each CPU; memory for the buffers, and 112 bytes for each possible CPU
    /// Races: of two readers of one map, programs write to the one that was opened last; as soon as either ends, to none
    [[nodiscard]] static result<perf_reader> open(fd_ref<kind::map> map, options_type const& options = {}) noexcept {
        auto opened = perf::detail::buffers::open(
            map, {.pages = options.pages_per_cpu.count(),
                  .wakeup = options.wakeup.number(),
                  .flags = options.wakeup.is_of_bytes() ? perf::event_flags::watermark : perf::event_flags::none});
        if (!opened) return opened.error();
        return perf_reader{std::move(*opened)};
    }
    template <perf::detail::array_of_events Map>
    [[nodiscard]] static result<perf_reader> open(Map const& map, options_type const& options = {}) noexcept {
        return open(map.fd(), options);
    }
    template <class Map>
    static void open(Map const&, options_type const& = {}) // give a perf_event_array, opened as read_write
        requires(!perf::detail::array_of_events<Map> && !std::convertible_to<Map const&, fd_ref<kind::map>>)
    = delete;

    /// What has been written so far, one CPU after the other, for range-for; with a place for it, `outcome` is there
    /// afterwards. What the kernel says is lost adds to `lost`.
    /// Errors: record_size_differs; unknown_record; record_outside what is there cannot be records. What is wrong is
    /// skipped, and in the last case all that this CPU has
    /// Costs: no system call, no allocation; the range has room for one record
    [[nodiscard]] range_unheard drain() & noexcept
        requires(!is_raw)
    {
        return {buffers_.cursors(), {}, nullptr};
    }
    [[nodiscard]] range_unheard drain(result<void>& outcome) & noexcept
        requires(!is_raw)
    {
        return {buffers_.cursors(), {}, &outcome};
    }

    /// The same as bytes. A record that stands at the buffer's end and goes on at its start is put together in `room`,
    /// which has to hold `perf::sample_size` of it.
    /// Errors: those above; buffer_too_small `room` is too small for that record, which stays where it is
    [[nodiscard]] range_unheard drain(std::span<std::byte> room) & noexcept
        requires is_raw
    {
        return {buffers_.cursors(), {}, nullptr, room};
    }
    [[nodiscard]] range_unheard drain(std::span<std::byte> room, result<void>& outcome) & noexcept
        requires is_raw
    {
        return {buffers_.cursors(), {}, &outcome, room};
    }

    /// Calls `visit(record)`, or `visit(cpu, record)`, with what has been written so far, at most `most` times, until it
    /// answers false if it answers, and `on_lost(perf_lost)` in between: how many records were visited.
    /// Errors: as `drain`; those before have been visited, the next call goes on behind it
    /// Costs: no system call, no allocation
    template <class Visitor>
    [[nodiscard]] result<std::size_t> consume(Visitor&& visit, std::size_t most = all)
        requires(!is_raw)
    {
        return consume(visit, perf::detail::lost_unheard{}, most);
    }
    template <class Visitor, std::invocable<perf_lost> OnLost>
    [[nodiscard]] result<std::size_t> consume(Visitor&& visit, OnLost&& on_lost, std::size_t most = all)
        requires(!is_raw)
    {
        return visit_all(visit, on_lost, most);
    }
    template <class Visitor>
    [[nodiscard]] result<std::size_t> consume(std::span<std::byte> room, Visitor&& visit, std::size_t most = all)
        requires is_raw
    {
        return consume(room, visit, perf::detail::lost_unheard{}, most);
    }
    template <class Visitor, std::invocable<perf_lost> OnLost>
    [[nodiscard]] result<std::size_t> consume(std::span<std::byte> room, Visitor&& visit, OnLost&& on_lost,
                                              std::size_t most = all)
        requires is_raw
    {
        return visit_all(visit, on_lost, most, room);
    }

    /// Waits until a CPU has written as much as the options say, which is told once, read or not: false when the time is
    /// over. What a walk saw and left is not waited for.
    /// UAPI: epoll_pwait2(2)
    /// Since: Linux 5.11
    /// Errors: EINTR a signal came
    /// Costs: one system call, or none
    [[nodiscard]] result<bool> poll(timeout const& longest) noexcept {
        for (auto const& each : buffers_.cursors())
            if (each.unread() != 0) return true;
        return buffers_.wait(longest);
    }

    /// What epoll, io_uring or an event loop watches for all CPUs together. For as long as the reader lives.
    [[nodiscard]] fd_ref<kind::file> fd() const& noexcept { return buffers_.fd(); }
    fd_ref<kind::file> fd() const&& = delete; // this descriptor is closed at once: name the reader

    /// The event of one CPU, none where it is not open. For as long as the reader lives, or until `refresh`.
    [[nodiscard]] optional_fd_ref<kind::perf_event> event(cpu_number cpu) const& noexcept {
        return buffers_.event(cpu);
    }
    optional_fd_ref<kind::perf_event> event(cpu_number) const&& = delete; // closed at once: name the reader

    /// How many records the kernel has said that it could not write, all in all. It says so with the next record that it
    /// can write.
    [[nodiscard]] std::uint64_t lost() const noexcept { return buffers_.lost(); }

    /// Opens the events of CPUs that have come since, also of those that were gone for a while: how many it opened. What
    /// those had written before is read first: where something is left, the next call opens them.
    /// Errors: as `open`
    /// Costs: one system call for each possible CPU, and five for each one that has come
    [[nodiscard]] result<std::uint32_t> refresh() noexcept { return buffers_.refresh(); }

    /// Keeps the kernel from writing: records count as lost, until `resume`.
    /// UAPI: PERF_EVENT_IOC_PAUSE_OUTPUT
    /// Since: Linux 4.7
    /// Costs: one system call for each CPU
    [[nodiscard]] result<void> pause() noexcept { return buffers_.pause(true); }
    [[nodiscard]] result<void> resume() noexcept { return buffers_.pause(false); }

  private:
    static constexpr std::size_t all = ~std::size_t{0};

    explicit perf_reader(perf::detail::buffers opened) noexcept : buffers_{std::move(opened)} {}

    template <class Visitor, class OnLost, class... Room>
    result<std::size_t> visit_all(Visitor& visit, OnLost& on_lost, std::size_t most, Room... room) {
        std::size_t count = 0;
        if (most == 0) return count;
        result<void> problem = outcome::success();
        range<OnLost&> records{buffers_.cursors(), on_lost, &problem, room...};
        for (auto&& each : records) {
            ++count;
            if (!perf::detail::goes_on(visit, records, each) || count == most) break;
        }
        if (!problem) return problem.error();
        return count;
    }

    perf::detail::buffers buffers_;
};

} // namespace bpfxx
