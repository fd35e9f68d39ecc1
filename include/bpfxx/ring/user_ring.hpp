#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/command.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/map/ring_buffer.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/ring/user_memory.hpp>
#include <bpfxx/shm/mapping.hpp>
#include <bpfxx/sys/timeout.hpp>
#include <bpfxx/sys/watch.hpp>

#include <sys/epoll.h>

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <optional>
#include <utility>

// A user ring buffer as its producer has it, whatever its records are.
namespace bpfxx::detail {

/// Waits for a program that makes room. poll(2) would not do: it says "writable" as long as there is any room, which as a
/// rule is less than a record, and does so at once, again and again. Edges come when a program has drained.
class room_watch {
  public:
    /// Everything that is drained from here on ends a wait.
    [[nodiscard]] static result<room_watch> start(fd_ref<kind::map> ring) noexcept {
        auto set = sys::watch_set::create();
        if (!set) return set.error();
        if (auto const added = set->add(ring, EPOLLOUT | EPOLLET, 0); !added) return added.error();
        return room_watch{std::move(*set)};
    }

    /// Waits so long at most; what ended the wait is not said.
    [[nodiscard]] result<void> wait(timeout const& at_most) const noexcept {
        ::epoll_event happened;
        if (auto const waited = set_.wait({&happened, 1}, at_most); !waited) return waited.error();
        return outcome::success();
    }

  private:
    explicit room_watch(sys::watch_set set) noexcept : set_{std::move(set)} {}

    sys::watch_set set_;
};

/// What is left of a timeout that began when this was made.
class time_left {
  public:
    explicit time_left(timeout const& given) noexcept : whole_{given}, start_{given.is_never() ? 0 : clock()} {}

    [[nodiscard]] timeout now() const noexcept {
        if (whole_.is_never()) return whole_;
        return nanoseconds{whole_.nanoseconds() - (clock() - start_)};
    }

  private:
    struct nanoseconds {
        struct period {
            static constexpr std::int64_t num = 1;
            static constexpr std::int64_t den = 1'000'000'000;
        };
        std::int64_t number;

        [[nodiscard]] constexpr std::int64_t count() const noexcept { return number; }
    };

    static std::int64_t clock() noexcept {
        ::timespec at{};
        ::clock_gettime(CLOCK_MONOTONIC, &at);
        return std::int64_t{at.tv_sec} * nanoseconds::period::den + at.tv_nsec;
    }

    timeout whole_;
    std::int64_t start_;
};

/// A mapped ring and what its producer knows of it.
class user_ring {
  public:
    [[nodiscard]] static result<user_ring> open(owned_fd<kind::map> fd, std::uint64_t record) noexcept {
        auto given = user_ring_buffer::adopt(std::move(fd));
        if (!given) return given.error();
        if (!user_record_fits(record, given->size_bytes())) return error{errc::e2big, command::reserve_record};
        auto const page = page_size();
        auto const length = page + std::uint64_t{2} * given->size_bytes();
        if (!std::in_range<std::size_t>(length)) return error{errc::enomem, command::map_memory};
        auto consumer = mapping<read_only>::map(given->fd(), {.length = page});
        if (!consumer) return consumer.error();
        auto producer = mapping<read_write>::map(given->fd(), {.length = std::size_t(length), .offset = page});
        if (!producer) return producer.error();
        user_ring made{std::move(*given), std::move(*consumer), std::move(*producer)};
        if (!made.memory.is_well_formed()) return error{errc::record_outside, command::reserve_record};
        return made;
    }

    /// Calls `attempt` until it has something or fails, or until there is no time left.
    template <class Attempt>
    [[nodiscard]] auto retried(timeout const& at_most, Attempt const& attempt) noexcept -> decltype(attempt()) {
        auto first = attempt();
        if (!first || *first || at_most.nanoseconds() == 0) return first;
        time_left const time{at_most};
        if (!watch) {
            auto started = room_watch::start(map.fd());
            if (!started) return started.error();
            watch = std::move(*started);
        }
        for (;;) {
            auto again = attempt();
            if (!again || *again) return again;
            auto const rest = time.now();
            if (rest.nanoseconds() == 0) return again;
            auto const waited = watch->wait(rest);
            if (!waited) return waited.error();
        }
    }

    user_ring_buffer map;
    mapping<read_only> consumer;
    mapping<read_write> producer;
    user_ring_memory memory;
    std::optional<room_watch> watch{};

  private:
    user_ring(user_ring_buffer given, mapping<read_only> read, mapping<read_write> written) noexcept
        : map{std::move(given)}, consumer{std::move(read)}, producer{std::move(written)},
          memory{reinterpret_cast<ring::position const*>(consumer.data()),
                 reinterpret_cast<ring::position*>(producer.data()), producer.data() + page_size(), map.size_bytes()} {}
};

} // namespace bpfxx::detail
