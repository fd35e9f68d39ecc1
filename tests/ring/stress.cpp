// A ring buffer of the running kernel under load: a program on every processor writes as fast as it can, and readers of
// several tempers read. Each record says its processor, its number there and a pattern with a checksum; the program counts
// what it submitted, what it discarded and where there was no room. Nothing else may be missing, and nothing come twice.
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/map/array.hpp>
#include <bpfxx/map/ring_buffer.hpp>
#include <bpfxx/program/handle.hpp>
#include <bpfxx/program/test_run.hpp>
#include <bpfxx/ring/reader.hpp>

#include "kernel/support/counting.hpp"
#include "kernel/support/skip.hpp"

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <pthread.h>
#include <sched.h>
#include <span>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

using namespace bpfxx;
using namespace bpfxx::insn;
using namespace std::chrono_literals;

constexpr std::uint32_t most_processors = 4; // a power of two
constexpr std::size_t words = 6;
constexpr std::size_t tail = 7;

/// What a program writes; of a record with a tail, the checksum counts that in.
struct event {
    std::uint64_t processor;
    std::uint64_t number;
    std::uint64_t checksum;
    std::array<std::uint64_t, words> pattern;
};
using tailed_event = with_tail<event, std::uint64_t>;

/// What a program counts, for each processor.
struct counts {
    std::uint64_t attempts;
    std::uint64_t without_room;
    std::uint64_t discarded;
};

constexpr map_slot<0> ring_slot{};
constexpr map_slot<1> counts_slot{};
constexpr std::int32_t odd = 0x1eaf'4a7d;

/// Word i of the pattern of a number.
constexpr std::uint64_t word(std::uint64_t number, std::size_t i) {
    return number * static_cast<std::uint64_t>(odd) + 77 * (i + 1);
}

constexpr std::uint64_t sum_of_words(std::uint64_t number, std::size_t count) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i != count; ++i) sum += word(number, i);
    return sum;
}

/// Writes the pattern of number r8 behind `base` and its sum in front of that; changes r1 and r2.
template <std::size_t Count>
constexpr auto write_pattern(address base) {
    std::array<instruction, 4 + 3 * Count> made{};
    std::size_t put = 0;
    made[put++] = mov(r1, r8);
    made[put++] = mul(r1, odd);
    made[put++] = mov(r2, 0);
    for (std::size_t i = 0; i != Count; ++i) {
        made[put++] = add(r1, 77);
        made[put++] = store<std::uint64_t>(base + 8 * i, r1);
        made[put++] = add(r2, r1);
    }
    made[put++] = store<std::uint64_t>(base + -8, r2);
    return made;
}

// In both: r7 is the counts of this processor, r8 the number of this record, r6 the record.
// clang-format off: one step per line
constexpr auto one_size = assemble(
    bpfxx::insn::call(helper::get_smp_processor_id), and_(r0, most_processors - 1), store<std::uint32_t>(r10 - 4, r0),
    load_map(r1, counts_slot), mov(r2, r10), add(r2, -4), bpfxx::insn::call(helper::map_lookup_elem),
    jump_if(r0 == 0, "end"),
    mov(r7, r0), load<std::uint64_t>(r8, r7 + 0), add(r8, 1), store<std::uint64_t>(r7 + 0, r8),

    load_map(r1, ring_slot), mov(r2, sizeof(event)), mov(r3, 0), bpfxx::insn::call(helper::ringbuf_reserve),
    jump_if(r0 == 0, "full"),
    mov(r6, r0),
    load<std::uint32_t>(r1, r10 - 4), store<std::uint64_t>(r6 + 0, r1), store<std::uint64_t>(r6 + 8, r8),
    write_pattern<words>(r6 + 24),
    mov(r1, r8), and_(r1, 7), jump_if(r1 == 3, "discard"),
    mov(r1, r6), mov(r2, 0), bpfxx::insn::call(helper::ringbuf_submit),
    mov(r0, 0), bpfxx::insn::exit(),

  label("discard"),
    load<std::uint64_t>(r1, r7 + 16), add(r1, 1), store<std::uint64_t>(r7 + 16, r1),
    mov(r1, r6), mov(r2, 0), bpfxx::insn::call(helper::ringbuf_discard),
    mov(r0, 0), bpfxx::insn::exit(),

  label("full"),
    load<std::uint64_t>(r1, r7 + 8), add(r1, 1), store<std::uint64_t>(r7 + 8, r1),
  label("end"),
    mov(r0, 0), bpfxx::insn::exit());

