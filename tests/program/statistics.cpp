// Runs counted and timed, maps bound, streams read: what one asks of a loaded program besides running it.
#include <bpfxx/program/bind.hpp>
#include <bpfxx/program/statistics.hpp>
#include <bpfxx/program/stream.hpp>

#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/map/array.hpp>
#include <bpfxx/program/test_run.hpp>

#include "kernel/support/skip.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <optional>
#include <utility>

namespace {

using namespace bpfxx;

constexpr auto return_2 = insn::assemble(insn::mov(insn::r0, 2), insn::exit());
constexpr std::array<std::byte, 64> packet{};

xdp_program loaded() { return xdp_program::load({.insns = return_2, .license = "GPL"}).value(); }

bool always_counted() {
    int value = 0;
    std::ifstream{"/proc/sys/kernel/bpf_stats_enabled"} >> value;
    return value != 0;
}

TEST_CASE("runs are counted while somebody wants them to be") {
    auto const program = loaded();
    auto const run = [&] { return test_run(program, {.data = packet, .repeat = 10}).value().retval; };
    if (always_counted()) return support::skip("the statistics are on for everybody: sysctl kernel.bpf_stats_enabled");
    CHECK(run() == 2);
    CHECK(counts_of(program).value().runs == 0);
    {
        auto statistics = run_statistics::enable();
        if (!statistics && statistics.error().code == errc::einval)
            return support::skip("no BPF_ENABLE_STATS before Linux 5.8");
        auto const moved = std::move(statistics).value();
        CHECK(run() == 2);
        auto const counts = counts_of(program).value();
        CHECK(counts.runs == 10);
        CHECK(counts.time_ns > 0);
        CHECK(counts.recursion_misses.value_or(0) == 0);
    }
    CHECK(run() == 2);
    CHECK(counts_of(program).value().runs == 10);
}

TEST_CASE("a bound map lives as long as the program") {
    auto const program = loaded();
    map_id id{};
    {
        auto const map = array_map<std::uint64_t>::create({.max_entries = 1}).value();
        id = *map.id();
        auto const bound = bind(program, map.fd());
        if (!bound && bound.error().code == errc::einval)
            return support::skip("no BPF_PROG_BIND_MAP before Linux 5.10");
        CHECK(bound);
        CHECK(bind(program, map.fd()));
    }
    CHECK(array_map<std::uint64_t>::open(id));
    CHECK((*program.info())->nr_map_ids == 1);
    CHECK(bind(program, borrow_raw<kind::map>(program.fd().raw())).error() ==
          error{errc::einval, command::prog_bind_map});
    CHECK(bind(program, borrow_raw<kind::map>(-1)).error() == error{errc::ebadf, command::prog_bind_map});
}

template <class Program>
concept associates = requires(Program const& program, fd_ref<kind::map> map) { associate(program, map); };
static_assert(associates<xdp_program> && !associates<struct_ops_program>);

TEST_CASE("a program without output has empty streams") {
    auto const program = loaded();
    char buffer[64];
    auto const text = read_stream(program, stream_id::standard_output, buffer);
    if (!text) {
        CHECK(text.error().code == errc::einval);
        return support::skip("no streams before Linux 6.17");
    }
    CHECK(text->empty());
    CHECK(read_stream(program, stream_id{9}, buffer).error() == error{errc::enoent, command::prog_stream_read_by_fd});
}

TEST_CASE("an association with what is no struct_ops map is refused") {
    auto const program = loaded();
    auto const map = array_map<std::uint64_t>::create({.max_entries = 1}).value();
    CHECK(associate(program, map.fd()).error() == error{errc::einval, command::prog_assoc_struct_ops});
}

} // namespace
