// Has every rival read the same records, and prints how many of them bpfxx reads for each that another reads.
//
// A ratio is only fair between measurements that ran side by side: a machine that changes its speed, or has others on
// it, does so for seconds. So all rivals run one after the other, in a new order each time, and that is one repetition;
// a ratio is taken within a repetition, and the median over the repetitions is what counts. Google Benchmark repeats
// one benchmark before it goes on to the next, or deals all repetitions out at random over the whole run; so it is
// asked for one repetition of one rival at a time, of a fixed number of iterations.

#include "loops.hpp"

#include <sched.h>
#include <sys/resource.h>
#include <sys/utsname.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace events;

processors processors_of_this_process() {
    cpu_set_t allowed;
    expect(sched_getaffinity(0, sizeof allowed, &allowed) == 0, "ask which processors there are");
    std::vector<std::uint32_t> found;
    for (std::uint32_t cpu = 0; cpu < CPU_SETSIZE; ++cpu)
        if (CPU_ISSET(cpu, &allowed)) found.push_back(cpu);
    return {found.front(), found.size() > 1 ? found[1] : found[0]};
}

struct operation {
    std::string what;
    /// The first is bpfxx.
    std::vector<contender> contenders;
    std::function<source()> make_source;
    /// Of its loop.
    std::vector<std::int64_t> arguments;
    int repetitions;
};

class stopwatch : public benchmark::BenchmarkReporter {
  public:
    /// Millions of records a second, in one repetition.
    double millions(std::string const& name) {
        expect(benchmark::RunSpecifiedBenchmarks(this, "^" + name + "/") == 1, "run one rival");
        return millions_;
    }

    bool ReportContext(Context const&) override { return true; }
    void ReportRuns(std::vector<Run> const& runs) override {
        millions_ = runs.at(0).counters.at("items_per_second").value / 1e6;
    }

  private:
    double millions_ = 0;
};

void print_row(std::string const& what, char const* our_name, std::vector<double> const& ours, char const* other_name,
               std::vector<double> const& others) {
    std::vector<double> ratios(ours.size());
    std::ranges::transform(ours, others, ratios.begin(), std::divides{});
    std::printf("%-21s  %-16s  %8.3f  %-24s  %8.3f  %7.3f  %7.3f  %7.3f\n", what.c_str(), our_name, median(ours),
                other_name, median(others), median(ratios), std::ranges::min(ratios), std::ranges::max(ratios));
}

void compare(operation const& operation) {
    auto const& contenders = operation.contenders;
    auto from = operation.make_source();
    std::vector<std::size_t> order(contenders.size());
    std::iota(order.begin(), order.end(), std::size_t{});
    for (std::size_t const i : order)
        benchmark::RegisterBenchmark(std::to_string(i).c_str(),
                                     [&from, loop = contenders[i].loop](benchmark::State& state) { loop(state, from); })
            ->Args(operation.arguments)
            ->Iterations(1)
            ->UseManualTime();

    static std::minstd_rand random{1};
    stopwatch watch;
    std::vector<std::vector<double>> speeds(contenders.size());
    for (int repetition = 0; repetition < operation.repetitions; ++repetition) {
        std::ranges::shuffle(order, random);
        for (std::size_t const i : order) speeds[i].push_back(watch.millions(std::to_string(i)));
    }
    benchmark::ClearRegisteredBenchmarks();

    for (std::size_t i = 1; i < contenders.size(); ++i)
        print_row(operation.what, contenders[0].name, speeds[0], contenders[i].name, speeds[i]);
    std::fflush(stdout);
}

