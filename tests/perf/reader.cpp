// perf_reader and perf_history on the running kernel: programs write, on each CPU.
#include <bpfxx/perf/buffers.hpp>
#include <bpfxx/perf/history.hpp>
#include <bpfxx/perf/pages.hpp>
#include <bpfxx/perf/reader.hpp>

#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/map/hash.hpp>
#include <bpfxx/map/perf_event_array.hpp>
#include <bpfxx/program/handle.hpp>
#include <bpfxx/program/test_run.hpp>

#include "kernel/support/capabilities.hpp"
#include "kernel/support/descriptors_left.hpp"
#include "kernel/support/skip.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace bpfxx;
using namespace bpfxx::insn;
using namespace std::chrono_literals;

// Writes `size` bytes, of which the first eight are its argument, to the buffer of the CPU that it runs on.
// clang-format off: one step per line
constexpr auto write_argument = assemble(
    mov(r6, r1), mov(r0, 0),
    store<std::uint64_t>(r10 - 8, r0), store<std::uint64_t>(r10 - 16, r0), store<std::uint64_t>(r10 - 24, r0),
    store<std::uint64_t>(r10 - 32, r0), store<std::uint64_t>(r10 - 40, r0), store<std::uint64_t>(r10 - 48, r0),
    store<std::uint64_t>(r10 - 56, r0), store<std::uint64_t>(r10 - 64, r0),
    load<std::uint64_t>(r5, r1 + 8), jump_if(r5 > 64, "end"),
    load<std::uint64_t>(r3, r1 + 0), store<std::uint64_t>(r10 - 64, r3),
    load_map(r2, map_slot<0>{}), mov(w3, -1), mov(r4, r10), add(r4, -64), call(helper::perf_event_output),
    label("end"), exit());
// clang-format on

class writing {
  public:
    writing()
        : map{perf_event_array<>::create({.name = "events", .max_entries = possible_cpus::read()->count()}).value()} {}

    std::int32_t write(std::uint64_t number, std::uint32_t cpu = 0, std::uint64_t size = 8) const {
        std::uint64_t const arguments[]{number, size};
        auto const ran = test_run(program, {.context = std::as_bytes(std::span{arguments}), .cpu = cpu});
        return static_cast<std::int32_t>(ran.value().retval);
    }

    perf_event_array<> map;
    raw_tracepoint_program program =
        raw_tracepoint_program::load({.insns = write_argument.with(map.fd()), .license = "GPL"}).value();
};

template <class Record>
std::optional<perf_reader<Record>> opened(writing const& to, perf_reader_options const& options = {}) {
    auto reader = perf_reader<Record>::open(to.map, options);
    if (!reader && reader.error().code == errc::eperm) {
        support::lacks_privilege("perf events cannot be opened here");
        return std::nullopt;
    }
    return std::move(reader.value());
}

std::vector<std::uint64_t> drained(perf_reader<std::uint64_t>& reader) {
    std::vector<std::uint64_t> found;
    auto const done = reader.consume([&](std::uint64_t each) { found.push_back(each); });
    CHECK(done);
    CHECK(done.value() == found.size());
    return found;
}

template <std::size_t Size>
struct sized {
    std::byte bytes[Size];
};

