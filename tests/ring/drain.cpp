#include "ring/fake_ring.hpp"

#include <bpfxx/ring/cursor.hpp>
#include <bpfxx/ring/drain.hpp>
#include <bpfxx/ring/record.hpp>
#include <bpfxx/ring/record_form.hpp>
#include <bpfxx/shm/ordered.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

using bpfxx::at_intervals;
using bpfxx::errc;
using bpfxx::when_woken;
using bpfxx::ring::cursor;
using bpfxx::ring::drained;
using bpfxx::ring::record_size;

namespace {

struct event {
    std::uint64_t number;
    std::uint32_t half;
    std::uint32_t rest;
};

event nth(std::uint64_t n) { return {n, static_cast<std::uint32_t>(n / 2), ~static_cast<std::uint32_t>(n)}; }

bool is_nth(event const& got, std::uint64_t n) {
    event const wanted = nth(n);
    return std::memcmp(&got, &wanted, sizeof(event)) == 0;
}

template <class Record, class Wakes = when_woken>
std::vector<std::size_t> lengths(cursor& at, bpfxx::result<void>& outcome) {
    std::vector<std::size_t> found;
    for (auto const bytes : drained<Record, Wakes>{at, &outcome}) found.push_back(bytes.size());
    return found;
}

template <class Record = event, class Wakes = when_woken>
std::size_t count(cursor& at, bpfxx::result<void>& outcome) {
    std::size_t found = 0;
    for ([[maybe_unused]] auto&& record : drained<Record, Wakes>{at, &outcome}) ++found;
    return found;
}

errc code_of(bpfxx::result<void> const& outcome) { return outcome ? errc{} : outcome.error().code; }

constexpr std::uint64_t past_32_bits = (std::uint64_t{1} << 32) - 4096;

} // namespace

