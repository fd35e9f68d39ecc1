// bpfxx, as a program uses it.

#include "loops.hpp"

#include <bpfxx/perf/reader.hpp>
#include <bpfxx/ring/reader.hpp>

#include <cstring>
#include <span>

namespace {

using namespace std::chrono_literals;
using events::event;
using events::expect;
using events::header;
using events::other_event;
using events::source;
using events::tally;

constexpr auto interval = 200us;

template <class Record>
tally sum_typed(auto&& records) {
    tally read;
    for (Record const& one : records) {
        ++read.records;
        read.sum += one.head.number;
    }
    return read;
}

tally sum_bytes(auto&& records) {
    tally read;
    for (std::span<std::byte const> const one : records) {
        header head;
        if (one.size() < sizeof head) continue;
        std::memcpy(&head, one.data(), sizeof head);
        ++read.records;
        read.sum += head.number;
    }
    return read;
}

template <class Record>
auto open(source& from) {
    return bpfxx::ring_reader<Record>::open(from.ring()).value();
}

template <std::size_t Size>
void drain_typed(benchmark::State& state, source& from) {
    auto ring = open<event<Size>>(from);
    time_drains(state, from, [&] { return sum_typed<event<Size>>(ring.drain()); });
}

void drain_bytes(benchmark::State& state, source& from) {
    auto ring = open<bpfxx::raw_bytes>(from);
    time_drains(state, from, [&] { return sum_bytes(ring.drain()); });
}

template <std::size_t Size>
void drain_one_of(benchmark::State& state, source& from) {
    using bpfxx::tagged;
    using either = bpfxx::one_of<&header::kind, tagged<1, event<Size>>, tagged<2, other_event<Size>>>;
    auto ring = open<either>(from);
    time_drains(state, from, [&] {
        struct {
            tally first, second;
            void operator()(event<Size> const& one) {
                ++first.records;
                first.sum += one.head.number;
            }
            void operator()(other_event<Size> const& one) {
                ++second.records;
                second.sum += one.head.number;
            }
        } read;
        for (auto const record : ring.drain()) record.visit(read);
        return read.first += read.second;
    });
}

void drain_with_tail(benchmark::State& state, source& from) {
    auto ring = open<bpfxx::with_tail<header, std::uint64_t>>(from);
    time_drains(state, from, [&] {
        tally read;
        std::uint64_t elements = 0;
        for (auto const& [head, tail] : ring.drain()) {
            ++read.records;
            read.sum += head.number;
            elements += tail.size();
        }
        benchmark::DoNotOptimize(elements);
        return read;
    });
}

template <std::size_t Size>
void stream_polling(benchmark::State& state, source& from) {
    auto ring = open<event<Size>>(from);
    time_stream(state, from, [&](tally& read) {
        expect(ring.poll(10ms).has_value(), "wait");
        read += sum_typed<event<Size>>(ring.drain());
    });
}

template <std::size_t Size>
void stream_spinning(benchmark::State& state, source& from) {
    auto ring = open<event<Size>>(from);
    time_stream(state, from, [&](tally& read) { read += sum_typed<event<Size>>(ring.drain()); });
}

template <std::size_t Size>
void stream_at_intervals(benchmark::State& state, source& from) {
    auto ring = bpfxx::ring_reader<event<Size>, bpfxx::at_intervals>::open(from.ring()).value();
    time_stream(state, from, [&](tally& read) {
        expect(ring.rest(interval).has_value(), "sleep");
        read += sum_typed<event<Size>>(ring.drain());
    });
}

template <std::size_t Size>
void stream_spinning_at_intervals(benchmark::State& state, source& from) {
    auto ring = bpfxx::ring_reader<event<Size>, bpfxx::at_intervals>::open(from.ring()).value();
    time_stream(state, from, [&](tally& read) { read += sum_typed<event<Size>>(ring.drain()); });
}

template <class Record>
auto open_perf(source& from, bpfxx::perf_wakeup wakeup = bpfxx::perf_wakeup::after_records(1)) {
    return bpfxx::perf_reader<Record>::open(from.events(),
                                            {.pages_per_cpu = bpfxx::perf_pages::from(from.pages()), .wakeup = wakeup})
        .value();
}

template <std::size_t Size>
void drain_perf_typed(benchmark::State& state, source& from) {
    auto events = open_perf<event<Size>>(from);
    time_drains(state, from, [&] { return sum_typed<event<Size>>(events.drain()); });
}

void drain_perf_bytes(benchmark::State& state, source& from) {
    auto events = open_perf<bpfxx::raw_bytes>(from);
    std::byte room[1024];
    time_drains(state, from, [&] { return sum_bytes(events.drain(room)); });
}

template <std::size_t Size>
void stream_perf_polling(benchmark::State& state, source& from) {
    auto events = open_perf<event<Size>>(from);
    time_stream(state, from, [&](tally& read) {
        expect(events.poll(1ms).has_value(), "wait");
        read += sum_typed<event<Size>>(events.drain());
    });
}

/// Woken when an eighth of a buffer is full; what comes after that is found when the time is over.
template <std::size_t Size>
void stream_perf_woken_by_bytes(benchmark::State& state, source& from) {
    auto events = open_perf<event<Size>>(from, bpfxx::perf_wakeup::after_bytes(from.pages() * 4096 / 8));
    time_stream(state, from, [&](tally& read) {
        expect(events.poll(1ms).has_value(), "wait");
        read += sum_typed<event<Size>>(events.drain());
    });
}

template <std::size_t Size>
void stream_perf_spinning(benchmark::State& state, source& from) {
    auto events = open_perf<event<Size>>(from);
    time_stream(state, from, [&](tally& read) { read += sum_typed<event<Size>>(events.drain()); });
}

template <std::size_t Size>
constexpr events::rival for_size{
    .typed = {"typed", drain_typed<Size>},
    .bytes = {"bytes", drain_bytes},
    .one_of = {"one_of", drain_one_of<Size>},
    .with_tail = {"with_tail", drain_with_tail},
    .polling = {"poll", stream_polling<Size>},
    .spinning = {"spin", stream_spinning<Size>},
    .at_intervals = {"at_intervals", stream_at_intervals<Size>},
    .spinning_at_intervals = {"bpfxx at_intervals, spin", stream_spinning_at_intervals<Size>},
    .perf_typed = {"typed", drain_perf_typed<Size>},
    .perf_bytes = {"bytes", drain_perf_bytes},
    .perf_polling = {"poll", stream_perf_polling<Size>},
    .perf_woken_by_bytes = {"poll after_bytes", stream_perf_woken_by_bytes<Size>},
    .perf_spinning = {"spin", stream_perf_spinning<Size>},
};

} // namespace

constexpr events::rivals_by_size events::by_bpfxx{for_size<8>, for_size<64>, for_size<512>};
