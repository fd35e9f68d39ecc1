// What README.md shows of per-CPU values, snapshots and vectored lookups, run.
#include <bpfxx/map/hash.hpp>
#include <bpfxx/map/per_cpu_array.hpp>
#include <bpfxx/map/snapshot.hpp>
#include <bpfxx/map/vectored.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>

namespace {

struct flow {
    std::uint32_t source, target;
    std::uint16_t source_port, target_port;
    std::uint32_t protocol;
};
struct stats {
    std::uint64_t packets, bytes;
};

using counters_map = bpfxx::per_cpu_array<stats>;

/// 3 packets counted on each processor; gives those of all.
std::uint64_t count(counters_map const& counters) {
    auto const cpus = bpfxx::possible_cpus::read().value();
    bpfxx::per_cpu_buffer<stats, 1024> buffer;
    auto const each = buffer.values(cpus).value();
    each.fill({3, 300});
    REQUIRE(counters.update(0, each));
    return std::uint64_t{3} * cpus.count();
}

TEST_CASE("many values at once, as in README.md") {
    auto const counters = counters_map::create({.name = "counters", .max_entries = 1}).value();
    auto const counted = count(counters);
    auto const flows = bpfxx::hash_map<flow, stats>::create({.name = "flows", .max_entries = 1'000}).value();
    std::array<flow, 3> const wanted{{{1, 2, 3, 4, 5}, {6, 7, 8, 9, 10}, {11, 12, 13, 14, 15}}};
    REQUIRE(flows.update(wanted[0], {1, 64}));
    REQUIRE(flows.update(wanted[2], {2, 200}));
    std::array<stats, 3> seen{};
    std::array<bool, 3> is_there{};
    std::uint64_t bytes = 0;

    auto const cpus = bpfxx::possible_cpus::read().value();
    bpfxx::per_cpu_buffer<stats, 1024> buffer;     // on the stack
    auto const each = buffer.values(cpus).value(); // an error where there are more processors than that
    auto const read = counters.lookup(0, each);    // the values of all processors
    auto const packets = each.sum(&stats::packets);

    auto snapshot = bpfxx::make_snapshot(flows).value(); // room for the whole map, and a program that copies it
    auto const entries = snapshot.refresh();             // one system call for a dense map, however large
    for (stats const& value : snapshot.values()) bytes += value.bytes;

    auto const many = bpfxx::make_vectored(flows, 256).value(); // room for 256 keys, and a program that looks them up
    auto const known = many.lookup(wanted, seen, is_there);     // one system call for all of them

    CHECK(read.value());
    CHECK(packets == counted);
    CHECK(entries.value() == 2);
    CHECK(bytes == 264);
    CHECK(known.value() == 2);
    CHECK(is_there == std::array{true, false, true});
    CHECK(seen[2].packets == 2);
}

} // namespace
