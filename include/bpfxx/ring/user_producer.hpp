#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd.hpp>
#include <bpfxx/map/ring_buffer.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/ring/lock.hpp>
#include <bpfxx/ring/record_form.hpp>
#include <bpfxx/ring/user_ring.hpp>
#include <bpfxx/ring/user_sample.hpp>
#include <bpfxx/sys/timeout.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <type_traits>
#include <utility>

namespace bpfxx {

/// How a ring is opened to be written.
struct user_ring_options {
    /// Take the lock that keeps a second producer out.
    bool exclusive = false;
};

/// Writes records to a ring from which a program takes them with bpf_user_ringbuf_drain, without entering the kernel:
///
///     auto commands = user_ring_producer<command>::open(ring);
///     if (auto room = commands->try_reserve(); room && *room) {      // nothing: the program is behind
///         **room = {.what = reset, .index = 7};
///         (*room)->submit();                                         // else the record is discarded
///     }
///
/// `Record` is one plain type; `one_of` several, told apart by a tag; `raw_bytes`, of lengths chosen at each call; or
/// `with_tail<head, element>`, of as many elements. Samples may be submitted in any order, and from other threads.
///
/// A ring has one producer at a time and a producer one thread: it cannot be copied, and one that finds that somebody
/// else has written is EBUSY from then on.
/// UAPI: BPF_MAP_TYPE_USER_RINGBUF, mmap(2)
/// Since: Linux 6.1
template <class Record = raw_bytes>
class [[nodiscard]] user_ring_producer {
    using sized = detail::sized_records<Record>;
    static constexpr bool is_bytes = std::is_same_v<Record, raw_bytes>;
    static constexpr bool is_counted = is_bytes || detail::has_tail<Record>;

  public:
    /// A record that is being written, or nothing where there is no room now.
    template <class One = Record>
    using reserved = std::optional<user_ring_sample<One, Record>>;

    /// Maps a ring, which may hold records of an earlier producer; the descriptor is the producer's own.
    /// UAPI: fcntl(2), mmap(2)
    /// Errors: E2BIG the ring is too small for one record, or the record longer than `longest_user_record`; EPERM the
    /// map is frozen; EMFILE, ENOMEM; record_outside the positions in the ring are none that it can have; with
    /// `exclusive`: EAGAIN it has a producer already, EPERM CAP_SYS_ADMIN is missing
    /// Costs: four system calls, with `exclusive` six; no allocation; twice the ring's size of address space
    [[nodiscard]] static result<user_ring_producer> open(fd_ref<kind::map> map,
                                                         user_ring_options const& options = {}) noexcept {
        auto own = options.exclusive ? ring::locked(map) : owned_fd<kind::map>::duplicate(map);
        if (!own) return own.error();
        auto opened = detail::user_ring::open(std::move(*own), ring::record_form<Record>::length);
        if (!opened) return opened.error();
        return user_ring_producer{std::move(*opened)};
    }
    [[nodiscard]] static result<user_ring_producer> open(user_ring_buffer const& map,
                                                         user_ring_options const& options = {}) noexcept {
        return open(map.fd(), options);
    }
    static void open( // programs write this ring: open a user_ring_buffer, which user space writes
        ring_buffer const&, user_ring_options const& = {}) = delete;

    /// Reserves a record: `try_reserve()`, and `try_reserve<start>()` where the ring has several types of them.
    /// Errors: EBUSY another producer has written to the ring; record_outside its positions are none that it can have;
    /// E2BIG the ring is too small for one of its types of record
    /// Costs: no system call
    template <class One = Record>
        requires(sized::template have<One>)
    [[nodiscard]] result<reserved<One>> try_reserve() noexcept {
        return reserve_length<One>(sizeof(One));
    }
    template <class One = Record>
        requires(!sized::template have<One>)
    void try_reserve() = delete; // name a type of record that this ring has, or how many bytes or elements of the tail

    /// Reserves a record of so many bytes, or with so many elements in its tail.
    /// Errors: E2BIG it is longer than the whole ring, or than `longest_user_record`; those above
    /// Costs: no system call
    [[nodiscard]] result<reserved<>> try_reserve(std::size_t count) noexcept
        requires is_counted
    {
        return reserve_length<Record>(length_of(count));
    }
    void try_reserve(std::size_t) // the type of a record of this ring says its size: reserve without a number
        requires(!is_counted)
    = delete;

