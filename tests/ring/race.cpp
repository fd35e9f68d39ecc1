// The reader of a ring buffer against made up kernels in other threads, for ThreadSanitizer, which knows the orders on
// both sides, and for whoever runs it without: every record comes whole, once and in order, or was discarded, or there
// was no room, which the producer counts. A record left out shows as a number that is missing.
#include "ring/fake_ring.hpp"

#include <bpfxx/ring/cursor.hpp>
#include <bpfxx/ring/drain.hpp>
#include <bpfxx/ring/record.hpp>
#include <bpfxx/ring/record_form.hpp>

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <random>
#include <span>
#include <thread>
#include <vector>

#if defined(__has_feature)
#    if __has_feature(thread_sanitizer)
#        define BPFXX_TESTS_SEE_RACES
#    endif
#elif defined(__SANITIZE_THREAD__)
#    define BPFXX_TESTS_SEE_RACES
#endif

#if defined(BPFXX_TESTS_SEE_RACES)
extern "C" void __tsan_release(void* address); // NOLINT(bugprone-reserved-identifier): its name
extern "C" void AnnotateIgnoreWritesBegin(char const* file, int line);
extern "C" void AnnotateIgnoreWritesEnd(char const* file, int line);
#endif

namespace {

using namespace bpfxx;

constexpr std::size_t size = 4096;
constexpr std::uint64_t records = 30'000;
constexpr std::size_t producers = 2;

/// ThreadSanitizer does not know that a header has two addresses, and the reader may look at either: what is released at
/// the one is released at the other too, just before the write itself, which is therefore not looked at.
bool commit(fake_ring& ring, std::byte* payload, bool discard) {
#if defined(BPFXX_TESTS_SEE_RACES)
    auto* const header = payload - sizeof(ring::header);
    __tsan_release(header < ring.data() + size ? header + size : header - size);
    AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
    bool const wakes = ring.commit(payload, discard);
    AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
    return wakes;
#else
    return ring.commit(payload, discard);
#endif
}

struct event {
    std::uint64_t producer;
    std::uint64_t number;
    std::array<std::uint64_t, 5> pattern;
};

constexpr std::uint64_t word(std::uint64_t producer, std::uint64_t number, std::size_t at) {
    return (number * 2 + producer) * 0x9e37'79b9'7f4a'7c15 + at;
}

/// Waits as ringbuf_map_poll does: not while there is anything to read; woken by irq_work.
class waiting_room {
  public:
    void wake() {
        std::scoped_lock const only_one{lock_};
        woken_ = true;
        waits_.notify_all();
    }

    /// False when nobody woke it for long.
    bool wait(fake_ring const& ring) {
        barrier_.fetch_add(1); // poll_wait() has one
        if (std::atomic_ref{*ring.producer()}.load(std::memory_order_acquire) != *ring.consumer()) return true;
        std::unique_lock only_one{lock_};
        bool const came = waits_.wait_for(only_one, std::chrono::seconds{5}, [&] { return woken_; });
        woken_ = false;
        return came;
    }

  private:
    std::mutex lock_;
    std::condition_variable waits_;
    bool woken_ = false;
    std::atomic<int> barrier_{0};
};

/// What a producer did.
struct produced {
    std::uint64_t submitted = 0;
    std::uint64_t discarded = 0;
    std::uint64_t without_room = 0;
};

/// Writes `records` records with the number of this producer, some of which it discards; `extra` words behind an event.
template <class Extra>
produced produce(fake_ring& ring, waiting_room& reader, std::uint64_t which, Extra const& extra) {
    produced done;
    for (std::uint64_t number = 1; number <= records; ++number) {
        std::size_t const more = extra(number);
        auto const length = static_cast<std::uint32_t>(sizeof(event) + more * 8);
        auto* const payload = ring.reserve(length);
        if (payload == nullptr) {
            ++done.without_room;
            if (number % 4 == 0) std::this_thread::yield();
            continue;
        }
        event made{which, number, {}};
        for (std::size_t at = 0; at != made.pattern.size(); ++at) made.pattern[at] = word(which, number, at);
        std::memcpy(payload, &made, sizeof made);
        for (std::size_t at = 0; at != more; ++at) {
            auto const behind = word(which, number, at + 5);
            std::memcpy(payload + sizeof made + 8 * at, &behind, 8);
        }
        if (number % 64 == 0) std::this_thread::yield(); // busy for a while
        bool const discards = number % 9 == 0;
        ++(discards ? done.discarded : done.submitted);
        if (commit(ring, payload, discards)) reader.wake();
    }
    return done;
}

/// What a reader saw.
struct seen {
    std::array<std::uint64_t, producers> last{}, count{};
    std::uint32_t torn = 0, out_of_order = 0, never_woken = 0;