template <std::size_t Size>
void check_size() {
    writing const to;
    auto reader = opened<sized<Size>>(to, {.pages_per_cpu = 1});
    if (!reader) return;
    for (std::uint64_t written = 1; written <= 64; ++written) {
        REQUIRE(to.write(0x0807'0605'0403'0201, 0, written) == 0);
        bool const same = perf::padded_size(written) == perf::padded_size(Size);
        auto outcome = result<void>{outcome::success()};
        std::size_t count = 0;
        for (auto const& each : reader->drain(outcome)) {
            CHECK(each.bytes[0] == std::byte{1});
            ++count;
        }
        CHECK(count == (same ? 1 : 0));
        CHECK(outcome.has_value() == same);
        if (!same) CHECK(outcome.error() == error{errc::record_size_differs, command::read_memory});
    }
}

template <std::size_t... Size>
void check_sizes(std::index_sequence<Size...>) {
    (check_size<Size + 1>(), ...);
}

} // namespace

TEST_CASE("a record has its size, or one that the kernel pads alike: all of 1 to 64") {
    check_sizes(std::make_index_sequence<64>{});
}

TEST_CASE("records of all CPUs that are online, with the CPU") {
    writing const to;
    auto reader = opened<std::uint64_t>(to);
    if (!reader) return;
    std::vector<std::uint32_t> online;
    auto const cpus = possible_cpus::read().value();
    for (std::uint32_t i = 0; i != cpus.count(); ++i) {
        auto const cpu = static_cast<std::uint32_t>(cpus.number(i));
        if (reader->event(cpus.number(i)))
            online.push_back(cpu);
        else
            CHECK(to.write(1, cpu) < 0);
    }
    REQUIRE_FALSE(online.empty());
    CHECK_FALSE(reader->event(cpu_number{8000}));
    for (std::uint64_t round = 0; round != 3; ++round)
        for (auto const cpu : online) REQUIRE(to.write(cpu + 100 * round, cpu) == 0);
    std::vector<std::uint64_t> found(online.back() + 1);
    auto const done = reader->consume([&](cpu_number cpu, std::uint64_t number) {
        auto& seen = found[static_cast<std::uint32_t>(cpu)];
        CHECK(number == static_cast<std::uint32_t>(cpu) + 100 * seen++);
    });
    CHECK(done.value() == 3 * online.size());
    for (auto const cpu : online) CHECK(found[cpu] == 3);
    CHECK(reader->refresh().value() == 0);
    CHECK(to.write(7, online.back()) == 0);
    CHECK(drained(*reader) == std::vector<std::uint64_t>{7});
}

TEST_CASE("no more than asked for, and the rest the next time") {
    writing const to;
    auto reader = opened<std::uint64_t>(to);
    if (!reader) return;
    for (std::uint64_t i = 0; i != 6; ++i) REQUIRE(to.write(i) == 0);
    std::vector<std::uint64_t> found;
    auto const note = [&](std::uint64_t each) { found.push_back(each); };
    CHECK(reader->consume(note, 0).value() == 0);
    CHECK(reader->consume(note, 2).value() == 2);
    CHECK(reader->poll(timeout::now()).value());
    CHECK(reader
              ->consume([&](std::uint64_t each) {
                  note(each);
                  return each != 3;
              })
              .value() == 2);
    CHECK(reader->poll(timeout::now()).value());
    CHECK(reader->consume(note).value() == 2);
    CHECK(found == std::vector<std::uint64_t>{0, 1, 2, 3, 4, 5});
}

TEST_CASE("a full buffer: what is read and what is lost add up") {
    writing const to;
    auto reader = opened<std::uint64_t>(to, {.pages_per_cpu = 1});
    if (!reader) return;
    std::uint64_t written = 0, refused = 0, read = 0, told = 0, next = 0;
    auto const visit = [&](std::uint64_t number) {
        CHECK(number >= next);
        next = number + 1;
        ++read;
    };
    auto const on_lost = [&](perf_lost lost) {
        CHECK(lost.cpu == cpu_number{0});
        told += lost.count;
    };
    for (int round = 0; round != 5; ++round) {
        for (int i = 0; i != 200; ++i) refused += to.write(written++) == 0 ? 0 : 1;
        CHECK(reader->consume(visit, on_lost));
    }
    CHECK(to.write(written++) == 0);
    CHECK(reader->consume(visit, on_lost));
    CHECK(refused > 100);
    CHECK(told == refused);
    CHECK(reader->lost() == refused);
    CHECK(read + told == written);
}

TEST_CASE("paused: what is written is lost and counted") {
    writing const to;
    auto reader = opened<std::uint64_t>(to);
    if (!reader) return;
    REQUIRE(to.write(1) == 0);
    CHECK(reader->pause());
    CHECK(to.write(2) == -ENOSPC);
    CHECK(to.write(3) == -ENOSPC);
    CHECK(reader->resume());
    REQUIRE(to.write(4) == 0);
    CHECK(drained(*reader) == std::vector<std::uint64_t>{1, 4});
    CHECK(reader->lost() == 2);
}

TEST_CASE("woken after so many records, or so many bytes") {
    writing const to;
    for (auto const& [wakeup, records] : {std::pair{perf_wakeup::after_records(1), 1u},
                                          {perf_wakeup::after_records(5), 5u},
                                          {perf_wakeup::after_bytes(24 * 6), 7u}}) {
        auto reader = opened<std::uint64_t>(to, {.wakeup = wakeup});
        if (!reader) return;
        CHECK_FALSE(reader->poll(timeout::now()).value());
        for (unsigned i = 1; i != records; ++i) REQUIRE(to.write(i) == 0);
        CHECK_FALSE(reader->poll(1ms).value());
        REQUIRE(to.write(records) == 0);
        CHECK(reader->poll(1s).value());
        CHECK_FALSE(reader->poll(timeout::now()).value()); // told once
        CHECK(drained(*reader).size() == records);
        CHECK(reader->fd().raw() > 0);
    }
}

TEST_CASE("a reader that waits is woken from the other CPU") {
    writing const to;
    auto reader = opened<std::uint64_t>(to);
    if (!reader) return;
    std::thread writer{[&] {
        std::this_thread::sleep_for(20ms);
        CHECK(to.write(5) == 0);
    }};
    CHECK(reader->poll(timeout::never()).value());
    writer.join();
    CHECK(drained(*reader) == std::vector<std::uint64_t>{5});
}

TEST_CASE("bytes of any size") {
    writing const to;
    auto reader = opened<raw_bytes>(to, {.pages_per_cpu = 1});
    if (!reader) return;
    std::array<std::byte, 128> room{};
    std::uint64_t next = 0;
    for (std::uint64_t i = 0; i != 500; ++i) {
        auto const size = 8 + i % 57;
        REQUIRE(to.write(i, 0, size) == 0);
        for (auto const bytes : reader->drain(room)) {
            std::uint64_t number = 0;
            std::memcpy(&number, bytes.data(), 8);
            CHECK(number == next++);
            CHECK(bytes.size() == perf::padded_size(size));
        }
    }
    CHECK(next == 500);
    REQUIRE(to.write(9) == 0);
    CHECK(reader->consume(room, [](std::span<std::byte const> bytes) { CHECK(bytes.size() == 12); }).value() == 1);
}

TEST_CASE("producers on both CPUs, a reader that is fast, slow and bursty: nothing lost uncounted, repeated or torn") {
    writing const to;
    auto reader = opened<std::uint64_t>(to, {.pages_per_cpu = 1});
    if (!reader) return;
    bool const two = static_cast<bool>(reader->event(cpu_number{1}));
    constexpr std::uint64_t each = 20'000;
    std::atomic<int> running = two ? 2 : 1;
    std::vector<std::thread> writers;
    for (std::uint32_t cpu = 0; cpu != (two ? 2u : 1u); ++cpu)
        writers.emplace_back([&to, &running, cpu] {
            for (std::uint64_t i = 0; i != each; ++i) to.write(i, cpu);
            --running;
        });
    std::array<std::uint64_t, 2> next{};
    std::uint64_t read = 0, told = 0;
    int bursts = 0;
    bool wrong = false;
    auto const visit = [&](cpu_number cpu, std::uint64_t number) {
        auto& expected = next[static_cast<std::uint32_t>(cpu)];
        wrong = wrong || number < expected;
        expected = number + 1;
        ++read;
    };
    auto const on_lost = [&](perf_lost lost) { told += lost.count; };
    while (running != 0) {
        CHECK(reader->consume(visit, on_lost, bursts % 3 == 0 ? 7 : 1'000'000));
        if (++bursts % 3 == 2) std::this_thread::sleep_for(1ms);
    }
    for (auto& writer : writers) writer.join();
    CHECK(reader->consume(visit, on_lost));
    for (std::uint32_t cpu = 0; cpu != writers.size(); ++cpu) CHECK(to.write(each, cpu) == 0);
    CHECK(reader->consume(visit, on_lost));
    CHECK_FALSE(wrong);
    CHECK(read + told == writers.size() * (each + 1));
    CHECK(reader->lost() == told);
}

namespace {

struct tagged_header {
    std::uint32_t kind;
    std::uint32_t number;
};
struct short_record {
    tagged_header head;
};
struct long_record {
    tagged_header head;
    std::uint64_t zero[3];
};
using either = one_of<&tagged_header::kind, tagged<1, short_record>, tagged<2, long_record>>;

constexpr std::uint64_t of_kind(std::uint32_t kind, std::uint64_t number) { return number << 32 | kind; }

} // namespace

TEST_CASE("records of several types, forwards and backwards") {
    writing const to;
    auto reader = opened<either>(to, {.pages_per_cpu = 1});
    if (!reader) return;
    std::uint32_t next = 0;
    auto const visit = [&](one_of_record<&tagged_header::kind, tagged<1, short_record>, tagged<2, long_record>> each) {
        CHECK(each.header().number == next++);
        each.visit([](auto const& one) { CHECK(reinterpret_cast<std::uintptr_t>(&one) % 8 == 0); });
        CHECK((each.template get_if<long_record>() != nullptr) == (each.header().number % 2 == 0));
    };
    for (std::uint32_t i = 0; i != 600; ++i) {
        bool const is_long = i % 2 == 0;
        REQUIRE(to.write(of_kind(is_long ? 2 : 1, i), 0, is_long ? sizeof(long_record) : sizeof(short_record)) == 0);
        if (i % 5 == 0) CHECK(reader->consume(visit).value() == (i == 0 ? 1 : 5));
    }
    auto outcome = result<void>{outcome::success()};
    for (auto const each : reader->drain(outcome)) visit(each);
    CHECK(outcome);
    CHECK(next == 600);
    REQUIRE(to.write(of_kind(3, 0)) == 0);
    REQUIRE(to.write(of_kind(2, 0)) == 0);
    CHECK(reader->consume(visit).error() == error{errc::unknown_record, command::read_memory});
    CHECK(reader->consume(visit).error() == error{errc::record_size_differs, command::read_memory});

    auto history = perf_history<either>::open(to.map, {.pages_per_cpu = 1});
    REQUIRE(history);
    REQUIRE(to.write(of_kind(1, 7)) == 0);
    REQUIRE(to.write(of_kind(2, 8), 0, sizeof(long_record)) == 0);
    std::vector<std::uint32_t> found;
    CHECK(history->consume([&](auto const& each) { found.push_back(each.header().number); }).value() == 2);
    CHECK(found == std::vector<std::uint32_t>{8, 7});
}

TEST_CASE("the last that was written, the newest first") {
    writing const to;
    auto history = perf_history<std::uint64_t>::open(to.map, {.pages_per_cpu = 1});
    if (!history && history.error().code == errc::eperm)
        return support::lacks_privilege("perf events cannot be opened here");
    REQUIRE(history);
    auto const last = [&] {
        std::vector<std::uint64_t> found;
        auto const done = history->consume([&](cpu_number, std::uint64_t number) { found.push_back(number); });
        CHECK(done.value() == found.size());
        return found;
    };
    CHECK(last().empty());
    for (std::uint64_t i = 0; i != 3; ++i) REQUIRE(to.write(i) == 0);
    CHECK(last() == std::vector<std::uint64_t>{2, 1, 0});
    CHECK(last().empty());
    CHECK(history->lost_bytes() == 0);
    for (std::uint64_t i = 3; i != 1000; ++i) REQUIRE(to.write(i) == 0);
    auto const found = last();
    CHECK(found.size() == 4096 / 24);
    for (std::size_t i = 0; i != found.size(); ++i) CHECK(found[i] == 999 - i);
    CHECK(history->lost_bytes() == (997 - found.size()) * 24);
    CHECK(history->lost() == 0);
    CHECK(history->pause());
    CHECK(to.write(1000) == -ENOSPC);
    CHECK(last().empty());
    CHECK(to.write(1001) == -ENOSPC); // still paused
    CHECK(history->resume());
    REQUIRE(to.write(1002) == 0);
    CHECK(last() == std::vector<std::uint64_t>{1002});
    CHECK(history->lost() == 2);
    CHECK(history->refresh().value() == 0);
}

TEST_CASE("the last bytes, and a writer that goes on meanwhile") {
    writing const to;
    auto history = perf_history<>::open(to.map, {.pages_per_cpu = 1});
    if (!history) return support::lacks_privilege("perf events cannot be opened here");
    std::atomic<bool> done = false;
    std::thread writer{[&] {
        for (std::uint64_t i = 0; i != 50'000; ++i) to.write(i, 0, 8 + i % 50);
        done = true;
    }};
    std::array<std::byte, 80> room{};
    std::uint64_t newest = 0, count = 0;
    while (!done) {
        std::this_thread::sleep_for(2ms);
        std::uint64_t before = ~std::uint64_t{0}, first = 0;
        auto const visited = history->consume(room, [&](std::span<std::byte const> bytes) {
            std::uint64_t number = 0;
            std::memcpy(&number, bytes.data(), 8);
            if (first == 0) first = number + 1;
            CHECK(number < before);
            CHECK(number + 1 > newest);
            CHECK(bytes.size() == perf::padded_size(8 + number % 50));
            before = number;
        });
        if (first != 0) newest = first;
        CHECK(visited);
        count += visited.value();
    }
    writer.join();
    CHECK(count > 100);
}

TEST_CASE("an event that no longer counts is opened again, once it is read") {
    writing const to;
    auto reader = opened<std::uint64_t>(to);
    if (!reader) return;
    CHECK(reader->refresh().value() == 0);
    auto const gone = borrow_raw<kind::perf_event>(reader->event(cpu_number{0}).raw());
    REQUIRE(to.write(1) == 0);
    REQUIRE(perf::disable(gone)); // as when its CPU goes
    CHECK(to.write(2) < 0);
    static_cast<void>(reader->refresh());  // counts what it has counted
    CHECK(reader->refresh().value() == 0); // something is left to read
    CHECK(drained(*reader) == std::vector<std::uint64_t>{1});
    CHECK(reader->refresh().value() == 1);
    CHECK(to.write(3) == 0);
    CHECK(drained(*reader) == std::vector<std::uint64_t>{3});
    CHECK(reader->pause());
    REQUIRE(perf::disable(borrow_raw<kind::perf_event>(reader->event(cpu_number{0}).raw())));
    static_cast<void>(reader->refresh());
    CHECK(reader->refresh().value() == 1);
    CHECK(to.write(4) == -ENOSPC); // paused as the others
    CHECK(reader->resume());
    CHECK(to.write(5) == 0);
}

namespace {

// Takes a CPU offline until this ends.
class offline_cpu {
  public:
    explicit offline_cpu(std::uint32_t cpu)
        : path_{"/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/online"}, error_{write("0")} {}
    offline_cpu(offline_cpu const&) = delete;
    offline_cpu& operator=(offline_cpu const&) = delete;
    ~offline_cpu() { come_back(); }

    [[nodiscard]] char const* obstacle() const { return error_ == 0 ? nullptr : std::strerror(error_); }
    void come_back() {
        if (error_ != 0 || std::exchange(is_back_, true)) return;
        CHECK(write("1") == 0);
    }

  private:
    int write(char const* text) const {
        int const file = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);
        if (file < 0) return errno;
        int const failure = ::write(file, text, 1) == 1 ? 0 : errno;
        ::close(file);
        return failure;
    }

    std::string path_;
    int error_;
    bool is_back_ = false;
};

} // namespace

TEST_CASE("a CPU goes, and comes back") {
    // The whole machine has one CPU less meanwhile, whatever else it does.
    auto const* const wanted = std::getenv("BPFXX_CPU_OFFLINE");
    if (wanted == nullptr || std::strcmp(wanted, "1") != 0)
        return support::skip("no CPU is taken offline unless BPFXX_CPU_OFFLINE=1 says so");
    auto const cpus = possible_cpus::read().value();
    auto const last = cpus.number(cpus.count() - 1);
    auto const number = static_cast<std::uint32_t>(last);
    writing const to;
    auto reader = opened<std::uint64_t>(to);
    if (!reader) return;
    if (number == 0 || !reader->event(last)) return support::skip("the last CPU is the first, or not online");
    REQUIRE(to.write(1, number) == 0);
    CHECK(reader->refresh().value() == 0);
    {
        offline_cpu gone{number};
        if (gone.obstacle() != nullptr) return support::skip(gone.obstacle());
        REQUIRE(to.write(2, 0) == 0);
        auto late = perf_reader<std::uint64_t>::open(perf_event_array<>::create({.max_entries = cpus.count()}).value());
        REQUIRE(late); // a reader that is opened meanwhile goes without
        CHECK_FALSE(late->event(last));
        CHECK(late->refresh().value() == 0);
        static_cast<void>(reader->refresh());  // counts what the event has counted
        CHECK(reader->refresh().value() == 0); // what the CPU wrote is not read
        CHECK(reader->event(last));
        CHECK(drained(*reader) == std::vector<std::uint64_t>{2, 1});
        CHECK(reader->refresh().value() == 0);
        CHECK_FALSE(reader->event(last));
        CHECK(reader->refresh().value() == 0);
        REQUIRE(to.write(3, 0) == 0);
        CHECK(drained(*reader) == std::vector<std::uint64_t>{3});
        gone.come_back();
        CHECK(to.write(4, number) == -ENOENT);
        CHECK(late->refresh().value() == 1);
        CHECK(late->event(last));
        CHECK(reader->refresh().value() == 1);
        REQUIRE(to.write(5, number) == 0);
        CHECK(reader->poll(1s).value());
        CHECK(drained(*reader) == std::vector<std::uint64_t>{5});
        CHECK(reader->lost() == 0);
    }
    {
        // It comes back before anybody asks: its event does not.
        offline_cpu gone{number};
        REQUIRE(gone.obstacle() == nullptr);
    }
    CHECK(to.write(6, number) < 0);
    static_cast<void>(reader->refresh());
    CHECK(reader->refresh().value() <= 1);
    REQUIRE(to.write(7, number) == 0);
    CHECK(drained(*reader) == std::vector<std::uint64_t>{7});
}

TEST_CASE("what a reader that was moved opens again is as before") {
    writing const to, elsewhere;
    auto first = opened<std::uint64_t>(to, {.wakeup = perf_wakeup::after_records(2)});
    auto last = opened<std::uint64_t>(elsewhere);
    if (!first || !last) return;
    CHECK(first->pause());
    perf_reader<std::uint64_t> moved{std::move(*first)};
    *last = std::move(moved);
    REQUIRE(perf::disable(borrow_raw<kind::perf_event>(last->event(cpu_number{0}).raw())));
    static_cast<void>(last->refresh()); // counts what it has counted
    CHECK(last->refresh().value() == 1);
    CHECK(to.write(1) == -ENOSPC);
    CHECK(last->resume());
    CHECK(to.write(2) == 0);
    CHECK_FALSE(last->poll(1ms).value());
    CHECK(to.write(3) == 0);
    CHECK(last->poll(1s).value());
    CHECK(drained(*last) == std::vector<std::uint64_t>{2, 3});
}

// From now on perf_event_open says ENODEV of CPU 0, as it does of those that are not online.
static bool take_cpu_0_away() {
    ::sock_filter filter[]{{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(::seccomp_data, nr)},
                           {BPF_JMP | BPF_JEQ | BPF_K, 0, 3, __NR_perf_event_open},
                           {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(::seccomp_data, args[2])},
                           {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0},
                           {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | ENODEV},
                           {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW}};
    ::sock_fprog const program{6, filter};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, 2, &program) == 0;
}

