#include "source.hpp"

#include <bpfxx/cpu.hpp>
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/map/array.hpp>
#include <bpfxx/perf/record.hpp>
#include <bpfxx/program/load.hpp>
#include <bpfxx/program/test_run.hpp>
#include <bpfxx/ring/record.hpp>

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <span>
#include <utility>

namespace events {

namespace {

constexpr bpfxx::insn::map_slot<0> record{};
constexpr bpfxx::insn::map_slot<1> target{};

/// The verifier goes through the loop once for each time that it may run.
constexpr std::int32_t most_at_once = 1024;

/// Writes the record in the map `record` as often as the first argument says, as `output` does it, until there is no more
/// room: answers how often it was. The second argument is the first number.
template <class... Statement>
consteval auto writing(Statement const&... output) {
    using namespace bpfxx::insn;
    // clang-format off: one step per line
    return assemble(
        mov(r6, r1),
        load<std::uint64_t>(r7, r6 + 8),
        load_map_value(r8, record, 0),
        mov(r9, 0),
        loop(),
          load<std::uint64_t>(r1, r6),
          break_if(r9 >= r1),
          store<std::uint32_t>(r8 + 4, r7),
          mov(r1, r7),
          and_(r1, 1),
          add(r1, 1),
          store<std::uint32_t>(r8, r1),
          output...,
          break_if(r0 != 0),
          add(r7, 1),
          add(r9, 1),
        again_if(r9 < most_at_once),
        mov(r0, r9),
        exit());
    // clang-format on
}

template <std::size_t Size, waking Wakes>
constexpr auto to_ring = [] {
    using namespace bpfxx::insn;
    return writing(load_map(r1, target), mov(r2, r8), mov(r3, Size), mov(r4, static_cast<std::int32_t>(Wakes)),
                   call(helper::ringbuf_output));
}();

template <std::size_t Size>
constexpr auto to_perf_events = [] {
    using namespace bpfxx::insn;
    // BPF_F_CURRENT_CPU is 32 bits of ones.
    return writing(mov(r1, r6), load_map(r2, target), mov(w3, -1), mov(r4, r8), mov(r5, Size),
                   call(helper::perf_event_output));
}();

template <class T>
T value_of(bpfxx::result<T> made) {
    if (made) return std::move(*made);
    constexpr int exit_skipped = 77;
    bool const denied = made.error().code == bpfxx::errc::eperm || made.error().code == bpfxx::errc::enosys;
    std::printf("%s: this needs CAP_BPF and CAP_PERFMON, so run it as root\n", bpfxx::describe(made.error()).c_str());
    std::exit(denied ? exit_skipped : EXIT_FAILURE);
}

template <std::size_t Size, class Code>
bpfxx::raw_tracepoint_program load_writing(Code const& code, auto const& map) {
    auto const value = value_of(bpfxx::array_map<event<Size>>::create({.name = "bpfxx_record", .max_entries = 1}));
    return value_of(bpfxx::raw_tracepoint_program::load({.insns = code.with(value.fd(), map.fd()), .license = "GPL"}));
}

template <std::size_t Size>
bpfxx::raw_tracepoint_program load_for_ring(bpfxx::ring_buffer const& map, waking wakes) {
    if (wakes == waking::nobody) return load_writing<Size>(to_ring<Size, waking::nobody>, map);
    return load_writing<Size>(to_ring<Size, waking::by_default>, map);
}

/// `body` with the size as a constant.
template <class Body>
auto with_size(std::size_t size, Body const& body) {
    if (size == 8) return body.template operator()<8>();
    if (size == 64) return body.template operator()<64>();
    return body.template operator()<512>();
}

} // namespace

void stay_on(std::uint32_t cpu) {
    cpu_set_t only;
    CPU_ZERO(&only);
    CPU_SET(cpu, &only);
    expect(sched_setaffinity(0, sizeof only, &only) == 0, "stay on one processor");
}

source source::of_ring(std::size_t record_size, bpfxx::ring_size ring_size, waking wakes) {
    auto map = value_of(bpfxx::ring_buffer::create({.name = "bpfxx_bench", .size_bytes = ring_size}));
    auto program = with_size(record_size, [&]<std::size_t Size> { return load_for_ring<Size>(map, wakes); });
    // The kernel leaves no ring quite full.
    auto const capacity = (ring_size.bytes() - 1) / bpfxx::ring::record_size(static_cast<std::uint32_t>(record_size));
    return {std::move(map), std::move(program), capacity};
}

source source::of_perf_events(std::size_t record_size, std::uint32_t pages, processors const& on) {
    auto const cpus = value_of(bpfxx::possible_cpus::read());
    auto map = value_of(events_map::create({.name = "bpfxx_bench", .max_entries = cpus.count()}));
    auto program =
        with_size(record_size, [&]<std::size_t Size> { return load_writing<Size>(to_perf_events<Size>, map); });
    auto const bytes = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)) * pages;
    source made{std::move(map), std::move(program), bytes / bpfxx::perf::sample_size(record_size) - 1};
    made.pages_ = pages;
    made.filled_from_afar_ = on;
    return made;
}

// Each record of a perf event asks for an interrupt, which on a virtual machine takes long and empties the caches. Asked
// to run on another processor, the program runs there with interrupts off, so that all records together make one.
tally source::fill() {
    if (!filled_from_afar_) return write(capacity_);
    stay_on(filled_from_afar_->writing);
    tally const written = write(capacity_, filled_from_afar_->reading);
    stay_on(filled_from_afar_->reading);
    return written;
}

tally source::write(std::uint64_t records, std::optional<std::uint32_t> cpu) {
    tally written;
    while (written.records < records) {
        std::uint64_t const arguments[]{std::min<std::uint64_t>(records - written.records, most_at_once), next_};
        auto const ran = test_run(program_, {.context = std::as_bytes(std::span{arguments}), .cpu = cpu});
        expect(ran.has_value(), "run the program that writes");
        std::uint64_t const count = ran->retval;
        if (count == 0) break;
        written.records += count;
        written.sum += count * next_ + count * (count - 1) / 2;
        next_ += count;
    }
    return written;
}

} // namespace events
