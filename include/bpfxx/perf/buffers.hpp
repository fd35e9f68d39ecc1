#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/cpu.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/map/element.hpp>
#include <bpfxx/map/handle.hpp>
#include <bpfxx/perf/attribute.hpp>
#include <bpfxx/perf/buffer.hpp>
#include <bpfxx/perf/event.hpp>
#include <bpfxx/perf/pages.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/shm/mapping.hpp>
#include <bpfxx/sys/file.hpp>
#include <bpfxx/sys/watch.hpp>

#include <linux/ioctl.h>
#include <sys/epoll.h>

#include <cstddef>
#include <cstdint>
#include <new>
#include <optional>
#include <span>
#include <utility>

namespace bpfxx::perf::detail {

/// The events of all CPUs that are online, each with its buffer, in a map; where a reader stands in each of them.
class [[nodiscard]] buffers {
  public:
    struct setup {
        std::uint32_t pages = 0;
        std::uint32_t wakeup = 0;
        event_flags flags{};
    };

    static result<buffers> open(fd_ref<kind::map> lent, setup const& wanted) noexcept {
        // Of one's own: the kernel takes events out of a map with the descriptor that they were put in by.
        auto map = bpfxx::detail::opened_map::check(shape, owned_fd<kind::map>::duplicate(lent));
        if (!map) return map.error();
        auto const cpus = possible_cpus::read();
        if (!cpus) return cpus.error();
        auto room = pages::fresh(cpus->count() * (sizeof(cursor) + sizeof(slot)));
        if (!room) return room.error();
        auto set = sys::watch_set::create();
        if (!set) return set.error();
        buffers opened{std::move(map->fd), std::move(*set), std::move(*room), *cpus, wanted};
        auto const started = opened.refresh();
        if (!started) return started.error();
        return opened;
    }

    buffers(buffers&& other) noexcept
        : map_{std::move(other.map_)}, watch_{std::move(other.watch_)}, room_{std::move(other.room_)},
          count_{std::exchange(other.count_, 0)}, setup_{other.setup_}, paused_{other.paused_} {}
    buffers& operator=(buffers&& other) noexcept {
        close_all();
        map_ = std::move(other.map_);
        watch_ = std::move(other.watch_);
        room_ = std::move(other.room_);
        count_ = std::exchange(other.count_, 0);
        setup_ = other.setup_;
        paused_ = other.paused_;
        return *this;
    }
    ~buffers() { close_all(); }

    [[nodiscard]] std::span<cursor> cursors() const noexcept {
        return {reinterpret_cast<cursor*>(room_.data()), count_};
    }
    [[nodiscard]] fd_ref<kind::file> fd() const noexcept { return watch_.fd(); }

    [[nodiscard]] optional_fd_ref<kind::perf_event> event(cpu_number cpu) const noexcept {
        for (auto const& each : slots())
            if (each && cursors()[index_of(each)].cpu() == cpu) return each->event;
        return {};
    }

    [[nodiscard]] std::uint64_t lost() const noexcept {
        std::uint64_t sum = 0;
        for (auto const& each : cursors()) sum += each.lost();
        return sum;
    }

    /// Opens the events of CPUs that have come, and again of those that went meanwhile: how many.
    result<std::uint32_t> refresh() noexcept {
        std::uint32_t opened = 0;
        for (auto& each : slots()) {
            auto& at = cursors()[index_of(each)];
            if (each) {
                auto const runs = is_running(*each);
                if (!runs) return runs.error();
                if (*runs || at.look()) continue; // what is unread is read first
                // The kernel keeps it a while, and would wake for it.
                static_cast<void>(watch_.remove(each->event.borrow()));
                close(at, each);
            }
            auto const done = open(at, each);
            if (!done) return done.error();
            opened += *done ? 1 : 0;
        }
        return opened;
    }

    /// Waits until the kernel wakes for one of them.
    [[nodiscard]] result<bool> wait(timeout const& longest) const noexcept {
        ::epoll_event ready[64]; // being told is once: what is ready and not told is told the next time
        auto const count = watch_.wait(ready, longest);
        if (!count) return count.error();
        return *count != 0;
    }

    [[nodiscard]] bool is_paused() const noexcept { return paused_; }
    result<void> pause(bool wanted) noexcept {
        for (auto const& each : slots()) {
            if (!each) continue;
            auto const done = pause(each->event, wanted);
            if (!done) return done.error();
        }
        paused_ = wanted;
        return outcome::success();
    }