template <class Steps>
static int status_of_child(Steps const& steps) {
    auto const child = ::fork();
    if (child == 0) ::_exit(steps());
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return status;
}

TEST_CASE("where nothing says when programs are done, none of what they wrote is visited") {
    writing const to;
    CHECK(status_of_child([&] {
              auto history = perf_history<std::uint64_t>::open(to.map, {.pages_per_cpu = 1});
              if (!history) return history.error().code == errc::eperm ? 0 : 1;
              if (to.write(1) != 0) return 2;
              ::sock_filter filter[]{{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(::seccomp_data, nr)},
                                     {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, __NR_membarrier},
                                     {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | EINVAL},
                                     {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW}};
              ::sock_fprog const program{4, filter};
              if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || ::prctl(PR_SET_SECCOMP, 2, &program) != 0) return 3;
              auto const visited = history->consume([](std::uint64_t) { ::_exit(4); });
              if (visited || visited.error() != error{errc::einval, command::wait}) return 5;
              return to.write(2) == 0 ? 0 : 6; // goes on as before
          }) == 0);
}

TEST_CASE("a CPU that is not online is no error") {
    writing const to;
    CHECK(status_of_child([&] {
              if (!take_cpu_0_away()) return 1;
              auto reader = perf_reader<std::uint64_t>::open(to.map);
              if (!reader) return reader.error().code == errc::eperm ? 0 : 2;
              if (reader->event(cpu_number{0})) return 3;
              if (to.write(1, 0) != -ENOENT) return 4;
              if (!reader->refresh() || !drained(*reader).empty() || !reader->pause() || !reader->resume()) return 5;
              return 0;
          }) == 0);
}