constexpr std::int32_t stacked = -static_cast<std::int32_t>(sizeof(event) + 8 * tail + 8);

constexpr auto with_tails = assemble(
    bpfxx::insn::call(helper::get_smp_processor_id), and_(r0, most_processors - 1), store<std::uint32_t>(r10 - 4, r0),
    load_map(r1, counts_slot), mov(r2, r10), add(r2, -4), bpfxx::insn::call(helper::map_lookup_elem),
    jump_if(r0 == 0, "end"),
    mov(r7, r0), load<std::uint64_t>(r8, r7 + 0), add(r8, 1), store<std::uint64_t>(r7 + 0, r8),

    load<std::uint32_t>(r1, r10 - 4),
    store<std::uint64_t>(r10 + stacked, r1), store<std::uint64_t>(r10 + stacked + 8, r8),
    write_pattern<words + tail>(r10 + stacked + 24),
    mov(r3, r8), and_(r3, tail), shl(r3, 3), add(r3, sizeof(event)), // as many words behind the event
    load_map(r1, ring_slot), mov(r2, r10), add(r2, stacked), mov(r4, 0), bpfxx::insn::call(helper::ringbuf_output),
    jump_if(r0 == 0, "end"),
    load<std::uint64_t>(r1, r7 + 8), add(r1, 1), store<std::uint64_t>(r7 + 8, r1),
  label("end"),
    mov(r0, 0), bpfxx::insn::exit());
// clang-format on

/// A few processors that this process may use, no two of which count in the same place.
std::vector<int> processors() {
    ::cpu_set_t allowed{};
    std::vector<int> found;
    std::array<bool, most_processors> taken{};
    if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) return found;
    for (int each = 0; each != CPU_SETSIZE; ++each)
        if (CPU_ISSET(each, &allowed) && !std::exchange(taken[std::size_t(each) % most_processors], true))
            found.push_back(each);
    return found;
}

/// Runs a program on every processor until this ends.
class load {
  public:
    explicit load(socket_filter_program const& program) {
        for (int const each : processors()) threads_.emplace_back([this, &program, each] { run(program, each); });
    }
    load(load const&) = delete;
    load& operator=(load const&) = delete;
    ~load() { stop(); }

    void stop() {
        done_ = true;
        for (auto& each : threads_) each.join();
        threads_.clear();
    }

  private:
    void run(socket_filter_program const& program, int processor) {
        ::cpu_set_t only{};
        CPU_SET(processor, &only);
        if (::pthread_setaffinity_np(::pthread_self(), sizeof only, &only) != 0) return;
        std::array<std::byte, 64> const packet{};
        for (std::uint32_t turn = 1; !done_; ++turn) {
            if (!test_run(program, {.data = packet, .repeat = 1 + turn * 37 % 500})) return;
            if (turn % 3 == 0) std::this_thread::yield();
        }
    }

    std::atomic<bool> done_{false};
    std::vector<std::thread> threads_;
};

/// What came out of the ring.
struct received {
    std::array<std::uint64_t, most_processors> last{}, count{};
    std::uint64_t torn = 0, out_of_order = 0;

    void see(event const& one, std::span<std::uint64_t const> more, std::size_t summed) {
        bool whole = one.processor < most_processors && one.checksum == sum_of_words(one.number, summed);
        for (std::size_t i = 0; i != words; ++i) whole = whole && one.pattern[i] == word(one.number, i);
        for (std::size_t i = 0; i != more.size(); ++i) whole = whole && more[i] == word(one.number, words + i);
        torn += whole ? 0 : 1;
        if (!whole) return;
        out_of_order += one.number > last[one.processor] ? 0 : 1;
        last[one.processor] = one.number;
        ++count[one.processor];
    }
    void operator()(event const& one) { see(one, {}, words); }
    void operator()(tailed<event, std::uint64_t> const& one) {
        torn += one.tail.size() == one.head.number % (tail + 1) ? 0 : 1;
        see(one.head, one.tail, words + tail);
    }
};

