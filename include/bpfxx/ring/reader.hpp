#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/map/ring_buffer.hpp>
#include <bpfxx/ring/drain.hpp>
#include <bpfxx/ring/mapped.hpp>
#include <bpfxx/sys/object.hpp>
#include <bpfxx/sys/wait.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <type_traits>
#include <utility>

namespace bpfxx {

/// Reads what programs write to a ring buffer, in the ring itself. `Record` is what every record is: a type of one size
/// (`ring_reader<event>`), `one_of` several, `with_tail`, or `raw_bytes`. A ring has one reader at a time.
///
/// A record that is not what `Record` says is an error, and stays where it is until `skip`.
/// UAPI: BPF_MAP_TYPE_RINGBUF
/// Since: Linux 5.8
template <class Record = raw_bytes, class Wakes = when_woken>
class [[nodiscard]] ring_reader {
    static constexpr bool has_intervals = std::is_same_v<Wakes, at_intervals>;
    static_assert(has_intervals || std::is_same_v<Wakes, when_woken>,
                  "a reader is woken by the kernel or looks at intervals: when_woken, at_intervals");

  public:
    using record_type = Record;
    /// What the loop gets: `Record const&`, or what stands for a record that has no type of its own.
    using reference = typename ring::record_form<Record>::reference;

    /// Opens a ring that is a map of this process.
    /// Errors: map_type_differs; map_flags_differ a ring that overwrites, which `ring_history` reads; EMFILE; ENOMEM; with
    /// `exclusive`: EAGAIN it has a reader already, EPERM CAP_SYS_ADMIN is missing
    /// Costs: four system calls, with `exclusive` six; no allocation
    [[nodiscard]] static result<ring_reader> open(fd_ref<kind::map> map,
                                                  ring_reader_options const& options = {}) noexcept {
        return adopt(owned_fd<kind::map>::duplicate(map), options);
    }
    [[nodiscard]] static result<ring_reader> open(ring_buffer const& map,
                                                  ring_reader_options const& options = {}) noexcept {
        return open(map.fd(), options);
    }

    /// Opens a pinned ring.
    /// UAPI: BPF_OBJ_GET
    [[nodiscard]] static result<ring_reader> open(char const* path, ring_reader_options const& options = {}) noexcept {
        return adopt(sys::open_pinned<kind::map>(path, open_flags::none), options);
    }

    /// The records that are there, to walk over in the ring itself: `for (event const& e : reader.drain())`. Without a
    /// place for it, what is wrong with one is treated as `.value()` treats it.
    /// Errors: record_size_differs, unknown_record; record_outside the shared memory was tampered with
    /// Costs: no system call, no allocation, no copy
    /// Races: a record that is still being written ends the loop; producers get the room back as the loop goes on
    [[nodiscard]] auto drain() & noexcept { return ring::drained<Record, Wakes>{cursor_, nullptr}; }
    [[nodiscard]] auto drain(result<void>& outcome) & noexcept {
        return ring::drained<Record, Wakes>{cursor_, &outcome};
    }
    void drain() && = delete;              // these records are unmapped at once: name the reader
    void drain(result<void>&) && = delete; // these records are unmapped at once: name the reader

    /// Calls `visit` with each record that is there, at most `most` of them; it may answer false to be the last one.
    /// Answers how many it was: what is wrong with a record is an error when it is the first.
    /// Errors, Costs, Races: those of `drain`
    template <class Visitor>
    [[nodiscard]] result<std::size_t> consume(Visitor&& visit,
                                              std::size_t most = std::numeric_limits<std::size_t>::max()) {
        std::size_t count = 0;
        if (most == 0) return count;
        result<void> problem = outcome::success();
        for (auto&& record : drain(problem)) {
            ++count;
            if constexpr (std::is_void_v<decltype(visit(record))>)
                visit(record);
            else if (!visit(record))
                break;
            if (count == most) break;
        }
        if (count == 0 && !problem) return problem.error();
        return count;
    }

    /// Passes over the first record, whatever it is: how long its payload was. Nothing when there is none, or when it is
    /// still being written.
    /// Errors: record_outside
    /// Costs: no system call
    [[nodiscard]] result<std::optional<std::uint32_t>> skip() noexcept {
        std::optional<std::uint32_t> length;
        result<void> problem = outcome::success();
        for (auto const bytes : ring::drained<raw_bytes, when_woken>{cursor_, &problem}) {
            length = static_cast<std::uint32_t>(bytes.size());
            break;
        }
        if (!problem) return problem.error();
        return length;
    }

    /// Waits until there is a record, or one that is still being written: false when the time is over.
    /// UAPI: ppoll(2)
    /// Errors: EINTR a signal came
    /// Costs: one system call
    [[nodiscard]] result<bool> poll(timeout const& longest) const noexcept
        requires(!has_intervals)
    {
        return sys::wait(fd(), POLLIN, longest);
    }
    void poll(timeout const&) const // a reader at intervals is never woken: let it rest(interval)
        requires has_intervals
    = delete;

    /// Sleeps, to let records come together.
    /// UAPI: clock_nanosleep(2)
    /// Errors: EINTR a signal came
    /// Costs: one system call
    [[nodiscard]] result<void> rest(timeout const& interval) const noexcept
        requires has_intervals
    {
        return sys::sleep(interval);
    }
    void rest(timeout const&) const // this reader is woken by the kernel: poll(timeout), or name at_intervals
        requires(!has_intervals)
    = delete;

    /// What epoll, io_uring or an event loop watches: readable when there is a record. For as long as the reader lives.
    [[nodiscard]] fd_ref<kind::map> fd() const& noexcept { return ring_.fd; }
    fd_ref<kind::map> fd() const&& = delete; // this descriptor is closed at once: name the reader

    /// Bytes that records take up which were not read yet, those that are still being written included.
    /// Costs: no system call
    [[nodiscard]] std::size_t available_bytes() const noexcept {
        ring::position ahead = 0;
        return cursor_.has_ahead(ahead) ? ahead : 0;
    }

    /// The size of the ring.
    [[nodiscard]] std::size_t size_bytes() const noexcept { return cursor_.size(); }

    ring_reader(ring_reader&&) noexcept = default;
    ring_reader& operator=(ring_reader&& other) noexcept {
        ring_reader{std::move(other)}.swap(*this);
        return *this;
    }
    /// Gives back all that was read.
    ~ring_reader() {
        if (ring_.consumer) cursor_.publish();
    }

    void swap(ring_reader& other) noexcept {
        std::swap(ring_, other.ring_);
        std::swap(cursor_, other.cursor_);
    }

  private:
    static result<ring_reader> adopt(result<owned_fd<kind::map>> opened, ring_reader_options const& options) noexcept {
        auto ring = ring::mapped::open(std::move(opened), options, map_flags::none, map_flags::rb_overwrite);
        if (!ring) return ring.error();
        return ring_reader{std::move(*ring)};
    }

    explicit ring_reader(ring::mapped ring) noexcept : ring_{std::move(ring)}, cursor_{ring_.where()} {}

    ring::mapped ring_;
    ring::cursor cursor_;
};

} // namespace bpfxx