TEST_CASE("a CPU that went is left out") {
    writing const to;
    CHECK(status_of_child([&] {
              auto reader = perf_reader<std::uint64_t>::open(to.map);
              if (!reader) return reader.error().code == errc::eperm ? 0 : 1;
              if (!perf::disable(borrow_raw<kind::perf_event>(reader->event(cpu_number{0}).raw()))) return 2;
              if (!take_cpu_0_away()) return 3;
              static_cast<void>(reader->refresh()); // counts what it has counted
              auto const opened = reader->refresh();
              if (!opened || *opened != 0) return 4;
              if (reader->event(cpu_number{0})) return 5;
              if (to.write(1, 0) != -ENOENT) return 6;
              if (!drained(*reader).empty() || !reader->pause() || !reader->resume()) return 7;
              return 0;
          }) == 0);
}

TEST_CASE("a reader that ends leaves nothing in the map, one that moves goes on") {
    writing const to;
    {
        auto first = opened<std::uint64_t>(to);
        if (!first) return;
        REQUIRE(to.write(1) == 0);
        perf_reader<std::uint64_t> moved{std::move(*first)};
        auto second = opened<std::uint64_t>(to);
        REQUIRE(second);
        REQUIRE(to.write(2) == 0);
        CHECK(drained(*second) == std::vector<std::uint64_t>{2});
        CHECK(drained(moved) == std::vector<std::uint64_t>{1});
        *second = std::move(moved);
        REQUIRE(to.write(3) < 0);
    }
    CHECK(to.write(4) == -ENOENT);
}

