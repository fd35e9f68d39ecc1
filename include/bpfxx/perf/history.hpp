#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd_ref.hpp>
#include <bpfxx/perf/backward.hpp>
#include <bpfxx/perf/buffers.hpp>
#include <bpfxx/perf/one_of.hpp>
#include <bpfxx/perf/reader.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/sys/call.hpp>

#include <asm/unistd.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

namespace bpfxx {

/// How the last records of perf events are kept.
struct perf_history_options {
    /// As for `perf_reader_options`.
    perf_pages pages_per_cpu = 64;
};

/// Keeps the last that programs wrote with the helper `perf_event_output`, as a flight recorder does: where a CPU's buffer
/// is full, the newest record overwrites the oldest. Nobody is woken; it is read when there is a reason to. The records
/// are what they are for `perf_reader`.
/// UAPI: `write_backward` of `struct perf_event_attr`, with buffers that are mapped to be read only
/// Since: Linux 4.7
template <class Record = raw_bytes>
class [[nodiscard]] perf_history {
    static constexpr bool is_raw = std::same_as<Record, raw_bytes>;

  public:
    using options_type = perf_history_options;

    /// Errors, Costs, Races: those of `perf_reader`
    [[nodiscard]] static result<perf_history> open(fd_ref<kind::map> map, options_type const& options = {}) noexcept {
        auto opened = perf::detail::buffers::open(
            map, {.pages = options.pages_per_cpu.count(), .flags = perf::event_flags::write_backward});
        if (!opened) return opened.error();
        return perf_history{std::move(*opened)};
    }
    template <perf::detail::array_of_events Map>
    [[nodiscard]] static result<perf_history> open(Map const& map, options_type const& options = {}) noexcept {
        return open(map.fd(), options);
    }
    template <class Map>
    static void open(Map const&, options_type const& = {}) // give a perf_event_array, opened as read_write
        requires(!perf::detail::array_of_events<Map> && !std::convertible_to<Map const&, fd_ref<kind::map>>)
    = delete;

    /// Calls `visit(record)`, or `visit(cpu, record)`, with a copy of each record that was written since the last call and
    /// is still there, the newest of each CPU first, and answers how many there were. What programs write meanwhile is
    /// lost, and the next call counts it.
    /// UAPI: PERF_EVENT_IOC_PAUSE_OUTPUT, membarrier(2)
    /// Errors: record_size_differs, unknown_record, record_outside: all others have been visited; EINVAL the kernel was
    /// booted with nohz_full=, where nothing says when programs are done
    /// Costs: two system calls for each CPU and one that waits for a grace period of RCU, some milliseconds; the room of
    /// one record
    template <class Visitor>
    [[nodiscard]] result<std::size_t> consume(Visitor&& visit)
        requires(!is_raw)
    {
        perf::detail::fixed_room<Record> room;
        return visit_all(room, visit);
    }

    /// The same as bytes, each record copied to `room`.
    /// Errors: buffer_too_small for one there is not enough
    template <class Visitor>
    [[nodiscard]] result<std::size_t> consume(std::span<std::byte> room, Visitor&& visit)
        requires is_raw
    {
        perf::detail::any_room whole{.room = room};
        return visit_all(whole, visit);
    }

    /// Bytes of records that were overwritten before they were visited.
    [[nodiscard]] std::uint64_t lost_bytes() const noexcept { return overwritten_bytes_; }

    /// How many records the kernel has said that it could not write, while they were visited or `pause` kept it from it.
    [[nodiscard]] std::uint64_t lost() const noexcept { return buffers_.lost(); }

    /// As for `perf_reader`; what a CPU that went has left is visited first.
    [[nodiscard]] result<std::uint32_t> refresh() noexcept { return buffers_.refresh(); }

    /// As for `perf_reader`: so that what led to something is kept until it is visited.
    [[nodiscard]] result<void> pause() noexcept { return buffers_.pause(true); }
    [[nodiscard]] result<void> resume() noexcept { return buffers_.pause(false); }

  private:
    explicit perf_history(perf::detail::buffers opened) noexcept : buffers_{std::move(opened)} {}

    // Goes on where it was not paused before, however the visit ends.
    class pause_meanwhile {
      public:
        explicit pause_meanwhile(perf::detail::buffers& paused) noexcept : buffers_{paused}, was_{paused.is_paused()} {}
        pause_meanwhile(pause_meanwhile const&) = delete;
        pause_meanwhile& operator=(pause_meanwhile const&) = delete;
        ~pause_meanwhile() {
            if (!was_) static_cast<void>(buffers_.pause(false));
        }

      private:
        perf::detail::buffers& buffers_;
        bool was_;
    };

    // A program that had begun to write goes on after the pause. Programs write as readers of RCU.
    static result<void> wait_for_programs() noexcept {
        constexpr long global = 1; // MEMBARRIER_CMD_GLOBAL
        long const waited = sys::detail::enter(__NR_membarrier, global, 0, 0);
        if (sys::detail::is_failure(waited)) return sys::detail::failure(waited, command::wait);
        return outcome::success();
    }

    template <class Room, class Visitor>
    result<std::size_t> visit_all(Room& room, Visitor& visit) {
        pause_meanwhile const guard{buffers_};
        auto const paused = buffers_.pause(true);
        if (!paused) return paused.error();
        auto const quiet = wait_for_programs();
        if (!quiet) return quiet.error();
        perf::detail::backward_walk walk;
        auto const called = [&](cpu_number cpu, typename Room::reference record) {
            if constexpr (std::is_invocable_v<Visitor&, cpu_number, typename Room::reference>)
                visit(cpu, record);
            else
                visit(record);
        };
        for (auto& each : buffers_.cursors())
            if (each) perf::detail::walk_backward(each, room, called, walk);
        overwritten_bytes_ += walk.overwritten_bytes;
        if (!walk.problem) return walk.problem.error();
        return walk.count;
    }

    perf::detail::buffers buffers_;
    std::uint64_t overwritten_bytes_ = 0;
};

} // namespace bpfxx
