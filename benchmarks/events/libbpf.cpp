// Debian's libbpf.

#include "loops.hpp"

#include <bpf/libbpf.h>

#include <cerrno>
#include <memory>

namespace {

using events::event;
using events::expect;
using events::header;
using events::source;
using events::tally;

constexpr int longest_ms = 10;

template <std::size_t Size>
int add_typed(void* to, void* data, std::size_t size) {
    if (size != Size) return -EINVAL;
    auto& read = *static_cast<tally*>(to);
    ++read.records;
    read.sum += static_cast<event<Size> const*>(data)->head.number;
    return 0;
}

int add_bytes(void* to, void* data, std::size_t size) {
    if (size < sizeof(header)) return 0;
    auto& read = *static_cast<tally*>(to);
    ++read.records;
    read.sum += static_cast<header const*>(data)->number;
    return 0;
}

struct by_kind {
    tally first, second;
};

template <std::size_t Size>
int add_one_of(void* to, void* data, std::size_t size) {
    if (size != Size) return -EINVAL;
    auto& read = *static_cast<by_kind*>(to);
    auto const& head = *static_cast<header const*>(data);
    switch (head.kind) {
    case 1:
        ++read.first.records;
        read.first.sum += head.number;
        return 0;
    case 2:
        ++read.second.records;
        read.second.sum += head.number;
        return 0;
    default: return -EINVAL;
    }
}

struct with_elements {
    tally read;
    std::uint64_t elements;
};

int add_with_tail(void* to, void* data, std::size_t size) {
    if (size < sizeof(header) || (size - sizeof(header)) % 8 != 0) return -EINVAL;
    auto& all = *static_cast<with_elements*>(to);
    ++all.read.records;
    all.read.sum += static_cast<header const*>(data)->number;
    all.elements += (size - sizeof(header)) / 8;
    return 0;
}

using ring_pointer = std::unique_ptr<ring_buffer, decltype(&ring_buffer__free)>;

ring_pointer open(source& from, ring_buffer_sample_fn add, void* to) {
    ring_pointer ring{ring_buffer__new(from.ring().fd().raw(), add, to, nullptr), ring_buffer__free};
    expect(ring != nullptr, "open the ring");
    return ring;
}

/// `into` is where the callback `add` adds up, and `sum` what it comes to.
template <class Into, class Sum>
void drain(benchmark::State& state, source& from, ring_buffer_sample_fn add, Sum const& sum) {
    Into into{};
    auto const ring = open(from, add, &into);
    time_drains(state, from, [&] {
        into = {};
        expect(ring_buffer__consume(ring.get()) >= 0, "consume");
        return sum(into);
    });
}

template <std::size_t Size>
void drain_typed(benchmark::State& state, source& from) {
    drain<tally>(state, from, add_typed<Size>, [](tally const& read) { return read; });
}

void drain_bytes(benchmark::State& state, source& from) {
    drain<tally>(state, from, add_bytes, [](tally const& read) { return read; });
}

template <std::size_t Size>
void drain_one_of(benchmark::State& state, source& from) {
    drain<by_kind>(state, from, add_one_of<Size>, [](by_kind read) { return read.first += read.second; });
}

void drain_with_tail(benchmark::State& state, source& from) {
    drain<with_elements>(state, from, add_with_tail, [](with_elements const& all) { return all.read; });
}

template <std::size_t Size>
void stream_polling(benchmark::State& state, source& from) {
    tally read;
    auto const ring = open(from, add_typed<Size>, &read);
    time_stream(state, from, [&](tally& seen) {
        if (seen.records == 0) read = {};
        expect(ring_buffer__poll(ring.get(), longest_ms) >= 0, "poll");
        seen = read;
    });
}

template <std::size_t Size>
void stream_spinning(benchmark::State& state, source& from) {
    tally read;
    auto const ring = open(from, add_typed<Size>, &read);
    time_stream(state, from, [&](tally& seen) {
        if (seen.records == 0) read = {};
        expect(ring_buffer__consume(ring.get()) >= 0, "consume");
        seen = read;
    });
}

/// The kernel pads records to a multiple of 8 bytes with a number of 4 in front.
template <std::size_t Size>
void add_perf_typed(void* to, int, void* data, std::uint32_t size) {
    if (size < Size) return;
    auto& read = *static_cast<tally*>(to);
    ++read.records;
    read.sum += static_cast<header const*>(data)->number;
}

using perf_pointer = std::unique_ptr<perf_buffer, decltype(&perf_buffer__free)>;

perf_pointer open_perf(source& from, perf_buffer_sample_fn add, void* to) {
    perf_pointer events{perf_buffer__new(
                            from.events().fd().raw(), from.pages(), add, [](void*, int, __u64) {}, to, nullptr),
                        perf_buffer__free};
    expect(events != nullptr, "open the perf events");
    return events;
}

template <std::size_t Size>
void drain_perf(benchmark::State& state, source& from) {
    tally read;
    auto const events = open_perf(from, add_perf_typed<Size>, &read);
    time_drains(state, from, [&] {
        read = {};
        expect(perf_buffer__consume(events.get()) >= 0, "consume");
        return read;
    });
}

template <std::size_t Size>
void stream_perf_polling(benchmark::State& state, source& from) {
    tally read;
    auto const events = open_perf(from, add_perf_typed<Size>, &read);
    time_stream(state, from, [&](tally& seen) {
        if (seen.records == 0) read = {};
        expect(perf_buffer__poll(events.get(), longest_ms) >= 0, "poll");
        seen = read;
    });
}

template <std::size_t Size>
void stream_perf_spinning(benchmark::State& state, source& from) {
    tally read;
    auto const events = open_perf(from, add_perf_typed<Size>, &read);
    time_stream(state, from, [&](tally& seen) {
        if (seen.records == 0) read = {};
        expect(perf_buffer__consume(events.get()) >= 0, "consume");
        seen = read;
    });
}

template <std::size_t Size>
constexpr events::rival for_size{
    .typed = {"libbpf consume", drain_typed<Size>},
    .bytes = {"libbpf consume", drain_bytes},
    .one_of = {"libbpf consume", drain_one_of<Size>},
    .with_tail = {"libbpf consume", drain_with_tail},
    .polling = {"libbpf poll", stream_polling<Size>},
    .spinning = {"libbpf consume, spin", stream_spinning<Size>},
    .perf_typed = {"libbpf consume", drain_perf<Size>},
    .perf_bytes = {"libbpf consume", drain_perf<sizeof(header)>},
    .perf_polling = {"libbpf poll", stream_perf_polling<Size>},
    .perf_spinning = {"libbpf consume, spin", stream_perf_spinning<Size>},
};

} // namespace

constexpr events::rivals_by_size events::by_libbpf{for_size<8>, for_size<64>, for_size<512>};