TEST_CASE("what cannot be opened says so, and leaves nothing") {
    writing const to;
    if (!opened<std::uint64_t>(to)) return;
    auto const hash = hash_map<std::uint32_t, std::uint32_t>::create({.max_entries = 4}).value();
    CHECK(perf_reader<>::open(hash.fd()).error() == error{errc::map_type_differs, command::obj_get_info_by_fd});
    CHECK(perf_reader<>::open(to.map, {.pages_per_cpu = perf_pages::from(3)}).error() ==
          error{errc::einval, command::map_memory});
    for (std::size_t left = 0;; ++left) {
        support::descriptors_left const few{left};
        auto const reader = perf_reader<>::open(to.map);
        if (reader) break;
        CHECK(reader.error().code == errc::emfile);
        REQUIRE(left < 20);
    }
    CHECK(support::as_capable_of(support::capabilities::bpf, [&] {
              auto const reader = perf_reader<>::open(to.map);
              return reader ? error{} : reader.error();
          }).during == command::open_perf_event);
    auto const cpus = possible_cpus::read().value();
    if (cpus.count() < 2) return support::skip("a map that is too small takes two CPUs");
    auto const small = perf_event_array<>::create({.max_entries = 1}).value();
    CHECK(perf_reader<>::open(small).error() == error{errc::e2big, command::map_update_elem});
}
