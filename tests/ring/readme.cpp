// The snippets of README.md and docs/events.md about events, compiled and run.
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/map/perf_event_array.hpp>
#include <bpfxx/map/ring_buffer.hpp>
#include <bpfxx/perf/reader.hpp>
#include <bpfxx/program/handle.hpp>
#include <bpfxx/program/test_run.hpp>
#include <bpfxx/ring/group.hpp>
#include <bpfxx/ring/reader.hpp>
#include <bpfxx/ring/user_producer.hpp>

#include "kernel/support/skip.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>

namespace {

using namespace std::chrono_literals;

struct event {
    std::uint32_t pid;
    std::uint32_t bytes;
};

struct header {
    std::uint32_t kind;
    std::uint32_t pid;
};

struct exec_event {
    header common;
    char name[16];
};

struct exit_event {
    header common;
    std::int64_t status;
};

struct command {
    std::uint32_t what;
    std::uint32_t index;
};

// Writes eight bytes, 7 and 3, to a ring.
// clang-format off: one step per line
constexpr auto send = bpfxx::insn::assemble(
    bpfxx::insn::store<std::uint32_t>(bpfxx::insn::r10 - 8, 7), bpfxx::insn::store<std::uint32_t>(bpfxx::insn::r10 - 4, 3),
    bpfxx::insn::load_map(bpfxx::insn::r1, bpfxx::insn::map_slot<0>{}),
    bpfxx::insn::mov(bpfxx::insn::r2, bpfxx::insn::r10), bpfxx::insn::add(bpfxx::insn::r2, -8),
    bpfxx::insn::mov(bpfxx::insn::r3, 8), bpfxx::insn::mov(bpfxx::insn::r4, 0),
    bpfxx::insn::call(bpfxx::insn::helper::ringbuf_output), bpfxx::insn::mov(bpfxx::insn::r0, 0), bpfxx::insn::exit());
// clang-format on

void run(bpfxx::ring_buffer const& events, std::uint32_t times) {
    auto const program =
        bpfxx::socket_filter_program::load({.insns = send.with(events.fd()), .license = "GPL"}).value();
    std::byte const packet[14]{};
    REQUIRE(bpfxx::test_run(program, {.data = packet, .repeat = times}));
}

std::string printed;

template <class... Arguments>
void print(char const* format, Arguments... arguments) {
    char line[128];
    std::snprintf(line, sizeof line, format, arguments...);
    printed += line;
}

bpfxx::result<void> print_events(bpfxx::ring_buffer const& events) {
    auto ring = bpfxx::ring_reader<event>::open(events);
    if (!ring) return ring.error();
    for (event const& e : ring->drain()) // in the ring itself: nothing is copied, no system call is made
        print("%u sent %u bytes\n", e.pid, e.bytes);
    auto const more = ring->poll(100ms); // until there is more
    if (!more) return more.error();
    return bpfxx::outcome::success();
}

using life = bpfxx::one_of<&header::kind, bpfxx::tagged<1, exec_event>, bpfxx::tagged<2, exit_event>>;

struct printer {
    void operator()(exec_event const& e) const { print("%u runs %s\n", e.common.pid, e.name); }
    void operator()(exit_event const& e) const {
        print("%u ends with %ld\n", e.common.pid, static_cast<long>(e.status));
    }
};

bpfxx::result<std::size_t> print_lives(bpfxx::ring_reader<life>& ring) {
    return ring.consume([](auto const& record) { record.visit(printer{}); });
}

bpfxx::result<void> stream(bpfxx::ring_buffer const& events, bool const& stop) {
    auto ring = bpfxx::ring_reader<event, bpfxx::at_intervals>::open(events);
    if (!ring) return ring.error();
    while (!stop) {
        for (event const& e : ring->drain()) print("%u\n", e.pid);
        if (auto const rested = ring->rest(500us); !rested) return rested.error();
    }
    return bpfxx::outcome::success();
}

bpfxx::result<void> print_all(bpfxx::ring_reader<event>& sent, bpfxx::ring_reader<life>& lives) {
    auto const group = bpfxx::ring_group::create();
    if (!group) return group.error();
    if (auto const added = group->add(sent, 0); !added) return added.error();
    if (auto const added = group->add(lives, 1); !added) return added.error();
    auto const ready = group->wait(100ms);
    if (!ready) return ready.error();
    for (std::uint32_t const which : *ready) {
        auto const read = which == 1 ? print_lives(lives) : sent.consume([](event const& e) { print("%u\n", e.pid); });
        if (!read) return read.error();
    }
    return bpfxx::outcome::success();
}

bpfxx::result<bool> send_command(bpfxx::user_ring_producer<command>& commands) {
    auto room = commands.reserve(50ms);
    if (!room) return room.error();
    if (!*room) return false; // the program is behind
    **room.value() = {.what = 1, .index = 7};
    (*room)->submit(); // without this the record is discarded
    return true;
}

bpfxx::result<void> print_perf_events(bpfxx::perf_event_array<> const& events) {
    auto reader = bpfxx::perf_reader<event>::open(events, {.pages_per_cpu = 16});
    if (!reader) return reader.error();
    for (event const& e : reader->drain()) print("%u sent %u bytes\n", e.pid, e.bytes);
    if (reader->lost() != 0) print("%lu were lost\n", static_cast<unsigned long>(reader->lost()));
    return bpfxx::outcome::success();
}

} // namespace

TEST_CASE("what README.md and docs/events.md say about events") {
    auto const events = bpfxx::ring_buffer::create({.size_bytes = 4096}).value();
    run(events, 2);
    CHECK(print_events(events));
    CHECK(printed == "7 sent 3 bytes\n7 sent 3 bytes\n");
    CHECK(stream(events, true));

    auto const lives = bpfxx::ring_buffer::create({.size_bytes = 4096}).value();
    auto sent = bpfxx::ring_reader<event>::open(events).value();
    auto life_reader = bpfxx::ring_reader<life>::open(lives).value();
    CHECK(print_lives(life_reader).value() == 0);
    run(events, 1);
    printed.clear();
    CHECK(print_all(sent, life_reader));
    CHECK(printed == "7\n");

    auto const cpus = bpfxx::perf_event_array<>::create({.max_entries = 1024}).value();
    printed.clear();
    CHECK(print_perf_events(cpus));
    CHECK(printed.empty());

    auto const ring = bpfxx::user_ring_buffer::create({.size_bytes = 4096});
    if (!ring) return support::skip("user ring buffers need Linux 6.1");
    auto commands = bpfxx::user_ring_producer<command>::open(*ring).value();
    CHECK(send_command(commands).value());
}
