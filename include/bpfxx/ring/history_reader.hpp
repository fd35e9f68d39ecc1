#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/map/ring_buffer.hpp>
#include <bpfxx/ring/history.hpp>
#include <bpfxx/ring/mapped.hpp>
#include <bpfxx/ring/record_form.hpp>
#include <bpfxx/sys/object.hpp>
#include <bpfxx/sys/wait.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

namespace bpfxx {

/// Reads a ring that overwrites its oldest records when it is full, as a flight recorder does: created with
/// `map_flags::rb_overwrite`. As nothing holds producers back, each record is copied before it is seen, and was whole
/// when it was copied. `Record` is what it is for `ring_reader`.
/// UAPI: BPF_F_RB_OVERWRITE
/// Since: Linux 6.19
template <class Record = raw_bytes>
class [[nodiscard]] ring_history {
    using form = ring::record_form<Record>;
    static constexpr bool is_fixed = form::length != 0;

  public:
    using record_type = Record;
    using reference = typename form::reference;

    /// Errors: map_type_differs; map_flags_differ a ring that does not overwrite, which `ring_reader` reads; EMFILE; ENOMEM
    /// Costs: four system calls, with `exclusive` six; no allocation
    [[nodiscard]] static result<ring_history> open(fd_ref<kind::map> map,
                                                   ring_reader_options const& options = {}) noexcept {
        return adopt(owned_fd<kind::map>::duplicate(map), options);
    }
    [[nodiscard]] static result<ring_history> open(ring_buffer const& map,
                                                   ring_reader_options const& options = {}) noexcept {
        return open(map.fd(), options);
    }
    [[nodiscard]] static result<ring_history> open(char const* path, ring_reader_options const& options = {}) noexcept {
        return adopt(sys::open_pinned<kind::map>(path, open_flags::none), options);
    }

    /// Calls `visit` with a copy of each record that is still there, the oldest first; it may answer false to be the last
    /// one. Answers how many it was.
    /// Errors: record_size_differs, unknown_record: the record was passed over; record_outside
    /// Costs: no system call, no allocation; a copy of each record, on the stack
    template <class Visitor>
    [[nodiscard]] result<std::size_t> consume(Visitor&& visit)
        requires is_fixed
    {
        std::uint64_t room[(form::length + 7) / 8];
        return consume(room, visit);
    }

    template <class Visitor>
    void consume(Visitor&&) // records of several lengths are copied to a buffer: consume(room, visit)
        requires(!is_fixed)
    = delete;

    /// The same through a buffer, for records of several lengths.
    /// Errors: buffer_too_small the record was passed over, as it has no room
    template <class Visitor>
    [[nodiscard]] result<std::size_t> consume(std::span<std::uint64_t> room, Visitor&& visit) {
        std::size_t count = 0;
        for (;;) {
            auto const next = at_.copy_next(room);
            at_.publish();
            errc const problem = next.any ? refusal(next.length, room) : next.problem;
            if (problem != errc{}) return error{problem, command::read_memory};
            if (!next.any) return count;
            ++count;
            auto&& record = form::view(reinterpret_cast<std::byte const*>(room.data()), next.length);
            if constexpr (std::is_void_v<decltype(visit(record))>)
                visit(record);
            else if (!visit(record))
                return count;
        }
    }

    /// Bytes of records that were overwritten before they were read, their headers included, since it was opened.
    /// Costs: no system call
    [[nodiscard]] std::uint64_t lost_bytes() const noexcept { return at_.lost_bytes(); }

    /// Waits until there is a record, or one that is still being written: false when the time is over.
    /// UAPI: ppoll(2)
    /// Errors: EINTR a signal came
    /// Costs: one system call
    [[nodiscard]] result<bool> poll(timeout const& longest) const noexcept { return sys::wait(fd(), POLLIN, longest); }

    /// What epoll, io_uring or an event loop watches, for as long as the reader lives.
    [[nodiscard]] fd_ref<kind::map> fd() const& noexcept { return ring_.fd; }
    fd_ref<kind::map> fd() const&& = delete; // this descriptor is closed at once: name the reader

  private:
    static result<ring_history> adopt(result<owned_fd<kind::map>> opened, ring_reader_options const& options) noexcept {
        auto ring = ring::mapped::open(std::move(opened), options, map_flags::rb_overwrite, map_flags::none);
        if (!ring) return ring.error();
        return ring_history{std::move(*ring)};
    }

    explicit ring_history(ring::mapped ring) noexcept : ring_{std::move(ring)}, at_{ring_.where()} {}

    [[nodiscard]] static errc refusal(std::uint32_t length, std::span<std::uint64_t> room) noexcept {
        // What was not copied is not looked at.
        bool const whole = length <= room.size_bytes();
        if (is_fixed && !whole) return errc::record_size_differs;
        if (!whole) return errc::buffer_too_small;
        return form::refusal(reinterpret_cast<std::byte const*>(room.data()), length);
    }

    ring::mapped ring_;
    ring::history at_;
};

} // namespace bpfxx
