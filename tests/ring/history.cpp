// Rings that overwrite, in memory: written as the kernel does it since Linux 6.19.
#include "ring/fake_ring.hpp"

#include <bpfxx/ring/history.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <cstdint>
#include <cstring>
#include <random>
#include <span>
#include <thread>
#include <vector>

using bpfxx::errc;
using bpfxx::ring::history;
using bpfxx::ring::position;
using bpfxx::ring::record_size;

namespace {

struct event {
    std::uint64_t number;
    std::uint64_t twice;
};

// A producer that waits for nobody: what is oldest goes.
class overwriting_ring : public fake_ring {
  public:
    explicit overwriting_ring(std::size_t bytes, position start = 0) : fake_ring{bytes, start} {
        producer()[2] = start;
    }

    std::byte* begin(std::uint32_t length) {
        position const at = *producer();
        position const next = at + record_size(length);
        position oldest = producer()[2];
        while (next - oldest > size() - 1) oldest += record_size(word_at(oldest).load() & bpfxx::ring::length_mask);
        std::atomic_ref{producer()[2]}.store(oldest, std::memory_order_seq_cst);
        std::atomic_thread_fence(std::memory_order_seq_cst);
        word_at(at).store(length | bpfxx::ring::busy_bit, std::memory_order_relaxed);
        std::atomic_ref{*producer()}.store(next, std::memory_order_release);
        return data() + (at & (size() - 1)) + 8;
    }

    void put(std::uint64_t number, bool discarded = false) {
        auto* const words = reinterpret_cast<std::uint64_t*>(begin(sizeof(event)));
        std::atomic_ref{words[0]}.store(number, std::memory_order_relaxed);
        std::atomic_ref{words[1]}.store(2 * number, std::memory_order_relaxed);
        commit(reinterpret_cast<std::byte*>(words), discarded);
    }

  private:
    std::atomic_ref<std::uint32_t> word_at(position where) {
        return std::atomic_ref{*reinterpret_cast<std::uint32_t*>(data() + (where & (size() - 1)))};
    }
};

struct numbers {
    std::vector<std::uint64_t> read;
    errc problem{};
};

numbers read_all(history& from) {
    numbers all;
    for (;;) {
        std::uint64_t room[2];
        auto const next = from.copy_next(room);
        all.problem = next.problem;
        if (!next.any) return all;
        CHECK(next.length == sizeof(event));
        CHECK(room[1] == 2 * room[0]);
        all.read.push_back(room[0]);
    }
}

} // namespace

TEST_CASE("the latest records are there, the others are counted") {
    for (position const start :
         {position{0}, static_cast<position>((std::uint64_t{1} << 32) - 64), ~position{0} - 63}) {
        overwriting_ring ring{4096, start};
        history from{ring.memory()};
        CHECK(read_all(from).read.empty());
        for (std::uint64_t n = 0; n < 3; ++n) ring.put(n);
        CHECK(read_all(from).read == std::vector<std::uint64_t>{0, 1, 2});
        CHECK(from.lost_bytes() == 0);
        for (std::uint64_t n = 3; n < 1000; ++n) ring.put(n);
        auto const last = read_all(from).read;
        REQUIRE(last.size() == 170); // as many as 4095 bytes have room for
        CHECK(last.front() == 1000 - 170);
        CHECK(last.back() == 999);
        CHECK(from.lost_bytes() == (1000 - 3 - 170) * 24);
        from.publish();
        CHECK(*ring.consumer() == *ring.producer());
    }
}

TEST_CASE("discarded records are passed over, and a busy one ends it") {
    overwriting_ring ring{4096};
    history from{ring.memory()};
    ring.put(0, true);
    ring.put(1);
    auto* const busy = ring.begin(sizeof(event));
    ring.put(3);
    CHECK(read_all(from).read == std::vector<std::uint64_t>{1});
    CHECK(read_all(from).read.empty());
    std::memset(busy, 0, sizeof(event));
    ring.commit(busy);
    CHECK(read_all(from).read == std::vector<std::uint64_t>{0, 3});
}

TEST_CASE("no more is copied than there is room for") {
    overwriting_ring ring{4096};
    history from{ring.memory()};
    ring.put(7);
    std::uint64_t room[2]{1, 1};
    auto const got = from.copy_next(std::span{room, 1});
    CHECK(got.any);
    CHECK(got.length == 16);
    CHECK(room[0] == 7);
    CHECK(room[1] == 1);
}

TEST_CASE("a length that is no number of words is copied to its end") {
    overwriting_ring ring{4096};
    history from{ring.memory()};
    auto* const payload = ring.begin(12);
    std::uint32_t const words[]{1, 2, 3};
    std::memcpy(payload, words, sizeof words);
    ring.commit(payload);
    std::uint64_t room[2]{};
    CHECK(from.copy_next(room).length == 12);
    CHECK(std::memcmp(room, words, sizeof words) == 0);
}

TEST_CASE("positions and lengths that cannot be are errors") {
    overwriting_ring ring{4096};
    auto const with = [&](position consumer, position producer, position oldest) {
        *ring.consumer() = consumer;
        ring.producer()[0] = producer;
        ring.producer()[2] = oldest;
        history from{ring.memory()};
        std::uint64_t room[2];
        return from.copy_next(room).problem;
    };
    CHECK(with(0, 8192, 0) == errc::record_outside);
    CHECK(with(0, 12, 0) == errc::record_outside);
    CHECK(with(0, 8, 16) == errc::record_outside);
    CHECK(with(4, 12, 0) == errc::record_outside);
    std::uint32_t const length = 24;
    std::memcpy(ring.data(), &length, sizeof length);
    CHECK(with(0, 24, 0) == errc::record_outside);
    CHECK(with(0, 32, 0) == errc{});
}

TEST_CASE("what is overwritten while it is copied is not seen") {
    overwriting_ring ring{4096};
    history from{ring.memory()};
    constexpr std::uint64_t last = 200'000;
    std::thread writer{[&] {
        for (std::uint64_t n = 0; n <= last; ++n) ring.put(n);
    }};
    std::uint64_t previous = 0;
    std::uint64_t count = 0;
    bool ordered = true;
    bool whole = true;
    errc problem{};
    while (previous != last && problem == errc{}) {
        std::uint64_t room[2];
        auto const next = from.copy_next(room);
        problem = next.problem;
        if (!next.any) continue;
        whole = whole && next.length == sizeof(event) && room[1] == 2 * room[0];
        ordered = ordered && (count == 0 || room[0] > previous);
        previous = room[0];
        ++count;
    }
    writer.join();
    CHECK(problem == errc{});
    CHECK(whole);
    CHECK(ordered);
    CHECK(count + from.lost_bytes() / 24 == last + 1);
}