/// Loads the ring for a while, `read` it meanwhile, and then accounts for every record.
template <class Record, class Wakes, class Read>
void stress(std::uint32_t size, Read const& read) {
    constexpr bool has_tails = std::is_same_v<Record, tailed_event>;
    auto const ring = ring_buffer::create({.size_bytes = ring_size::from(size)}).value();
    auto const counted = array_map<counts>::create({.max_entries = most_processors}).value();
    auto const program = [&] {
        if constexpr (has_tails)
            return support::loaded<program_kind::socket_filter>(with_tails.with(ring.fd(), counted.fd()));
        else
            return support::loaded<program_kind::socket_filter>(one_size.with(ring.fd(), counted.fd()));
    }();
    auto reader = ring_reader<Record, Wakes>::open(ring).value();
    received got;
    {
        load producers{program};
        auto const end = std::chrono::steady_clock::now() + 250ms;
        while (std::chrono::steady_clock::now() < end) read(reader, got, ring);
        producers.stop();
    }
    while (reader.available_bytes() != 0)
        for (auto const& each : reader.drain()) got(each);

    CHECK(got.torn == 0);
    CHECK(got.out_of_order == 0);
    std::uint64_t attempts = 0, came = 0;
    for (std::uint32_t each = 0; each != most_processors; ++each) {
        auto const found = counted.lookup(each).value().value();
        CAPTURE(each);
        CHECK(got.count[each] == found.attempts - found.without_room - found.discarded);
        CHECK(got.last[each] <= found.attempts);
        attempts += found.attempts;
        came += got.count[each];
    }
    CAPTURE(attempts);
    CHECK(came > 100);
}

template <class Reader>
void take_all(Reader& reader, received& got) {
    for (auto const& each : reader.drain()) got(each);
}

constexpr auto spin = [](auto& reader, received& got, auto&) { take_all(reader, got); };
constexpr auto slowly = [](auto& reader, received& got, auto&) {
    CHECK(reader.consume(got, 16));
    std::this_thread::sleep_for(200us);
};
constexpr auto in_bursts = [](auto& reader, received& got, auto&) {
    std::this_thread::sleep_for(7ms);
    for (int i = 0; i != 3; ++i) take_all(reader, got);
};
constexpr auto when_told = [](auto& reader, received& got, auto&) {
    CHECK(reader.poll(1s).value()); // a wake-up that is lost would last
    take_all(reader, got);
};
constexpr auto at_times = [](auto& reader, received& got, auto&) {
    CHECK(reader.rest(500us));
    take_all(reader, got);
};
constexpr auto by_new_readers = [](auto& reader, received& got, ring_buffer const& ring) {
    for (int i = 0; auto const& each : reader.drain()) {
        got(each);
        if (++i == 100) break;
    }
    using reader_type = std::remove_reference_t<decltype(reader)>;
    {
        [[maybe_unused]] auto const ends = std::move(reader);
    }
    reader = reader_type::open(ring).value();
};

constexpr std::uint32_t small = 1 << 14;
constexpr std::uint32_t large = 1 << 20;

TEST_CASE("a reader that spins") {
    stress<event, when_woken>(small, spin);
    stress<tailed_event, when_woken>(small, spin);
    stress<event, at_intervals>(small, spin);
}

TEST_CASE("a reader that is slow") {
    stress<event, when_woken>(small, slowly);
    stress<tailed_event, at_intervals>(small, slowly);
}

TEST_CASE("a reader that comes in bursts") {
    stress<event, when_woken>(large, in_bursts);
    stress<tailed_event, when_woken>(small, in_bursts);
}

TEST_CASE("a reader that is woken") {
    stress<event, when_woken>(large, when_told);
    stress<tailed_event, when_woken>(small, when_told);
}

TEST_CASE("a reader at intervals") {
    stress<event, at_intervals>(large, at_times);
    stress<tailed_event, at_intervals>(small, at_times);
}

TEST_CASE("one reader after another") {
    stress<event, when_woken>(small, by_new_readers);
    stress<tailed_event, when_woken>(large, by_new_readers);
}

} // namespace