    /// The same, and where there is no room, waits until programs have made enough: `ring->reserve(50ms)`. Nothing when
    /// the time is over. Programs that drain with BPF_RB_NO_WAKEUP wake nobody. A sample that is neither submitted nor
    /// discarded keeps those behind it in the ring, and this waiting.
    /// UAPI: epoll_create1(2), epoll_ctl(2), epoll_pwait2(2)
    /// Errors: EINTR a signal came; EMFILE; those of `try_reserve`
    /// Costs: no system call where there is room; else one for each time that a program drained, and two more the first
    /// time, for a descriptor that the producer keeps
    template <class One = Record>
        requires(sized::template have<One>)
    [[nodiscard]] result<reserved<One>> reserve(timeout const& longest) noexcept {
        return ring_.retried(longest, [this] { return try_reserve<One>(); });
    }
    [[nodiscard]] result<reserved<>> reserve(std::size_t count, timeout const& longest) noexcept
        requires is_counted
    {
        return ring_.retried(longest, [this, count] { return try_reserve(count); });
    }

    template <class One = Record>
        requires(!sized::template have<One>)
    void reserve(timeout const&) = delete;    // name a type of record that this ring has, or how many bytes or elements
    void reserve(std::size_t, timeout const&) // the type of a record of this ring says its size: give the timeout alone
        requires(!is_counted)
    = delete;

    /// Writes a whole record, which the program may take at once; false where there is no room now. The tag of `one_of`
    /// is written too.
    /// Errors: as `try_reserve`
    /// Costs: no system call
    template <class One = Record>
        requires(sized::template have<One>)
    [[nodiscard]] result<bool> try_submit(One const& record) noexcept {
        auto const room = ring_.memory.claim(sizeof(One));
        if (!room) return room.error();
        if (*room == nullptr) return false;
        std::memcpy(*room, &record, sizeof(One));
        sized::template mark<One>(*room);
        ring_.memory.publish(*room, sizeof(One));
        return true;
    }

    template <class One = Record>
        requires(!sized::template have<One>)
    void try_submit(One const&) = delete; // no record of this ring is of this one size: reserve it, then write to it

    /// Ends records that were reserved before this producer was opened and that, since theirs is gone, nobody will submit:
    /// the program takes none behind them. How many there were.
    /// Errors: record_outside the ring holds lengths that it cannot have
    /// Costs: no system call; looks at every such record
    [[nodiscard]] result<std::uint32_t> discard_abandoned() noexcept { return ring_.memory.discard_inherited(); }

    /// How many bytes are free now; each record takes 8 more than its length, rounded up to 8.
    /// Costs: no system call
    [[nodiscard]] std::uint64_t available_bytes() noexcept { return ring_.memory.available(); }

    /// The room for records and their headers, in bytes.
    [[nodiscard]] std::uint32_t size_bytes() const noexcept { return ring_.map.size_bytes(); }

    /// For an event loop, which should ask for edges (EPOLLET): writable means any room at all.
    [[nodiscard]] fd_ref<kind::map> fd() const& noexcept { return ring_.map.fd(); }
    fd_ref<kind::map> fd() const&& = delete; // borrows from a temporary that closes at once: name the producer

  private:
    explicit user_ring_producer(detail::user_ring ring) noexcept : ring_{std::move(ring)} {}

    // No count is so large that its length would be a small one.
    static constexpr std::uint64_t length_of(std::size_t count) noexcept {
        constexpr std::uint64_t too_long = longest_user_record + std::uint64_t{1};
        return count < too_long ? detail::record_length<Record>(count) : too_long;
    }

    template <class One>
    result<reserved<One>> reserve_length(std::uint64_t length) noexcept {
        auto const record = ring_.memory.reserve(length);
        if (!record) return record.error();
        if (*record == nullptr) return reserved<One>{};
        return reserved<One>{user_ring_sample<One, Record>{*record, static_cast<std::uint32_t>(length)}};
    }

    detail::user_ring ring_;
};

} // namespace bpfxx