std::vector<operation> operations(processors const& on, bool quick) {
    constexpr std::uint32_t drained_pages = 64;
    constexpr std::uint32_t streamed_pages = 1024;
    constexpr std::uint32_t page = 4096;
    std::vector<std::int64_t> const stream{on.writing, quick ? 2 : 40};
    std::vector<operation> made;
    for (std::size_t i = 0; i < std::size(sizes); ++i) {
        std::size_t const size = sizes[i];
        auto const& ours = by_bpfxx[i];
        auto const& libbpf = by_libbpf[i];
        auto const& hand = by_hand[i];
        auto const named = [&](char const* what) { return std::string{what} + " " + std::to_string(size); };
        auto const drains = [&](char const* what, std::vector<contender> contenders, std::function<source()> from) {
            made.push_back({named(what), std::move(contenders), std::move(from), {quick ? 1 : 9}, quick ? 1 : 101});
        };
        auto const streams = [&](char const* what, std::vector<contender> contenders, std::function<source()> from) {
            made.push_back({named(what), std::move(contenders), std::move(from), stream, quick ? 1 : 21});
        };
        auto const full = [size] {
            return source::of_ring(size, bpfxx::ring_size::from(drained_pages * page), waking::nobody);
        };
        auto const busy = [size] {
            return source::of_ring(size, bpfxx::ring_size::from(streamed_pages * page), waking::by_default);
        };
        auto const full_perf = [size, on] { return source::of_perf_events(size, drained_pages, on); };
        auto const busy_perf = [size, on] { return source::of_perf_events(size, streamed_pages, on); };
        drains("typed", {ours.typed, libbpf.typed, hand.typed}, full);
        drains("bytes", {ours.bytes, libbpf.bytes, hand.bytes}, full);
        drains("one_of", {ours.one_of, libbpf.one_of, hand.one_of}, full);
        drains("with_tail", {ours.with_tail, libbpf.with_tail, hand.with_tail}, full);
        streams("stream", {ours.at_intervals, libbpf.polling, libbpf.spinning, ours.spinning_at_intervals}, busy);
        streams("stream, poll", {ours.polling, libbpf.polling}, busy);
        streams("stream, spin", {ours.spinning, libbpf.spinning}, busy);
        drains("perf typed", {ours.perf_typed, libbpf.perf_typed}, full_perf);
        drains("perf bytes", {ours.perf_bytes, libbpf.perf_bytes}, full_perf);
        streams("perf stream", {ours.perf_woken_by_bytes, libbpf.perf_polling, libbpf.perf_spinning}, busy_perf);
        streams("perf stream, poll", {ours.perf_polling, libbpf.perf_polling}, busy_perf);
        streams("perf stream, spin", {ours.perf_spinning, libbpf.perf_spinning}, busy_perf);
    }
    return made;
}

char const* compiler() {
#ifdef __clang__
    return __VERSION__;
#else
    return "g++ " __VERSION__;
#endif
}

void print_header(processors const& on) {
    utsname machine{};
    uname(&machine);
    std::printf("# %s, Linux %s; reading on processor %u, streams are written on %u\n", compiler(), machine.release,
                on.reading, on.writing);
    std::printf(
        "# M/s: millions of records a second, a median. The number behind a row's name is their size in bytes.\n");
    std::printf("# ratio: bpfxx / other, side by side, a median; where it is above 1, bpfxx is faster.\n");
    std::printf(
        "# streams: from one processor to another, until all has been read; a program that finds no room waits.\n");
    std::printf("%-21s  %-16s  %8s  %-24s  %8s  %7s  %7s  %7s\n", "what", "bpfxx", "M/s", "other", "M/s", "ratio",
                "min", "max");
}

} // namespace

int main(int argc, char** argv) {
    bool const quick = argc > 1 && std::string_view{argv[1]} == "--quick";
    std::vector<std::string_view> const wanted{argv + (quick ? 2 : 1), argv + argc};

    auto const on = processors_of_this_process();
    auto const all = operations(on, quick);
    for (auto const& what : wanted) {
        if (std::ranges::find(all, what, &operation::what) != all.end()) continue;
        std::fprintf(stderr, "usage: %s [--quick] [ROW...], where a ROW is one of\n", argv[0]);
        for (auto const& operation : all) std::fprintf(stderr, "  '%s'\n", operation.what.c_str());
        return 2;
    }

    // On machines that others use, too, `chrt -f 1` before the command helps more.
    static_cast<void>(setpriority(PRIO_PROCESS, 0, -20));
    stay_on(on.reading);
    print_header(on);
    for (auto const& operation : all)
        if (wanted.empty() || std::ranges::find(wanted, operation.what) != wanted.end()) compare(operation);
}