  private:
    static constexpr bpfxx::detail::map_shape shape{.type = map_type::perf_event_array,
                                                    .key_size = sizeof(cpu_number),
                                                    .value_size = sizeof(std::uint32_t),
                                                    .access = open_flags::none};

    struct one {
        owned_fd<kind::perf_event> event;
        pages memory;
        /// For how long the event had counted when it was last asked.
        std::uint64_t enabled_ns;
    };
    using slot = std::optional<one>;
    static_assert(sizeof(cursor) % alignof(slot) == 0);

    buffers(owned_fd<kind::map> map, sys::watch_set watch, pages room, possible_cpus const& cpus,
            setup const& wanted) noexcept
        : map_{std::move(map)}, watch_{std::move(watch)}, room_{std::move(room)}, count_{cpus.count()}, setup_{wanted} {
        for (std::uint32_t i = 0; i != count_; ++i) {
            ::new (cursors().data() + i) cursor{cpus.number(i)};
            ::new (slots().data() + i) slot{};
        }
    }

    [[nodiscard]] std::span<slot> slots() const noexcept {
        return {reinterpret_cast<slot*>(room_.data() + count_ * sizeof(cursor)), count_};
    }
    [[nodiscard]] std::size_t index_of(slot const& each) const noexcept {
        return static_cast<std::size_t>(&each - slots().data());
    }
    [[nodiscard]] bool is_backward() const noexcept {
        return (static_cast<std::uint64_t>(setup_.flags) & static_cast<std::uint64_t>(event_flags::write_backward)) !=
               0;
    }

    // PERF_COUNT_SW_BPF_OUTPUT, PERF_SAMPLE_RAW, PERF_FORMAT_TOTAL_TIME_ENABLED.
    [[nodiscard]] event_attribute attribute() const noexcept {
        return {.type = event_type::software,
                .config = 10,
                .sample_type = 1u << 10,
                .read_format = 1,
                .flags = setup_.flags,
                .wakeup_events = setup_.wakeup};
    }

    // False where the CPU is not online.
    result<bool> open(cursor& at, slot& into) noexcept {
        auto event = perf::open(attribute(), {.cpu = static_cast<std::int32_t>(at.cpu())});
        if (!event && event.error().code == errc::enodev) return false;
        if (!event) return event.error();
        auto const page = page_size();
        auto const size = page * setup_.pages;
        auto memory = pages::of(*event, page + size, is_backward() ? pages::access::read : pages::access::read_write);
        if (!memory) return memory.error();
        if (paused_) {
            auto const paused = pause(*event, true);
            if (!paused) return paused.error();
        }
        auto const watched = watch_.add(event->borrow(), EPOLLIN, 0);
        if (!watched) return watched.error();
        // From here on programs write.
        auto const stored = bpfxx::detail::update(map_, at.cpu(), event->borrow(), element_flags::any);
        if (!stored) return stored.error();
        auto* const start = memory->data();
        at.start({.head = reinterpret_cast<std::uint64_t const*>(start + 1024),
                  .tail = reinterpret_cast<std::uint64_t*>(start + 1032),
                  .data = start + page,
                  .size = size});
        into.emplace(one{std::move(*event), std::move(*memory), 0});
        return true;
    }

    void close(cursor& at, slot& from) const noexcept {
        // Programs no longer find the event, which the map would keep open.
        static_cast<void>(bpfxx::detail::erase(map_, at.cpu()));
        at.stop();
        from.reset();
    }
    void close_all() noexcept {
        for (auto& each : slots())
            if (each) close(cursors()[index_of(each)], each);
        count_ = 0;
    }

    static result<void> pause(fd_ref<kind::perf_event> event, bool wanted) noexcept {
        return control(event, _IOW('$', 9, std::uint32_t), wanted ? 1 : 0);
    }

    // An event ends with its CPU and does not come back with it: it counts no time any more.
    static result<bool> is_running(one& which) noexcept {
        char answer[16]{};
        auto const got = sys::read_once(which.event.borrow(), answer);
        if (!got) return got.error();
        auto const before = which.enabled_ns;
        which.enabled_ns = read_at<std::uint64_t>(reinterpret_cast<std::byte const*>(answer) + 8);
        return which.enabled_ns != before;
    }

    owned_fd<kind::map> map_;
    sys::watch_set watch_;
    pages room_;
    std::uint32_t count_;
    setup setup_;
    bool paused_ = false;
};

} // namespace bpfxx::perf::detail
