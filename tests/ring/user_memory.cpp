// The producer's side of a user ring buffer over memory of the test's own, with a kernel that is made up: what it finds
// there, full and empty rings, positions of any size, discarded and abandoned records, and memory that others wrote to.
#include <bpfxx/ring/user_memory.hpp>
#include <bpfxx/ring/user_sample.hpp>

#include "ring/support/user_ring_memory.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <random>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

using namespace bpfxx;
using producing = detail::user_ring_memory;
using position = ring::position;
using bytes_sample = user_ring_sample<raw_bytes>;

constexpr std::uint32_t size = 4096;
constexpr position position_32 = position{1} << (sizeof(position) * 4);

struct move_to {
    std::uint32_t axis;
    std::int32_t to;
};
struct stop {
    std::uint32_t axis;
    std::uint32_t reason;
    std::uint64_t when;
};
using moves = one_of<&move_to::axis, tagged<1, move_to>, tagged<7, stop>>;

static_assert(longest_user_record == 0xff'ffff);
static_assert(detail::user_record_fits(0, 8) && !detail::user_record_fits(1, 8) && detail::user_record_fits(8, 16));
static_assert(detail::user_record_fits(4088, 4096) && !detail::user_record_fits(4089, 4096));
static_assert(detail::user_record_fits(longest_user_record, 1 << 25));
static_assert(!detail::user_record_fits(longest_user_record + 1, 1 << 25));
static_assert(!detail::user_record_fits(0x1'0000'0000, 1 << 25) && !detail::user_record_fits(0xffff'fff8, 1 << 25));
static_assert(detail::record_length<raw_bytes>(5) == 5);
static_assert(detail::record_length<with_tail<stop, std::uint16_t>>(3) == 22);

static_assert(!std::is_copy_constructible_v<bytes_sample> && !std::is_copy_assignable_v<bytes_sample>);
static_assert(std::is_nothrow_move_constructible_v<bytes_sample> && std::is_nothrow_move_assignable_v<bytes_sample>);
static_assert(std::is_same_v<decltype(*std::declval<user_ring_sample<stop> const&>()), stop&>);
static_assert(std::is_same_v<decltype(std::declval<bytes_sample const&>().bytes()), std::span<std::byte>>);

producing over(support::user_ring_memory& ring) {
    return {&ring.consumer(), &ring.producer(), ring.data(), ring.size()};
}

constexpr error because(errc code) { return {code, command::reserve_record}; }

std::optional<bytes_sample> reserved(producing& ring, std::uint32_t length) {
    auto const room = ring.reserve(length);
    REQUIRE(room);
    if (*room == nullptr) return std::nullopt;
    return bytes_sample{*room, length};
}

bool submit(producing& ring, std::string const& text) {
    auto sample = reserved(ring, static_cast<std::uint32_t>(text.size()));
    if (!sample) return false;
    std::memcpy(sample->bytes().data(), text.data(), text.size());
    sample->submit();
    return true;
}

/// All that the made up kernel takes, and what it returns.
struct drained {
    long answer;
    std::vector<std::string> samples;

    explicit drained(support::user_ring_memory& ring, std::size_t most = ~std::size_t{0}) {
        answer = ring.drain([&](std::span<std::byte const> sample) {
            samples.emplace_back(reinterpret_cast<char const*>(sample.data()), sample.size());
            return samples.size() != most;
        });
    }
};
using texts = std::vector<std::string>;

TEST_CASE("what is submitted is taken, in order, and no more") {
    support::user_ring_memory memory{size};
    auto ring = over(memory);
    CHECK(ring.is_well_formed());
    CHECK(ring.available() == size);
    CHECK(drained{memory}.answer == 0);
    for (auto const* text : {"first", "", "the third and longest"}) CHECK(submit(ring, text));
    CHECK(memory.producer() == 16 + 8 + 32);
    CHECK(ring.available() == size - 56);
    drained const all{memory};
    CHECK(all.answer == 3);
    CHECK(all.samples == texts{"first", "", "the third and longest"});
    CHECK(drained{memory}.answer == 0);
    CHECK(ring.available() == size);
}

TEST_CASE("a reserved record is busy until it is submitted, and those behind it wait") {
    support::user_ring_memory memory{size};
    auto ring = over(memory);
    auto first = reserved(ring, 5), second = reserved(ring, 6);
    CHECK(memory.header_at(0).length == (5 | ring::busy_bit));
    CHECK(memory.header_at(0).page_offset == 0);
    CHECK(memory.producer() == 32);
    second->submit();
    CHECK(memory.header_at(16).length == 6);
    CHECK(drained{memory}.answer == 0);
    first->submit();
    CHECK(drained{memory}.answer == 2);
}

TEST_CASE("a record that is not submitted is discarded, and skipped") {
    support::user_ring_memory memory{size};
    auto ring = over(memory);
    CHECK(submit(ring, "kept"));
    static_cast<void>(reserved(ring, 100));
    CHECK(memory.header_at(16).length == (100 | ring::discard_bit));
    auto given_up = reserved(ring, 3);
    given_up->discard();
    CHECK_FALSE(*given_up);
    CHECK(submit(ring, "kept too"));
    drained const all{memory};
    CHECK(all.answer == 2);
    CHECK(all.samples == texts{"kept", "kept too"});
    CHECK(ring.available() == size);
}

TEST_CASE("a sample ends once, whoever has it") {
    support::user_ring_memory memory{size};
    auto ring = over(memory);
    auto const length_at = [&](position at) { return memory.header_at(at).length; };
    {
        auto sample = reserved(ring, 8);
        REQUIRE(sample);
        CHECK(*sample);
        bytes_sample moved{std::move(*sample)};
        CHECK_FALSE(*sample); // NOLINT(bugprone-use-after-move): that is asked
        sample->submit();
        sample.reset();
        CHECK(length_at(0) == (8 | ring::busy_bit));
        moved.submit();
        moved.discard();
        CHECK(length_at(0) == 8);
    }
    CHECK(length_at(0) == 8);
    auto second = *reserved(ring, 8), third = *reserved(ring, 24);
    second = std::move(third); // what it was is given up
    CHECK(length_at(16) == (8 | ring::discard_bit));
    CHECK(length_at(32) == (24 | ring::busy_bit));
    CHECK(second.bytes().size() == 24);
    auto& same = second;
    second = std::move(same);
    CHECK(second);
    CHECK(length_at(32) == (24 | ring::busy_bit));
    second.submit();
    CHECK(length_at(32) == 24);
}

TEST_CASE("records have their types in the ring") {
    support::user_ring_memory memory{size};
    auto ring = over(memory);
    {
        user_ring_sample<stop> sample{*ring.reserve(sizeof(stop)), sizeof(stop)};
        *sample = {1, 2, 3};
        sample->reason = 4;
        sample.submit();
        CHECK(memory.header_at(0).length == 16);
    }
    {
        user_ring_sample<with_tail<stop, std::uint16_t>> sample{*ring.reserve(22), 22};
        sample.head() = {1, 2, 3};
        REQUIRE(sample.tail().size() == 3);
        std::fill(sample.tail().begin(), sample.tail().end(), 0x0505);
        sample.submit();
    }
    std::vector<stop> heads(2);
    std::vector<std::uint16_t> tail(3);
    auto const taken = memory.drain([&, n = 0](std::span<std::byte const> sample) mutable {
        CHECK(reinterpret_cast<std::uintptr_t>(sample.data()) % 8 == 0);
        std::memcpy(&heads[std::size_t(n)], sample.data(), sizeof(stop));
        if (n++ == 1) std::memcpy(tail.data(), sample.data() + sizeof(stop), sample.size() - sizeof(stop));
        return true;
    });
    CHECK(taken == 2);
    CHECK((heads[0].axis == 1 && heads[0].reason == 4 && heads[0].when == 3));
    CHECK((heads[1].axis == 1 && heads[1].reason == 2 && heads[1].when == 3));
    CHECK(tail == std::vector<std::uint16_t>{0x0505, 0x0505, 0x0505});
}

TEST_CASE("of several types, submitting writes the tag") {
    support::user_ring_memory memory{size};
    auto ring = over(memory);
    user_ring_sample<stop, moves> halt{*ring.reserve(sizeof(stop)), sizeof(stop)};
    user_ring_sample<move_to, moves> go{*ring.reserve(sizeof(move_to)), sizeof(move_to)};
    *halt = {0, 2, 3};
    *go = {0, -5};
    halt.submit();
    halt.submit(); // there is nothing to mark any more
    go.submit();
    std::vector<std::uint32_t> tags;
    memory.drain([&](std::span<std::byte const> sample) {
        std::uint32_t tag;
        std::memcpy(&tag, sample.data(), sizeof tag);
        tags.push_back(tag);
        return true;
    });
    CHECK(tags == std::vector<std::uint32_t>{7, 1});
}

TEST_CASE("a full ring has no room, and what a program took makes some") {
    for (std::uint32_t const length : {0u, 8u, 9u, 100u, 1000u, 2040u, 4088u}) {
        CAPTURE(length);
        support::user_ring_memory memory{size};
        auto ring = over(memory);
        auto const total = ring::record_size(length);
        std::uint32_t count = 0;
        while (submit(ring, std::string(length, 'x'))) ++count;
        CHECK(count == size / total);
        CHECK(ring.available() == size - count * total);
        auto const before = memory.producer();
        CHECK_FALSE(reserved(ring, length));
        CHECK(memory.producer() == before);
        CHECK(drained{memory, 1}.answer == 1);
        CHECK(submit(ring, std::string(length, 'y')));
        CHECK_FALSE(submit(ring, std::string(length, 'z')));
        drained const rest{memory};
        CHECK(rest.samples.size() == count);
        CHECK(rest.samples.back() == std::string(length, 'y'));
    }
}

TEST_CASE("records that could never be taken are refused, not waited for") {
    support::user_ring_memory memory{size};
    auto ring = over(memory);
    CHECK(ring.reserve(4089).error() == because(errc::e2big));
    CHECK(ring.reserve(0x8000'0008).error() == because(errc::e2big));
    CHECK(ring.reserve(0x1'0000'0008).error() == because(errc::e2big));
    CHECK(memory.producer() == 0);
    support::user_ring_memory large{1 << 25};
    auto wide = over(large);
    CHECK(wide.reserve(longest_user_record + 1).error() == because(errc::e2big));
    CHECK(reserved(wide, longest_user_record)->bytes().size() == longest_user_record);
}

TEST_CASE("positions go on for ever, past 32 bits, and records wrap around in one piece") {
    for (position const start :
         {position{0}, position_32 - 4096, position_32 - 8, position_32, position_32 * 40 + 4072}) {
        CAPTURE(start);
        support::user_ring_memory memory{size, start};
        auto ring = over(memory);
        CHECK(ring.is_well_formed());
        std::mt19937 random{7};
        std::vector<std::string> waiting;
        for (int i = 0; i != 2000; ++i) {
            std::string const text(random() % 900, static_cast<char>('a' + i % 26));
            if (!submit(ring, text)) {
                drained const some{memory, 1 + random() % 4};
                REQUIRE(std::equal(some.samples.begin(), some.samples.end(), waiting.begin()));
                waiting.erase(waiting.begin(), waiting.begin() + some.answer);
                continue;
            }
            waiting.push_back(text);
        }
        CHECK(drained{memory}.samples == waiting);
        CHECK(memory.producer() == memory.consumer());
        CHECK(memory.producer() - start > 100 * size);
    }
}

TEST_CASE("a record that is not published is not seen") {
    support::user_ring_memory memory{size};
    auto ring = over(memory);
    auto* const claimed = *ring.claim(5);
    std::memcpy(claimed, "never", 5);
    CHECK(memory.producer() == 0);
    CHECK(*ring.claim(6) == claimed);
    std::memcpy(claimed, "always", 6);
    ring.publish(claimed, 6);
    CHECK(drained{memory}.samples == texts{"always"});
}

TEST_CASE("the next producer goes on where the last one stopped") {
    support::user_ring_memory memory{size};
    {
        auto first = over(memory);
        CHECK(submit(first, "from the first"));
    }
    auto second = over(memory);
    CHECK(second.is_well_formed());
    CHECK(second.available() == size - 24);
    CHECK(submit(second, "from the second"));
    auto unasked = over(memory);
    CHECK_FALSE(reserved(unasked, size - 8));
    CHECK(drained{memory}.samples == texts{"from the first", "from the second"});
}

TEST_CASE("a second producer is noticed") {
    support::user_ring_memory memory{size};
    auto first = over(memory), second = over(memory);
    CHECK(submit(first, "one"));
    CHECK(second.reserve(3).error() == because(errc::ebusy));
    CHECK(second.claim(3).error() == because(errc::ebusy));
    CHECK(submit(first, "two"));
    CHECK(drained{memory}.samples == texts{"one", "two"});
}

TEST_CASE("positions that no ring has") {
    auto const well_formed = [](position consumer, position producer) {
        support::user_ring_memory memory{size};
        memory.consumer() = consumer;
        memory.producer() = producer;
        return over(memory).is_well_formed();
    };
    CHECK(well_formed(8, 8));
    CHECK(well_formed(0, size));
    CHECK_FALSE(well_formed(0, size + 8)); // more than there is room for
    CHECK_FALSE(well_formed(16, 8));       // taken before it was written
    CHECK_FALSE(well_formed(0, 4));        // no place where a record can start
    CHECK_FALSE(well_formed(4, 4));

    support::user_ring_memory memory{size};
    auto ring = over(memory);
    while (submit(ring, "fills it")) {
    }
    auto const taken = memory.consumer();
    memory.consumer() = memory.producer() + 8;
    CHECK(ring.reserve(8).error() == because(errc::record_outside));
    CHECK(ring.reserve(8).error() == because(errc::record_outside));
    CHECK(ring.discard_inherited().error() == because(errc::record_outside));
    CHECK(ring.available() == 0);
    memory.consumer() = taken;
    CHECK_FALSE(reserved(ring, 8));
    memory.consumer() += 16;
    CHECK(reserved(ring, 8));
}

TEST_CASE("records of a producer that died are discarded, and only those") {
    support::user_ring_memory memory{size, position_32 - 16};
    {
        auto dead = over(memory);
        CHECK(submit(dead, "taken"));
        CHECK(drained{memory}.answer == 1);
        CHECK(submit(dead, "before"));
        static_cast<void>(*dead.reserve(20)); // no sample of which would discard it
        CHECK(submit(dead, "between"));
        static_cast<void>(reserved(dead, 9));
        static_cast<void>(*dead.reserve(30));
        static_cast<void>(*dead.reserve(0));
        CHECK(submit(dead, "behind"));
        static_cast<void>(*dead.reserve(0)); // the very last
    }
    auto ring = over(memory);
    auto own = reserved(ring, 7);
    auto const produced = memory.producer();
    CHECK(ring.discard_inherited().value() == 4);
    CHECK(ring.discard_inherited().value() == 0);
    CHECK(memory.producer() == produced);
    CHECK(drained{memory}.samples == texts{"before", "between", "behind"});
    std::memcpy(own->bytes().data(), "our own", 7);
    own->submit();
    CHECK(drained{memory}.samples == texts{"our own"});
    CHECK(ring.discard_inherited().value() == 0);
}

TEST_CASE("a length that goes beyond what was written is noticed") {
    support::user_ring_memory memory{size};
    {
        auto dead = over(memory);
        CHECK(submit(dead, "before"));
        static_cast<void>(*dead.reserve(40));
    }
    auto ring = over(memory);
    for (std::uint32_t const length : {41u, 64u, size, ring::length_mask}) {
        memory.header_at(16).length = length | ring::busy_bit;
        CHECK(ring.discard_inherited().error() == because(errc::record_outside));
        CHECK(memory.header_at(16).length == (length | ring::busy_bit));
    }
    memory.header_at(16).length = 33 | ring::busy_bit; // takes up the same room
    CHECK(ring.discard_inherited().value() == 1);
}

TEST_CASE("whatever lengths stand in the ring, only headers of busy records are written") {
    std::mt19937 random{11};
    for (int round = 0; round != 3000; ++round) {
        support::user_ring_memory memory{size, (random() % 512) * 8};
        auto dead = over(memory);
        for (auto count = random() % 12; count != 0; --count) static_cast<void>(*dead.reserve(random() % 300));
        auto const used = memory.producer() - memory.consumer();
        for (position at = 0; at < used; at += 4)
            if (random() % 6 == 0) {
                auto const shifted = random() >> random() % 32; // small lengths too
                std::memcpy(memory.data() + ((memory.consumer() + at) & (size - 1)), &shifted, 4);
            }
        std::vector<std::byte> const before(memory.data(), memory.data() + size);
        auto ring = over(memory);
        auto const done = ring.discard_inherited();
        CHECK((done || done.error() == because(errc::record_outside)));
        std::uint32_t changed = 0;
        for (std::size_t at = 0; at != size; ++at)
            if (memory.data()[at] != before[at]) ++changed;
        if (done) CHECK(changed == *done); // the byte with both bits
        CHECK(changed <= used / 8);
    }
}

} // namespace
