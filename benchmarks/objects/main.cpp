// Brings two objects into the kernel and out again, by every rival, and prints what bpfxx takes of the time of each.
//
// As the other benchmarks do: all rivals run one after the other, in a new order each time, and that is one repetition; a
// ratio is taken within a repetition, and the median over the repetitions is what counts. It is the time that passed, of
// which the kernel's own part is the same for all, but where it says user time.

#include "costs.hpp"
#include "rival.hpp"
#include "times.hpp"

#include <benchmark/benchmark.h>

#include <sys/utsname.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <numeric>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace objects;

class stopwatch : public benchmark::BenchmarkReporter {
  public:
    /// Of one cycle.
    double nanoseconds(std::string const& name) {
        if (benchmark::RunSpecifiedBenchmarks(this, "^" + name + "$") != 1) std::exit(EXIT_FAILURE);
        return nanoseconds_;
    }
    bool ReportContext(Context const&) override { return true; }
    void ReportRuns(std::vector<Run> const& runs) override {
        auto const& run = runs.at(0);
        if (run.error_occurred) {
            std::printf("%s: %s\n", run.benchmark_name().c_str(), run.error_message.c_str());
            std::exit(EXIT_FAILURE);
        }
        nanoseconds_ = 1e9 * run.real_accumulated_time / run.counters.at("cycles").value;
    }

  private:
    double nanoseconds_ = 0;
};

double median(std::vector<double> of) {
    auto const middle = of.begin() + static_cast<std::ptrdiff_t>(of.size() / 2);
    std::ranges::nth_element(of, middle);
    return *middle;
}

void print_row(std::string const& what, char const* our_name, std::vector<double> const& ours, char const* other_name,
               std::vector<double> const& others) {
    std::vector<double> ratios(ours.size());
    std::ranges::transform(ours, others, ratios.begin(), std::divides{});
    std::printf("%-22s  %-14s  %12.1f  %-12s  %12.1f  %7.3f  %7.3f  %7.3f\n", what.c_str(), our_name, median(ours),
                other_name, median(others), median(ratios), std::ranges::min(ratios), std::ranges::max(ratios));
}

/// Nanoseconds of one object, by one of the rivals.
using measure = std::function<double(rival const&)>;

/// The time that passes for each of many, one after the other.
measure again_and_again(loop rival::* object, how_far far, int cycles) {
    return [=](rival const& one) {
        benchmark::ClearRegisteredBenchmarks();
        benchmark::RegisterBenchmark(one.name, [=, &one](benchmark::State& state) {
            for ([[maybe_unused]] auto _ : state)
                if (!(one.*object)(far, cycles)) state.SkipWithError("cannot load the object: is this root?");
            state.counters["cycles"] = cycles;
        })->Iterations(1);
        return stopwatch{}.nanoseconds(std::string{one.name} + "/iterations:1");
    };
}

/// The time that passes for the first in a process: libbpf remembers what the kernel can.
measure first_in_a_process(loop rival::* object) {
    return [=](rival const& one) { return time_of_first(one.*object); };
}

/// What of the time passes outside the kernel.
measure outside_the_kernel(loop rival::* object, int cycles) {
    return [=](rival const& one) { return user_time(one.*object, cycles); };
}

void compare(std::string const& what, std::vector<rival const*> const& rivals, measure const& nanoseconds,
             int repetitions) {
    static std::minstd_rand random{1};
    std::vector<std::size_t> order(rivals.size());
    std::iota(order.begin(), order.end(), std::size_t{});
    std::vector<std::vector<double>> passed(rivals.size());
    for (int repetition = 0; repetition != repetitions; ++repetition) {
        std::ranges::shuffle(order, random);
        for (std::size_t const i : order) passed[i].push_back(nanoseconds(*rivals[i]));
    }
    for (std::size_t i = 1; i != rivals.size(); ++i)
        print_row(what, rivals[0]->name, passed[0], rivals[i]->name, passed[i]);
    std::fflush(stdout);
}

} // namespace

int main(int argc, char** argv) {
    bool const quick = argc > 1 && std::string_view{argv[1]} == "--quick";
    ::utsname system{};
    ::uname(&system);
    std::printf(
        "# Linux %s; what the first load in a process takes, and what programs weigh without symbols, in bytes\n",
        system.release);
    if (!objects::print_costs(by_bpfxx, by_libbpf)) return EXIT_FAILURE;
    std::printf("# nanoseconds for each object, medians; ratio is bpfxx / other\n");
    std::printf("what  bpfxx  ns  other  ns  ratio  min  max\n");
    std::vector<rival const*> const rivals{&by_bpfxx, &by_libbpf, &by_name};
    int const repetitions = quick ? 1 : 21;
    int const cycles = quick ? 2 : 20;
    for (auto const& [name, object] : {std::pair{"small", &rival::small}, std::pair{"CO-RE", &rival::relocated}}) {
        std::string const what{name};
        compare(what + " loaded first", rivals, first_in_a_process(object), repetitions);
        compare(what + " loaded", rivals, again_and_again(object, how_far::load, cycles), repetitions);
        compare(what + " loaded, user time", rivals, outside_the_kernel(object, 20 * cycles), quick ? 1 : 7);
        compare(what + " attached", rivals, again_and_again(object, how_far::attach, cycles), repetitions);
    }
}