static_assert(record_size(0) == 8);
static_assert(record_size(1) == 16);
static_assert(record_size(8) == 16);
static_assert(record_size(9) == 24);
static_assert(record_size(bpfxx::ring::length_mask) == 0x4000'0008u);

TEST_CASE_TEMPLATE("records come in order, whole, once, and give their room back", Wakes, when_woken, at_intervals) {
    for (std::uint64_t const start : {std::uint64_t{0}, past_32_bits, ~std::uint64_t{0} - 8191}) {
        fake_ring ring{4096, start};
        cursor at{ring.memory()};
        bpfxx::result<void> outcome = bpfxx::outcome::success();
        std::uint64_t written = 0;
        std::uint64_t read = 0;
        std::mt19937 random{7};
        for (int round = 0; round < 2000; ++round) {
            for (auto burst = random() % 200; burst != 0 && ring.output(nth(written)); --burst) ++written;
            bool right = true;
            for (event const& got : drained<event, Wakes>{at, &outcome}) right = is_nth(got, read++) && right;
            CHECK(right);
            CHECK(outcome);
            CHECK(read == written);
        }
        CHECK(read > 100'000);
        CHECK(at.at() == start + read * record_size(sizeof(event)));
    }
}

TEST_CASE("what was read is published at the end, and on the way, so that producers have room") {
    fake_ring ring{4096};
    cursor at{ring.memory()};
    bpfxx::result<void> outcome = bpfxx::outcome::success();
    while (ring.output(nth(0))) continue;
    auto const full = *ring.producer();
    std::uint64_t farthest = 0;
    for (event const& got : drained<event, when_woken>{at, &outcome}) {
        auto const here = reinterpret_cast<std::byte const*>(&got) - ring.data();
        auto const behind = static_cast<std::uint64_t>(here) - *ring.consumer();
        farthest = behind > farthest ? behind : farthest;
        CHECK(*ring.consumer() < static_cast<std::uint64_t>(here)); // the record itself is not given back yet
    }
    CHECK(farthest < 4096 / 8 * 2 + 24);
    CHECK(*ring.consumer() == full);
    CHECK(ring.output(nth(1)));
}

TEST_CASE("a record that is discarded is passed over, one that is busy is waited for") {
    fake_ring ring{4096, past_32_bits};
    cursor at{ring.memory()};
    bpfxx::result<void> outcome = bpfxx::outcome::success();
    CHECK(ring.output(nth(0), true));
    CHECK(ring.output(nth(1)));
    CHECK(ring.output(std::uint8_t{1}, true)); // of another length, but nobody sees it
    CHECK(ring.output(nth(2)));
    auto* const busy = ring.reserve(sizeof(event));
    CHECK(ring.output(nth(4)));

    std::vector<std::uint64_t> got;
    for (event const& one : drained<event, when_woken>{at, &outcome}) got.push_back(one.number);
    CHECK(got == std::vector<std::uint64_t>{1, 2});
    CHECK(outcome);
    CHECK(count(at, outcome) == 0);
    // The consumer stands at the busy record, so that its commit wakes the reader.
    std::memset(busy, 0, sizeof(event));
    CHECK(ring.commit(busy));
    CHECK(count(at, outcome) == 2);
    CHECK(*ring.consumer() == *ring.producer());

    for (int i = 0; i < 3; ++i) CHECK(ring.output(nth(0), true));
    CHECK(count(at, outcome) == 0);
    CHECK(*ring.consumer() == *ring.producer());
}

TEST_CASE("a loop that is left has read the record that it was left at") {
    for (bool const by_exception : {false, true}) {
        fake_ring ring{4096};
        cursor at{ring.memory()};
        for (std::uint64_t n = 0; n < 5; ++n) CHECK(ring.output(nth(n)));
        try {
            for (event const& got : drained<event, when_woken>{at, nullptr}) {
                if (got.number == 2 && by_exception) throw 1;
                if (got.number == 2) break;
            }
        } catch (int) {
        }
        CHECK(*ring.consumer() == 3 * record_size(sizeof(event)));
        std::uint64_t next = 3;
        for (event const& got : drained<event, when_woken>{at, nullptr}) CHECK(is_nth(got, next++));
        CHECK(next == 5);
    }
}

TEST_CASE("a reader at intervals is never caught up, but gives back all but the last record") {
    fake_ring ring{4096};
    cursor at{ring.memory()};
    bpfxx::result<void> outcome = bpfxx::outcome::success();
    CHECK(ring.output(nth(0)));
    CHECK(ring.woken == 1); // the very first one
    for (std::uint64_t n = 1; n < 1000; ++n) {
        CHECK(count<event, at_intervals>(at, outcome) == 1);
        CHECK(count<event, at_intervals>(at, outcome) == 0); // looking again gives nothing away
        CHECK(*ring.producer() - *ring.consumer() == record_size(sizeof(event)));
        CHECK(ring.output(nth(n)));
    }
    CHECK(ring.woken == 1);
    at.advance(record_size(sizeof(event)));
    at.publish();
    CHECK(*ring.consumer() == *ring.producer());
}

TEST_CASE("a reader at intervals holds back what was discarded last, too") {
    fake_ring ring{4096};
    cursor at{ring.memory()};
    bpfxx::result<void> outcome = bpfxx::outcome::success();
    CHECK(ring.output(nth(0)));
    CHECK(ring.output(std::uint32_t{1}, true));
    CHECK(count<event, at_intervals>(at, outcome) == 1);
    CHECK(*ring.producer() - *ring.consumer() == record_size(4));
    CHECK(ring.output(nth(0), true));
    CHECK(count<event, at_intervals>(at, outcome) == 0);
    CHECK(*ring.producer() - *ring.consumer() == record_size(sizeof(event)));
    CHECK(ring.woken == 1);
}

TEST_CASE_TEMPLATE("records of one size that take much of the ring", Wakes, when_woken, at_intervals) {
    struct large {
        std::uint64_t words[125];
    };
    fake_ring ring{4096};
    cursor at{ring.memory()};
    std::uint64_t written = 0;
    std::uint64_t read = 0;
    for (int round = 0; round < 50; ++round) {
        while (ring.output(large{{written}})) ++written;
        for (large const& one : drained<large, Wakes>{at, nullptr}) CHECK(one.words[0] == read++);
        CHECK(read == written);
    }
    CHECK(written == 50 * 4);
}

TEST_CASE("a reader at intervals holds no record that takes much of the ring") {
    fake_ring ring{4096};
    cursor at{ring.memory()};
    bpfxx::result<void> outcome = bpfxx::outcome::success();
    auto* const large = ring.reserve(3000);
    ring.commit(large);
    CHECK(lengths<bpfxx::raw_bytes, at_intervals>(at, outcome) == std::vector<std::size_t>{3000});
    CHECK(ring.reserve(3000) != nullptr);
}

TEST_CASE("a record of another size is an error and stays where it is") {
    fake_ring ring{4096};
    cursor at{ring.memory()};
    bpfxx::result<void> outcome = bpfxx::outcome::success();
    CHECK(ring.output(nth(0)));
    CHECK(ring.output(std::uint32_t{1}));
    CHECK(ring.output(nth(1)));
    CHECK(count(at, outcome) == 1);
    CHECK(code_of(outcome) == errc::record_size_differs);
    CHECK(count(at, outcome) == 0);
    CHECK(code_of(outcome) == errc::record_size_differs);
    CHECK(*ring.consumer() == record_size(sizeof(event)));
    CHECK_THROWS_AS(static_cast<void>([&] {
                        for ([[maybe_unused]] auto& got : drained<event, when_woken>{at, nullptr}) continue;
                    }()),
                    bpfxx::bpf_error);
    CHECK(lengths<bpfxx::raw_bytes>(at, outcome) == std::vector<std::size_t>{4, 16});
    CHECK(outcome);
}

namespace {

struct packet_head {
    std::uint32_t port;
    std::uint32_t length;
};

enum class tag : std::uint16_t { start = 1, stop = 2 };
struct common {
    tag what;
    std::uint16_t cpu;
};
struct started {
    common head;
    std::uint32_t pid;
};
struct stopped {
    common head;
    std::uint32_t pid;
    std::uint64_t lived_ns;
};
using either = bpfxx::one_of<&common::what, bpfxx::tagged<tag::start, started>, bpfxx::tagged<tag::stop, stopped>>;

} // namespace

TEST_CASE("records with a tail") {
    using with_words = bpfxx::with_tail<packet_head, std::uint32_t>;
    fake_ring ring{4096};
    cursor at{ring.memory()};
    bpfxx::result<void> outcome = bpfxx::outcome::success();
    for (std::uint32_t n = 0; n < 4; ++n) {
        std::uint32_t const words[5]{80 + n, n, 100, 101, 102};
        auto* const payload = ring.reserve(8 + n * 4);
        std::memcpy(payload, words, 8 + n * 4);
        ring.commit(payload);
    }
    std::uint32_t n = 0;
    for (auto const& [head, tail] : drained<with_words, when_woken>{at, &outcome}) {
        CHECK(head.port == 80 + n);
        REQUIRE(tail.size() == n);
        for (std::uint32_t i = 0; i < n; ++i) CHECK(tail[i] == 100 + i);
        ++n;
    }
    CHECK(n == 4);
    for (std::uint32_t const wrong : {0u, 7u, 9u, 11u}) {
        ring.commit(ring.reserve(wrong));
        CHECK(count<with_words>(at, outcome) == 0);
        CHECK(code_of(outcome) == errc::record_size_differs);
        CHECK(lengths<bpfxx::raw_bytes>(at, outcome).size() == 1);
    }
}

TEST_CASE("records of several types") {
    fake_ring ring{4096};
    cursor at{ring.memory()};
    bpfxx::result<void> outcome = bpfxx::outcome::success();
    CHECK(ring.output(started{{tag::start, 1}, 10}));
    CHECK(ring.output(stopped{{tag::stop, 0}, 10, 99}));
    struct {
        std::uint64_t starts = 0, stops = 0;
        void operator()(started const& one) { starts += one.pid; }
        void operator()(stopped const& one) { stops += one.lived_ns; }
    } seen;
    std::uint32_t cpus = 0;
    for (auto const record : drained<either, when_woken>{at, &outcome}) {
        record.visit(seen);
        cpus += record.header().cpu;
        auto const* const stop = record.get_if<stopped>();
        CHECK((stop != nullptr) == (record.header().what == tag::stop));
        CHECK((record.get_if<started>() == nullptr) == (stop != nullptr));
    }
    CHECK(seen.starts == 10);
    CHECK(seen.stops == 99);
    CHECK(cpus == 1);

    auto const refused = [&](auto const& bytes, errc why) {
        CHECK(ring.output(bytes));
        CHECK(count<either>(at, outcome) == 0);
        CHECK(code_of(outcome) == why);
        CHECK(lengths<bpfxx::raw_bytes>(at, outcome).size() == 1);
    };
    refused(started{{tag{3}, 0}, 1}, errc::unknown_record);
    refused(started{{tag::stop, 0}, 1}, errc::record_size_differs);
    refused(stopped{{tag::start, 0}, 1, 2}, errc::record_size_differs);
    refused(std::uint16_t{1}, errc::record_size_differs);
    refused(std::uint8_t{0}, errc::record_size_differs); // too short to have a tag
}

TEST_CASE("a ring that was tampered with is never read outside") {
    fake_ring ring{4096};
    bpfxx::result<void> outcome = bpfxx::outcome::success();
    auto const with = [&](std::uint64_t consumer, std::uint64_t producer) {
        *ring.consumer() = consumer;
        *ring.producer() = producer;
        cursor at{ring.memory()};
        std::size_t const typed = count(at, outcome);
        errc const first = code_of(outcome);
        cursor again{ring.memory()};
        count<bpfxx::raw_bytes>(again, outcome);
        CHECK(first == code_of(outcome));
        CHECK(typed == 0);
        return first;
    };
    CHECK(with(0, 4096 + 8) == errc::record_outside);
    CHECK(with(8, 0) == errc::record_outside); // a negative distance
    CHECK(with(0, 12) == errc::record_outside);
    CHECK(with(4, 4) == errc::record_outside);
    auto& length = *reinterpret_cast<std::uint32_t*>(ring.data());
    for (std::uint32_t const impossible : {17u, 4089u, 0x3fff'ffffu, 0x3fff'fff8u}) {
        length = impossible;
        CHECK(with(0, 24) == errc::record_outside);
        length = impossible | bpfxx::ring::discard_bit;
        CHECK(with(0, 24) == errc::record_outside);
    }
    length = 16 | bpfxx::ring::busy_bit;
    CHECK(with(0, 24) == errc{});
}

namespace {

// The ring's bytes end where memory ends, so that AddressSanitizer and the guard page see every byte outside.
template <class Record>
std::size_t read_mutated(std::mt19937& random) {
    constexpr std::size_t size = 256;
    std::vector<std::byte> bytes(2 * size);
    for (std::size_t at = 0; at < size;) {
        std::uint32_t const lengths[]{0, 4, 8, 12, 16, 20};
        std::uint32_t const length = lengths[random() % 6];
        std::uint32_t const bits = random() % 8 == 0 ? bpfxx::ring::discard_bit : 0;
        std::uint32_t const header = length | bits;
        std::size_t const next = at + record_size(length);
        if (next > size) break;
        std::memcpy(&bytes[at], &header, sizeof header);
        at = next;
    }
    for (auto changes = random() % 4; changes != 0; --changes)
        bytes[random() % size] = static_cast<std::byte>(random());
    std::memcpy(&bytes[size], bytes.data(), size);
    bpfxx::ring::position consumer = random() % 64 * (random() % 16 == 0 ? 1 : 8);
    bpfxx::ring::position const producer = consumer + random() % 33 * (random() % 16 == 0 ? 1 : 8);
    cursor at{{.consumer = &consumer, .producer = &producer, .data = bytes.data(), .size = size}};
    bpfxx::result<void> outcome = bpfxx::outcome::success();
    std::size_t sum = 0;
    for (auto&& record : drained<Record, when_woken>{at, &outcome}) {
        if constexpr (std::is_same_v<Record, bpfxx::raw_bytes>)
            for (std::byte const one : record) sum += static_cast<std::size_t>(one);
        else if constexpr (std::is_same_v<Record, either>)
            record.visit([&](auto const& one) { sum += one.pid; });
        else if constexpr (std::is_same_v<Record, event>)
            sum += record.rest;
        else
            for (auto const one : record.tail) sum += one;
    }
    CHECK(consumer <= producer);
    return sum;
}

} // namespace

TEST_CASE("whatever bytes are in a ring") {
    std::mt19937 random{11};
    std::size_t sum = 0;
    for (int i = 0; i < 20'000; ++i) {
        sum += read_mutated<bpfxx::raw_bytes>(random);
        sum += read_mutated<event>(random);
        sum += read_mutated<bpfxx::with_tail<packet_head, std::uint32_t>>(random);
        sum += read_mutated<either>(random);
    }
    CHECK(sum != 0);
}