    void see(event const& one, std::span<std::uint64_t const> extra = {}) {
        if (one.producer >= producers) {
            ++torn;
            return;
        }
        bool whole = one.number % 9 != 0;
        for (std::size_t at = 0; at != one.pattern.size(); ++at)
            whole = whole && one.pattern[at] == word(one.producer, one.number, at);
        for (std::size_t at = 0; at != extra.size(); ++at)
            whole = whole && extra[at] == word(one.producer, one.number, at + 5);
        torn += whole ? 0 : 1;
        out_of_order += one.number > last[one.producer] ? 0 : 1;
        last[one.producer] = one.number;
        ++count[one.producer];
    }
};

constexpr auto no_more = [](std::uint64_t) { return std::size_t{0}; };
constexpr auto some_more = [](std::uint64_t number) { return static_cast<std::size_t>(number * 7 % 13); };

/// Runs the producers, and `read_some` here until they are done and the ring is empty.
template <class Extra, class ReadSome>
void race(Extra const& extra, ReadSome const& read_some) {
    fake_ring ring{size, (ring::position{1} << 32) - 2048};
    waiting_room room;
    std::array<produced, producers> done;
    std::atomic<std::size_t> running{producers};
    std::vector<std::thread> threads;
    for (std::size_t which = 0; which != producers; ++which)
        threads.emplace_back([&, which] {
            done[which] = produce(ring, room, which, extra);
            running.fetch_sub(1);
            room.wake();
        });
    seen found;
    ring::cursor cursor{ring.memory()};
    for (bool last = false; !last;) {
        last = running.load() == 0;
        read_some(cursor, found);
        if (!last && !room.wait(ring)) ++found.never_woken;
    }
    for (auto& each : threads) each.join();
    CHECK(found.torn == 0);
    CHECK(found.out_of_order == 0);
    CHECK(found.never_woken == 0);
    for (std::size_t which = 0; which != producers; ++which) {
        CHECK(found.count[which] == done[which].submitted);
        CHECK(done[which].submitted + done[which].discarded + done[which].without_room == records);
        CHECK(done[which].submitted > 0);
    }
    ring::position ahead = 1;
    CHECK(cursor.has_ahead(ahead));
    CHECK(ahead == 0);
    cursor.publish();
    CHECK(*ring.consumer() == *ring.producer());
}

TEST_CASE_TEMPLATE("records of one size", Wakes, when_woken, at_intervals) {
    race(no_more, [](ring::cursor& cursor, seen& found) {
        for (event const& each : ring::drained<event, Wakes>{cursor, nullptr}) found.see(each);
    });
}

TEST_CASE_TEMPLATE("records with tails", Wakes, when_woken, at_intervals) {
    race(some_more, [](ring::cursor& cursor, seen& found) {
        for (auto const each : ring::drained<with_tail<event, std::uint64_t>, Wakes>{cursor, nullptr})
            found.see(each.head, each.tail);
    });
}

TEST_CASE_TEMPLATE("loops that are left early", Wakes, when_woken, at_intervals) {
    std::mt19937 random{5};
    race(no_more, [&](ring::cursor& cursor, seen& found) {
        for (bool more = true; more;) {
            more = false;
            auto most = random() % 6;
            for (event const& each : ring::drained<event, Wakes>{cursor, nullptr}) {
                found.see(each);
                more = true;
                if (most-- == 0) break;
            }
        }
    });
}

TEST_CASE("a reader that is slow") {
    race(some_more, [](ring::cursor& cursor, seen& found) {
        for (auto const bytes : ring::drained<raw_bytes, when_woken>{cursor, nullptr}) {
            std::vector<std::uint64_t> words(bytes.size() / 8);
            std::memcpy(words.data(), bytes.data(), bytes.size());
            event one;
            std::memcpy(&one, words.data(), sizeof one);
            found.see(one, std::span{words}.subspan(sizeof one / 8));
            std::this_thread::yield();
        }
    });
}

} // namespace
