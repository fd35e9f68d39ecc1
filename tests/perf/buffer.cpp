// Records of perf events in a buffer of the test's own: what is read, what is refused, and when room is given back.
#include <bpfxx/perf/range.hpp>

#include <bpfxx/perf/backward.hpp>
#include <bpfxx/perf/copied.hpp>
#include <bpfxx/perf/one_of.hpp>
#include <bpfxx/perf/reader_options.hpp>
#include <bpfxx/perf/record.hpp>

#include "perf/support/kernel_side.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <random>
#include <thread>
#include <vector>

namespace {

using namespace bpfxx;
using support::kernel_side;

template <std::size_t Size>
struct numbered {
    std::uint64_t number;
    std::byte rest[Size - 8];
};
template <>
struct numbered<8> {
    std::uint64_t number;
};
struct narrow {
    std::uint32_t number, other;
};
class closed { // no member of it can be packed
  public:
    explicit closed(std::uint64_t number) : number_{number} {}
    [[nodiscard]] std::uint64_t number() const { return number_ + (more_ - 7); }

  private:
    std::uint64_t number_;
    std::uint64_t more_ = 7;
};

template <class Record, class... Room>
std::vector<std::uint64_t> numbers(std::span<perf::cursor> from, result<void>& outcome, Room... room) {
    std::vector<std::uint64_t> found;
    perf_range<Record> records{from, {}, &outcome, room...};
    for (auto const& each : records) {
        std::uint64_t number = 0;
        if constexpr (sizeof...(Room) != 0)
            std::memcpy(&number, each.data(), sizeof number);
        else if constexpr (requires { each.number(); })
            number = each.number();
        else
            number = each.number;
        found.push_back(number);
    }
    return found;
}

std::vector<std::uint64_t> count_to(std::uint64_t end, std::uint64_t start = 0) {
    std::vector<std::uint64_t> all(end - start);
    std::iota(all.begin(), all.end(), start);
    return all;
}

template <class Record>
void lap_often(std::uint64_t start) {
    kernel_side kernel{4096, start};
    perf::cursor reader = kernel.reader();
    std::uint64_t written = 0, read = 0;
    for (int lap = 0; lap != 200; ++lap) {
        for (int i = 0; i != 1 + lap % 7; ++i) {
            Record record{};
            record.number = static_cast<decltype(record.number)>(written);
            written += kernel.sample(record) ? 1 : 0;
        }
        auto outcome = result<void>{outcome::success()};
        auto const found = numbers<Record>({&reader, 1}, outcome);
        CHECK(outcome);
        CHECK(found == count_to(written, read));
        read = written;
        CHECK(kernel.tail() == kernel.head());
    }
    CHECK(read > 100);
    CHECK(kernel.lost() == 0);
    CHECK(kernel.head() > start + 3 * 4096);
}

TEST_CASE("records come as written, over the end and over 32 bits") {
    lap_often<numbered<8>>(0);
    lap_often<numbered<16>>((std::uint64_t{1} << 32) - 4096);
    lap_often<numbered<24>>(std::uint64_t{0} - 8192);
    lap_often<numbered<64>>(0);
    lap_often<numbered<512>>(4088);
    lap_often<narrow>(16);
}

TEST_CASE("types of small alignment are read in place, others are copied") {
    static_assert(std::is_same_v<perf_range<narrow>::reference, narrow const&>);
    static_assert(std::is_same_v<perf_range<numbered<8>>::reference, numbered<8>>);
    kernel_side kernel{4096};
    perf::cursor reader = kernel.reader();
    CHECK(kernel.sample(narrow{1, 2}));
    for (auto const& each : perf_range<narrow>{{&reader, 1}, {}, nullptr})
        CHECK(reinterpret_cast<std::byte const*>(&each) == kernel.data().data() + 12);
    CHECK(kernel.sample(closed{5}));
    auto outcome = result<void>{outcome::success()};
    CHECK(numbers<closed>({&reader, 1}, outcome) == std::vector<std::uint64_t>{5});
}

TEST_CASE("what is left is read the next time") {
    kernel_side kernel{4096};
    perf::cursor reader = kernel.reader();
    for (std::uint64_t i = 0; i != 10; ++i) CHECK(kernel.sample(numbered<8>{i}));
    auto const first = [&](std::uint64_t wanted) {
        perf_range<numbered<8>> records{{&reader, 1}, {}, nullptr};
        for (auto const& each : records) {
            CHECK(each.number == wanted);
            if (wanted == 3 && each.number == 3) CHECK(reader.unread() != 0);
            break;
        }
    };
    for (std::uint64_t i = 0; i != 4; ++i) {
        first(i);
        CHECK(kernel.tail() == (i + 1) * 24);
    }
    {
        perf_range<numbered<8>> records{{&reader, 1}, {}, nullptr};
        auto at = records.begin();
        CHECK((*at).number == 4);
        ++at;
        auto moved = std::move(at);
        CHECK((*moved).number == 5);
    }
    CHECK(kernel.tail() == 6 * 24);
    CHECK(reader.unread() == 4 * 24);
    auto outcome = result<void>{outcome::success()};
    CHECK(numbers<numbered<8>>({&reader, 1}, outcome) == count_to(10, 6));
    CHECK(numbers<numbered<8>>({&reader, 1}, outcome).empty());
}

TEST_CASE("room is given back while a full buffer is read, and at once when a walk ends") {
    kernel_side kernel{4096};
    perf::cursor reader = kernel.reader();
    std::uint64_t written = 0;
    while (kernel.sample(numbered<8>{written})) ++written;
    CHECK(written == 4096 / 24);
    std::vector<std::uint64_t> tails;
    for (auto const& each : perf_range<numbered<8>>{{&reader, 1}, {}, nullptr}) {
        CHECK(kernel.tail() <= each.number * 24); // a record is not given back while it is looked at
        tails.push_back(kernel.tail());
    }
    CHECK(std::unique(tails.begin(), tails.end()) - tails.begin() >= 4);
    CHECK(kernel.tail() == written * 24);
}

TEST_CASE("a walk ends, whatever is written meanwhile") {
    kernel_side kernel{4096};
    perf::cursor reader = kernel.reader();
    for (std::uint64_t i = 0; i != 3; ++i) CHECK(kernel.sample(numbered<8>{i}));
    std::uint64_t read = 0;
    for (auto const& each : perf_range<numbered<8>>{{&reader, 1}, {}, nullptr}) {
        CHECK(each.number == read++);
        CHECK(kernel.sample(numbered<8>{each.number + 3}));
        if (read > 100) break;
    }
    CHECK(read == 3);
    auto outcome = result<void>{outcome::success()};
    CHECK(numbers<numbered<8>>({&reader, 1}, outcome) == count_to(6, 3));
}

TEST_CASE("what is lost adds up") {
    kernel_side kernel{4096};
    perf::cursor reader = kernel.reader(3);
    std::uint64_t next = 0, read = 0, told = 0;
    for (int round = 0; round != 20; ++round) {
        for (int i = 0; i != 200 + round; ++i) kernel.sample(numbered<8>{next++});
        auto const on_lost = [&](perf_lost lost) {
            CHECK(lost.cpu == cpu_number{3});
            told += lost.count;
        };
        for ([[maybe_unused]] auto const& each :
             perf_range<numbered<8>, decltype(on_lost)>{{&reader, 1}, on_lost, nullptr})
            ++read;
        CHECK(reader.lost() == told);
    }
    CHECK(kernel.sample(numbered<8>{next++}));
    auto outcome = result<void>{outcome::success()};
    read += numbers<numbered<8>>({&reader, 1}, outcome).size();
    CHECK(kernel.lost() > 100);
    CHECK(reader.lost() == kernel.lost());
    CHECK(read + reader.lost() == next);
}

TEST_CASE("CPUs one after the other, those without a buffer left out") {
    kernel_side zero{4096}, two{4096};
    std::array<perf::cursor, 3> readers{zero.reader(0), perf::cursor{cpu_number{1}}, two.reader(2)};
    for (std::uint64_t i = 0; i != 3; ++i) {
        CHECK(zero.sample(numbered<8>{i}));
        CHECK(two.sample(numbered<8>{i + 3}));
    }
    std::vector<std::uint32_t> cpus;
    perf_range<numbered<8>> records{readers, {}, nullptr};
    for (auto const& each : records) {
        CHECK(each.number == cpus.size());
        cpus.push_back(static_cast<std::uint32_t>(records.cpu()));
    }
    CHECK(cpus == std::vector<std::uint32_t>{0, 0, 0, 2, 2, 2});
    CHECK(zero.tail() == 72);
    CHECK(two.tail() == 72);
    readers[2].stop();
    CHECK_FALSE(readers[2]);
}

error refused(void (*write)(kernel_side&), std::size_t good_before = 1) {
    error found{};
    for (std::uint64_t const start : {std::uint64_t{0}, std::uint64_t{4096 - 40}, std::uint64_t{4096 - 24}}) {
        kernel_side kernel{4096, start};
        perf::cursor reader = kernel.reader();
        for (std::uint64_t i = 0; i != good_before; ++i) CHECK(kernel.sample(numbered<8>{i}));
        write(kernel);
        kernel.publish();
        auto outcome = result<void>{outcome::success()};
        CHECK(numbers<numbered<8>>({&reader, 1}, outcome) == count_to(good_before));
        REQUIRE_FALSE(outcome);
        found = outcome.error();
        CHECK(found.during == command::read_memory);
        CHECK(kernel.tail() == kernel.head());
        CHECK(kernel.sample(numbered<8>{9}));
        CHECK(numbers<numbered<8>>({&reader, 1}, outcome) == std::vector<std::uint64_t>{9});
        CHECK(outcome);
    }
    return found;
}

TEST_CASE("what is no record of the type is refused and skipped") {
    CHECK(refused([](kernel_side& kernel) { kernel.sample(numbered<16>{}); }).code == errc::record_size_differs);
    CHECK(refused([](kernel_side& kernel) { kernel.sample(std::uint32_t{}); }).code == errc::record_size_differs);
    CHECK(refused([](kernel_side& kernel) { kernel.header(9, 8); }).code == errc::record_size_differs);
    auto const inner = [](kernel_side& kernel) {
        std::uint32_t const wrong[]{13, 0, 0, 0};
        kernel.header(9, 24);
        kernel.put(wrong, sizeof wrong);
    };
    CHECK(refused(inner).code == errc::record_size_differs);
    CHECK(refused(inner, 0).code == errc::record_size_differs);
    CHECK(refused([](kernel_side& kernel) { kernel.header(5, 8); }).code == errc::unknown_record);
    CHECK(refused([](kernel_side& kernel) { kernel.header(2, 8); }).code == errc::record_size_differs);
    CHECK(refused([](kernel_side& kernel) { kernel.header(9, 0); }).code == errc::record_outside);
    CHECK(refused([](kernel_side& kernel) { kernel.header(2, 0); }, 0).code == errc::record_outside);
    CHECK(refused([](kernel_side& kernel) { kernel.header(9, 24); }).code == errc::record_outside);
    CHECK(refused([](kernel_side& kernel) { kernel.header(9, 0xfff8); }).code == errc::record_outside);
    CHECK(refused([](kernel_side& kernel) {
              std::uint32_t const some[]{12, 0, 0};
              kernel.header(9, 20);
              kernel.put(some, 12);
              kernel.put(some, 4);
          }).code == errc::record_outside);
}

TEST_CASE("a type that is larger than the buffer") {
    kernel_side kernel{256, 256 - 16};
    perf::cursor reader = kernel.reader();
    CHECK(kernel.sample(numbered<16>{}));
    auto outcome = result<void>{outcome::success()};
    CHECK(numbers<numbered<512>>({&reader, 1}, outcome).empty());
    CHECK(outcome.error().code == errc::record_size_differs);
    CHECK(kernel.tail() == kernel.head());
}

TEST_CASE("impossible positions are refused") {
    kernel_side full{4096};
    perf::cursor at_full = full.reader();
    for (std::uint64_t i = 0; i != 128; ++i) CHECK(full.sample(numbered<16>{i, {}}));
    full.publish(4096 + 32); // more than there is room for, though every byte is a record's
    auto all = result<void>{outcome::success()};
    CHECK(numbers<numbered<16>>({&at_full, 1}, all).empty());
    CHECK(all.error().code == errc::record_outside);
    for (std::uint64_t const head : {std::uint64_t{4104}, std::uint64_t{0} - 8, std::uint64_t{1} << 40}) {
        kernel_side kernel{4096};
        perf::cursor reader = kernel.reader();
        kernel.publish(head);
        auto outcome = result<void>{outcome::success()};
        CHECK(numbers<numbered<8>>({&reader, 1}, outcome).empty());
        CHECK(outcome.error().code == errc::record_outside);
        CHECK(kernel.tail() == head);
    }
    kernel_side kernel{4096};
    perf::cursor reader = kernel.reader();
    kernel.publish(27); // no multiple of 8: the first record cannot end there
    auto outcome = result<void>{outcome::success()};
    CHECK(numbers<numbered<8>>({&reader, 1}, outcome).empty());
    CHECK_FALSE(outcome);
    CHECK(kernel.tail() == 24);
}

#if defined(__cpp_exceptions)
TEST_CASE("without a place for it a failure is thrown") {
    kernel_side kernel{4096};
    perf::cursor reader = kernel.reader();
    kernel.sample(numbered<16>{});
    auto const walk = [&] {
        for ([[maybe_unused]] auto const& each : perf_range<numbered<8>>{{&reader, 1}, {}, nullptr}) {
        }
    };
    CHECK_THROWS_AS(walk(), bpf_error);
    CHECK_NOTHROW(walk());
}
#endif

TEST_CASE("records of any size as bytes, with their padding") {
    kernel_side kernel{4096, 4096 - 64};
    perf::cursor reader = kernel.reader();
    std::array<std::byte, 4096> room{};
    std::uint64_t written = 0, read = 0;
    for (int lap = 0; lap != 300; ++lap) {
        std::vector<std::size_t> sizes;
        for (std::size_t i = 0; i != 3; ++i) {
            auto const size = 8 + (written * 37) % 300;
            std::vector<std::byte> payload(size);
            std::memcpy(payload.data(), &written, 8);
            REQUIRE(kernel.sample(payload.data(), size));
            sizes.push_back(perf::padded_size(size));
            ++written;
        }
        auto outcome = result<void>{outcome::success()};
        std::vector<std::size_t> found;
        for (auto const bytes : perf_range<raw_bytes>{{&reader, 1}, {}, &outcome, std::span{room}}) {
            std::uint64_t number = 0;
            std::memcpy(&number, bytes.data(), 8);
            CHECK(number == read++);
            found.push_back(bytes.size());
        }
        CHECK(outcome);
        CHECK(found == sizes);
        CHECK(kernel.tail() == kernel.head());
    }
}

TEST_CASE("bytes: a sample that has no room for its number") {
    for (std::uint64_t const start : {0u, 4096u - 8u}) {
        kernel_side kernel{4096, start};
        perf::cursor reader = kernel.reader();
        std::array<std::byte, 128> room{};
        kernel.header(9, 8);
        CHECK(kernel.sample(numbered<8>{3}));
        auto outcome = result<void>{outcome::success()};
        CHECK(numbers<raw_bytes>({&reader, 1}, outcome, std::span{room}).empty());
        CHECK(outcome.error().code == errc::record_size_differs);
        CHECK(numbers<raw_bytes>({&reader, 1}, outcome, std::span{room}) == count_to(4, 3));
    }
}

TEST_CASE("bytes: an iterator that was moved stands where it stood") {
    kernel_side kernel{4096};
    perf::cursor reader = kernel.reader();
    std::array<std::byte, 128> room{};
    for (std::size_t const size : {12u, 20u, 28u, 36u}) CHECK(kernel.sample(room.data(), size));
    {
        perf_range<raw_bytes> records{{&reader, 1}, {}, nullptr, std::span{room}};
        auto first = records.begin();
        auto second = std::move(first);
        CHECK((*second).size() == 12);
        ++second;
        CHECK((*second).size() == 20);
        first = std::move(second);
        CHECK((*first).size() == 20);
        ++first;
        CHECK((*first).size() == 28);
    }
    CHECK(kernel.tail() == 24 + 32 + 40);
    CHECK(reader.unread() == 48);
}

TEST_CASE("bytes: what is lost among them is no record") {
    kernel_side kernel{4096};
    perf::cursor reader = kernel.reader();
    std::array<std::byte, 128> room{};
    for (std::uint64_t i = 0; i != 6; ++i) {
        CHECK(kernel.sample(numbered<8>{i}));
        kernel.say_lost(i);
    }
    kernel.publish();
    auto outcome = result<void>{outcome::success()};
    CHECK(numbers<raw_bytes>({&reader, 1}, outcome, std::span{room}) == count_to(6));
    CHECK(outcome);
    CHECK(reader.lost() == 15);
}

TEST_CASE("bytes: no record begins or ends between multiples of 8") {
    kernel_side kernel{4096};
    perf::cursor reader = kernel.reader();
    std::array<std::byte, 128> room{};
    CHECK(kernel.sample(numbered<8>{0}));
    std::uint32_t const body[]{8, 1, 0};
    kernel.header(9, 20);
    kernel.put(body, sizeof body);
    CHECK(kernel.sample(std::uint32_t{}));
    auto outcome = result<void>{outcome::success()};
    CHECK(numbers<raw_bytes>({&reader, 1}, outcome, std::span{room}) == count_to(1));
    CHECK(outcome.error().code == errc::record_outside);
}

TEST_CASE("a record for which there is no room stays, until there is") {
    kernel_side kernel{4096, 4096 - 16};
    perf::cursor reader = kernel.reader();
    CHECK(kernel.sample(numbered<64>{5, {}}));
    CHECK(kernel.sample(numbered<64>{6, {}}));
    std::array<std::byte, 80> room{};
    auto outcome = result<void>{outcome::success()};
    CHECK(numbers<raw_bytes>({&reader, 1}, outcome, std::span{room}.first(79)).empty());
    CHECK(outcome.error() == error{errc::buffer_too_small, command::read_memory});
    CHECK(kernel.tail() == 4096 - 16);
    CHECK(numbers<raw_bytes>({&reader, 1}, outcome, std::span{room}) == count_to(7, 5));
    CHECK(outcome);
    for (std::uint32_t const inner : {69u, 0xffff'ffffu}) {
        kernel.header(9, 80);
        kernel.put(&inner, 4);
        kernel.put(room.data(), 68);
        kernel.publish();
        CHECK(numbers<raw_bytes>({&reader, 1}, outcome, std::span{room}).empty());
        CHECK(outcome.error().code == errc::record_size_differs);
        CHECK(kernel.tail() == kernel.head());
    }
}

struct common {
    std::uint16_t kind;
    std::uint16_t cpu;
};
struct started {
    common head;
    std::uint32_t pid;
    std::uint64_t number;
};
struct ended {
    common head;
    std::uint32_t number;
    std::uint64_t times[5];
};
struct noted {
    common head;
};
using several = one_of<&common::kind, tagged<1, started>, tagged<2, ended>, tagged<3, noted>>;

struct told {
    std::vector<std::uint64_t>& numbers;

    void operator()(started const& each) const {
        CHECK(reinterpret_cast<std::uintptr_t>(&each) % alignof(started) == 0);
        CHECK(each.head.kind == 1);
        CHECK(each.pid == 1000 + each.head.cpu);
        numbers.push_back(each.number);
    }
    void operator()(ended const& each) const {
        CHECK(reinterpret_cast<std::uintptr_t>(&each) % alignof(ended) == 0);
        for (auto const time : each.times) CHECK(time == each.number);
        numbers.push_back(each.number);
    }
    void operator()(noted const& each) const { numbers.push_back(each.head.cpu); }
};

bool write_one(kernel_side& kernel, std::uint64_t number) {
    auto const small = static_cast<std::uint16_t>(number);
    if (number % 3 == 0) return kernel.sample(started{{1, small}, 1000u + small, number});
    if (number % 3 == 1) {
        ended record{{2, small}, small, {}};
        for (auto& each : record.times) each = number;
        return kernel.sample(record);
    }
    return kernel.sample(noted{{3, small}});
}

TEST_CASE("records of several types, told apart and aligned, over the end and over 32 bits") {
    kernel_side kernel{512, (std::uint64_t{1} << 32) - 512};
    perf::cursor reader = kernel.reader();
    std::vector<std::uint64_t> found;
    std::uint64_t written = 0;
    for (int lap = 0; lap != 200; ++lap) {
        for (int i = 0; i != 1 + lap % 7; ++i) REQUIRE(write_one(kernel, written++));
        auto outcome = result<void>{outcome::success()};
        for (auto const each : perf_range<several>{{&reader, 1}, {}, &outcome}) {
            CHECK(each.header().kind == 1 + found.size() % 3);
            CHECK((each.get_if<started>() != nullptr) == (found.size() % 3 == 0));
            each.visit(told{found});
        }
        CHECK(outcome);
        CHECK(found.size() == written);
        CHECK(kernel.tail() == kernel.head());
    }
    CHECK(found == count_to(written));
    for (std::uint64_t i = 0; i != 3; ++i) REQUIRE(write_one(kernel, i));
    for ([[maybe_unused]] auto const each : perf_range<several>{{&reader, 1}, {}, nullptr}) break;
    CHECK(reader.unread() == perf::sample_size(sizeof(ended)) + perf::sample_size(sizeof(noted)));
}

TEST_CASE("of several types: what is none of them is refused and skipped") {
    auto const refusal_of = [](auto const& record, std::uint64_t start) {
        kernel_side kernel{256, start};
        perf::cursor reader = kernel.reader();
        CHECK(write_one(kernel, 0));
        kernel.sample(&record, sizeof record);
        CHECK(write_one(kernel, 1));
        std::vector<std::uint64_t> found;
        auto outcome = result<void>{outcome::success()};
        for (auto const each : perf_range<several>{{&reader, 1}, {}, &outcome}) each.visit(told{found});
        REQUIRE_FALSE(outcome);
        auto const refused = outcome.error();
        CHECK(refused.during == command::read_memory);
        CHECK(found == count_to(1));
        for (auto const each : perf_range<several>{{&reader, 1}, {}, &outcome}) each.visit(told{found});
        CHECK(outcome);
        CHECK(found == count_to(2));
        return refused.code;
    };
    for (std::uint64_t start = 0; start != 256; start += 8) {
        CHECK(refusal_of(started{{2, 0}, 1000, 0}, start) == errc::record_size_differs);
        CHECK(refusal_of(ended{{1, 0}, 0, {}}, start) == errc::record_size_differs);
        CHECK(refusal_of(noted{{1, 0}}, start) == errc::record_size_differs);
        CHECK(refusal_of(noted{{4, 0}}, start) == errc::unknown_record);
        CHECK(refusal_of(ended{{0, 0}, 0, {}}, start) == errc::unknown_record);
        CHECK(refusal_of(std::array<std::uint16_t, 60>{7}, start) == errc::unknown_record); // larger than any
        CHECK(refusal_of(std::array<std::uint16_t, 60>{2}, start) == errc::record_size_differs);
    }
    // The number inside says something else than the header.
    for (std::uint32_t const inner : {0u, 4u, 19u, 21u, 28u, ~0u}) {
        kernel_side kernel{256};
        perf::cursor reader = kernel.reader();
        started const record{{1, 0}, 1000, 0};
        CHECK(kernel.sample(record));
        std::memcpy(kernel.data().data() + 8, &inner, 4);
        auto outcome = result<void>{outcome::success()};
        for ([[maybe_unused]] auto const each : perf_range<several>{{&reader, 1}, {}, &outcome}) CHECK(false);
        CHECK(outcome.error().code == errc::record_size_differs);
    }
    for (std::uint16_t const size : {std::uint16_t{8}, std::uint16_t{16}}) { // no header of any record
        kernel_side kernel{256, 256 - 8};
        perf::cursor reader = kernel.reader();
        std::uint32_t const body[]{0, 1};
        kernel.header(9, size);
        kernel.put(body, size - 8u);
        kernel.publish();
        auto outcome = result<void>{outcome::success()};
        for ([[maybe_unused]] auto const each : perf_range<several>{{&reader, 1}, {}, &outcome}) CHECK(false);
        CHECK(outcome.error().code == errc::record_size_differs);
        CHECK(kernel.tail() == kernel.head());
    }
}

struct kind_behind {
    std::uint32_t number;
    std::uint32_t kind;
};

TEST_CASE("of several types: a record that ends before its kind is not taken for the one before") {
    kernel_side kernel{256};
    perf::cursor reader = kernel.reader();
    perf::detail::sample_reader<one_of<&kind_behind::kind, tagged<1, kind_behind>>> samples;
    CHECK(kernel.sample(kind_behind{1, 9}));
    CHECK(kernel.sample(std::uint32_t{1}));
    kernel.header(9, 8);
    kernel.publish();
    std::vector<errc> refused;
    reader.look();
    while (reader.unread() != 0) refused.push_back(samples.read(reader, reader.next().value()).error().code);
    CHECK(refused == std::vector{errc::unknown_record, errc::record_size_differs, errc::record_size_differs});
}

TEST_CASE("of several types: one that is larger than the buffer") {
    kernel_side kernel{32};
    perf::cursor reader = kernel.reader();
    for (std::uint64_t i = 0; i != 9; i += 3) {
        CHECK(write_one(kernel, i));
        std::vector<std::uint64_t> found;
        for (auto const each : perf_range<several>{{&reader, 1}, {}, nullptr}) each.visit(told{found});
        CHECK(found == std::vector{i});
    }
}

/// Whatever the bytes are, a walk ends, and stays in the buffer, which ends where the memory that was allocated does.
TEST_CASE("hostile bytes") {
    std::mt19937_64 random{42};
    std::array<std::byte, 128> room{};
    std::size_t good = 0, bad = 0;
    for (int i = 0; i != 20'000; ++i) {
        kernel_side kernel{256, random() & ~std::uint64_t{7}};
        perf::cursor reader = kernel.reader();
        perf::cursor other = kernel.reader();
        auto const start = kernel.head();
        if (random() % 2 == 0)
            for (std::uint64_t k = 0; k != 3; ++k) kernel.sample(numbered<24>{k, {}});
        else
            for (std::uint64_t k = 0; k != 4; ++k) write_one(kernel, k);
        for (int flips = static_cast<int>(random() % 4); flips != 0; --flips)
            kernel.data()[random() % 256] = static_cast<std::byte>(random() % 3 == 0 ? 0 : random());
        if (random() % 4 == 0) kernel.publish(start + random() % 300);
        if (random() % 50 == 0) kernel.publish(random());
        auto outcome = result<void>{outcome::success()};
        for (int walks = 0; walks != 20; ++walks) {
            good += numbers<numbered<24>>({&reader, 1}, outcome).size();
            bad += outcome ? 0 : 1;
        }
        for (int walks = 0; walks != 20; ++walks)
            for (auto const bytes : perf_range<raw_bytes>{{&other, 1}, {}, &outcome, std::span{room}})
                good += static_cast<std::size_t>(std::count(bytes.begin(), bytes.end(), std::byte{1}));
        perf::cursor mixed = kernel.reader();
        for (int walks = 0; walks != 20; ++walks)
            for (auto const each : perf_range<several>{{&mixed, 1}, {}, &outcome})
                each.visit([&](auto const& one) { good += one.head.cpu & 1u; });
        perf::cursor fourth = kernel.reader();
        perf::detail::fixed_room<several> one_of_them;
        perf::detail::backward_walk mixed_walk;
        auto const visit_one = [&](cpu_number, auto const& each) { good += each.header().cpu & 1u; };
        perf::detail::walk_backward(fourth, one_of_them, visit_one, mixed_walk);
        perf::cursor third = kernel.reader();
        perf::detail::fixed_room<numbered<24>> fixed;
        perf::detail::backward_walk walk;
        auto const visit = [&](cpu_number, numbered<24> const& each) { good += each.number == 1 ? 1 : 0; };
        perf::detail::walk_backward(third, fixed, visit, walk);
    }
    CHECK(good > 10'000);
    CHECK(bad > 1000);
}

/// A buffer that is written from its end to its start.
class backward_kernel {
  public:
    void sample(std::uint64_t number, std::size_t size) { sample(&number, sizeof number, size); }
    void sample(void const* payload, std::size_t known, std::size_t size) {
        auto const whole = perf::sample_size(size);
        std::vector<std::byte> bytes(whole);
        std::uint32_t const type = 9, padded = static_cast<std::uint32_t>(perf::padded_size(size));
        auto const short_size = static_cast<std::uint16_t>(whole);
        std::memcpy(bytes.data(), &type, 4);
        std::memcpy(bytes.data() + 6, &short_size, 2);
        std::memcpy(bytes.data() + 8, &padded, 4);
        std::memcpy(bytes.data() + 12, payload, known);
        put(bytes);
    }
    void say_lost(std::uint64_t count) {
        std::vector<std::byte> bytes(24);
        bytes[0] = std::byte{2};
        bytes[6] = std::byte{24};
        std::memcpy(bytes.data() + 16, &count, 8);
        put(bytes);
    }
    void put(std::span<std::byte const> bytes) {
        head -= bytes.size();
        for (std::size_t i = 0; i != bytes.size(); ++i) data[(head + i) % data.size()] = bytes[i];
        written += bytes.size();
    }
    [[nodiscard]] perf::cursor reader() { return {cpu_number{1}, {&head, &tail, data.data(), data.size()}}; }

    std::uint64_t head = 0, tail = 0, written = 0;
    std::vector<std::byte> data = std::vector<std::byte>(1024);
};

template <class Room>
std::vector<std::uint64_t> newest_first(perf::cursor& reader, Room& room, perf::detail::backward_walk& walk) {
    std::vector<std::uint64_t> found;
    auto const visit = [&](cpu_number, auto const& record) {
        std::uint64_t number = 0;
        std::memcpy(&number, std::as_bytes(std::span{record}).data(), 8);
        found.push_back(number);
    };
    perf::detail::walk_backward(reader, room, visit, walk);
    return found;
}

TEST_CASE("backwards: the newest first, each once, what was overwritten counted") {
    for (std::size_t const size : {8u, 24u, 60u}) {
        backward_kernel kernel;
        perf::cursor reader = kernel.reader();
        std::array<std::byte, 128> bytes{};
        perf::detail::any_room room{.room = bytes};
        perf::detail::backward_walk walk;
        CHECK(newest_first(reader, room, walk).empty());
        std::uint64_t next = 0, read = 0;
        for (int round = 0; round != 50; ++round) {
            auto const first = next;
            for (int i = 0; i != round; ++i) kernel.sample(next++, size);
            auto const found = newest_first(reader, room, walk);
            CHECK(walk.problem);
            CHECK(std::is_sorted(found.rbegin(), found.rend()));
            if (!found.empty()) {
                CHECK(found.front() == next - 1);
                CHECK(found.back() == next - found.size());
                CHECK(found.back() >= first);
            }
            auto const most = 1024 / perf::sample_size(size);
            CHECK(found.size() == std::min<std::size_t>(static_cast<std::size_t>(round), most));
            read += found.size();
        }
        CHECK(walk.count == read);
        CHECK(walk.overwritten_bytes + read * perf::sample_size(size) == kernel.written);
        CHECK(walk.overwritten_bytes > 0);
    }
}

TEST_CASE("backwards: records of several types") {
    backward_kernel kernel;
    perf::cursor reader = kernel.reader();
    perf::detail::fixed_room<several> room;
    std::vector<std::uint64_t> found;
    auto const visit = [&](cpu_number, auto const& each) { each.visit(told{found}); };
    std::uint64_t next = 0;
    for (int round = 0; round != 30; ++round) {
        perf::detail::backward_walk walk;
        started const first{{1, 0}, 1000, next++};
        ended const second{{2, 0}, 7, {7, 7, 7, 7, 7}};
        noted const unknown{{9, 0}}, wrong{{1, 0}};
        kernel.sample(&first, sizeof first, sizeof first);
        kernel.sample(&second, sizeof second, sizeof second);
        if (round % 2 == 1) kernel.sample(&unknown, sizeof unknown, sizeof unknown);
        if (round % 4 == 1) kernel.sample(&wrong, sizeof wrong, sizeof wrong);
        found.clear();
        perf::detail::walk_backward(reader, room, visit, walk);
        CHECK(found == std::vector<std::uint64_t>{7, first.number});
        CHECK(walk.problem.has_value() == (round % 2 == 0));
        if (round % 2 == 1)
            CHECK(walk.problem.error().code == (round % 4 == 1 ? errc::record_size_differs : errc::unknown_record));
    }
}

TEST_CASE("backwards: what is wrong is noted and skipped") {
    backward_kernel kernel;
    perf::cursor reader = kernel.reader();
    perf::detail::fixed_room<numbered<8>> room;
    perf::detail::backward_walk walk;
    kernel.sample(1, 8);
    kernel.sample(2, 16);
    kernel.say_lost(5);
    kernel.sample(3, 8);
    CHECK(perf::detail::read_at<std::uint64_t>(kernel.data.data()) == 0);
    std::vector<std::uint64_t> found;
    auto const visit = [&](cpu_number cpu, numbered<8> const& record) {
        CHECK(cpu == cpu_number{1});
        found.push_back(record.number);
    };
    perf::detail::walk_backward(reader, room, visit, walk);
    CHECK(found == std::vector<std::uint64_t>{3, 1});
    CHECK(walk.problem.error() == error{errc::record_size_differs, command::read_memory});
    CHECK(reader.lost() == 5);
    std::byte none[24]{};
    for (unsigned const size : {0u, 4u, 32u}) {
        none[6] = static_cast<std::byte>(size);
        kernel.put(none);
        perf::detail::backward_walk next;
        perf::detail::walk_backward(reader, room, visit, next);
        CHECK(next.problem.error().code == errc::record_outside);
        CHECK(next.count == 0);
    }
    none[0] = std::byte{5};
    none[6] = std::byte{24};
    kernel.put(none);
    perf::detail::backward_walk last;
    perf::detail::walk_backward(reader, room, visit, last);
    CHECK(last.problem.error().code == errc::unknown_record);
    std::array<std::byte, 11> little{};
    perf::detail::any_room small{.room = little};
    kernel.sample(8, 8);
    perf::detail::backward_walk narrow_walk;
    CHECK(newest_first(reader, small, narrow_walk).empty());
    CHECK(narrow_walk.problem.error().code == errc::buffer_too_small);
}

TEST_CASE("backwards: the number inside a sample that its header contradicts") {
    struct {
        std::uint16_t header;
        std::uint32_t inner;
    } constexpr wrong[]{{8, 12}, {8, 4}, {16, 12}, {24, 4}, {32, 12}, {24, 20}, {24, 0}};
    for (auto const& [header, inner] : wrong) {
        backward_kernel kernel;
        perf::cursor reader = kernel.reader();
        perf::cursor typed = kernel.reader();
        std::array<std::byte, 32> bytes{};
        bytes[0] = std::byte{9};
        bytes[6] = static_cast<std::byte>(header);
        std::memcpy(bytes.data() + 8, &inner, 4);
        kernel.put(std::span{bytes}.first(header));
        if (header == 8) std::memcpy(kernel.data.data(), &inner, 4); // not of the record
        std::array<std::byte, 32> space{};
        perf::detail::any_room any{.room = space};
        perf::detail::fixed_room<numbered<8>> fixed;
        perf::detail::backward_walk walk, typed_walk;
        auto const ignore = [](cpu_number, auto const&) {};
        perf::detail::walk_backward(reader, any, ignore, walk);
        CHECK(walk.count == (inner + perf::payload_offset <= header ? 1 : 0));
        if (walk.count == 0) CHECK(walk.problem.error().code == errc::record_size_differs);
        perf::detail::walk_backward(typed, fixed, ignore, typed_walk);
        CHECK(typed_walk.count == 0);
        CHECK(typed_walk.problem.error().code == errc::record_size_differs);
    }
}

TEST_CASE("a reader beside the kernel: nothing lost uncounted, repeated or torn") {
    constexpr std::uint64_t total = 200'000;
    kernel_side kernel{4096, (std::uint64_t{1} << 32) - 2048};
    perf::cursor reader = kernel.reader();
    std::atomic<bool> done = false;
    std::thread writer{[&] {
        numbered<24> record{};
        for (std::uint64_t i = 0; i != total; ++i) {
            record.number = i;
            std::memset(record.rest, static_cast<int>(i % 251), sizeof record.rest);
            kernel.sample(record);
        }
        done = true;
    }};
    std::uint64_t read = 0, next = 0;
    auto const drain = [&] {
        auto outcome = result<void>{outcome::success()};
        for (auto const& each : perf_range<numbered<24>>{{&reader, 1}, {}, &outcome}) {
            if (each.number < next) FAIL("repeated");
            next = each.number + 1;
            ++read;
            for (auto const byte : each.rest)
                if (byte != static_cast<std::byte>(each.number % 251)) FAIL("torn");
        }
        CHECK(outcome);
    };
    while (!done) drain();
    writer.join();
    drain();
    auto const before = kernel.lost();
    CHECK(kernel.sample(numbered<24>{total, {}})); // behind what the kernel has not said yet
    reader.look();
    auto outcome = result<void>{outcome::success()};
    read += numbers<numbered<24>>({&reader, 1}, outcome).size();
    CHECK(kernel.lost() == before);
    CHECK(read + reader.lost() == total + 1);
    CHECK(read > 100);
}

TEST_CASE("options") {
    static_assert(perf_reader_options{}.pages_per_cpu.count() == 64);
    static_assert(perf_reader_options{}.wakeup.number() == 1 && !perf_reader_options{}.wakeup.is_of_bytes());
    static_assert(perf_wakeup::after_bytes(4096).is_of_bytes());
    static_assert(perf_pages{1}.count() == 1);
    CHECK(perf_pages::from(3).count() == 3);
    static_assert(perf::sample_size(8) == 24 && perf::padded_size(4) == 4 && perf::padded_size(5) == 12);
    static_assert(perf::sample_size(perf::largest_payload) == 0xfff8);
}

} // namespace
