// Runs the same loops over the same maps for every rival, and prints how bpfxx compares with each of the others.
//
// A ratio is only fair between measurements that ran side by side: a machine that changes its speed, or has others on
// it, does so for seconds. So all rivals run one after the other, in a new order each time, and that is one repetition;
// a ratio is taken within a repetition, and the median over the repetitions is what counts. Google Benchmark repeats
// one benchmark before it goes on to the next, or deals all repetitions out at random over the whole run; so it is
// asked for one repetition of one rival at a time, of a fixed number of iterations.

#include "rival.hpp"

#include <sys/utsname.h>

#include <algorithm>
#include <array>
#include <functional>
#include <random>
#include <string>
#include <string_view>

namespace {

using namespace maps;

constexpr std::array rivals{&by_bpfxx,          &by_syscall,         &by_inlined_syscall,
                            &by_libbpf,         &by_libbpf_next_key, &by_bpfxx_for_each,
                            &by_bpfxx_snapshot, &by_array_lookup,    &by_plain_memory};

struct operation {
    char const* what;
    loop* rival::* body;
    shared_map const& shared;
    int repetitions;
    int iterations;
    std::size_t entries_per_iteration = 1;
};

/// Keys are odd multiples of a large odd number, so that they neither repeat nor lie next to each other.
std::vector<std::uint64_t> keys(std::size_t from, std::size_t count) {
    std::vector<std::uint64_t> made(count);
    for (std::size_t i = 0; i < count; ++i) made[i] = (2 * (from + i) + 1) * 0x9e37'79b9'7f4a'7c15;
    std::ranges::shuffle(made, std::minstd_rand{1});
    return made;
}

shared_map make_map(std::size_t entries, std::size_t capacity) {
    auto created = map_type::create({.name = "bpfxx_bench", .max_entries = static_cast<std::uint32_t>(capacity)});
    if (!created) {
        constexpr int exit_skipped = 77;
        bool const denied = created.error().code == bpfxx::errc::eperm || created.error().code == bpfxx::errc::enosys;
        std::printf("%s: this needs CAP_BPF, so run it as root\n", bpfxx::describe(created.error()).c_str());
        std::exit(denied ? exit_skipped : EXIT_FAILURE);
    }
    auto present = keys(0, entries);
    std::uint32_t stored = 0;
    expect(created->update_batch(present, present, stored).has_value(), "fill the map");
    return {std::move(*created), std::move(present), keys(entries, 1024)};
}

class stopwatch : public benchmark::BenchmarkReporter {
  public:
    /// CPU time, kernel included, that one iteration took of one repetition.
    double nanoseconds(std::string const& name) {
        expect(benchmark::RunSpecifiedBenchmarks(this, "^" + name + "/iterations:") == 1, "run one rival");
        return nanoseconds_;
    }

    bool ReportContext(Context const&) override { return true; }
    void ReportRuns(std::vector<Run> const& runs) override {
        nanoseconds_ = 1e9 * runs.at(0).cpu_accumulated_time / static_cast<double>(runs.at(0).iterations);
    }

  private:
    double nanoseconds_ = 0;
};

double median(std::vector<double> of) {
    auto const middle = of.begin() + static_cast<std::ptrdiff_t>(of.size() / 2);
    std::ranges::nth_element(of, middle);
    return *middle;
}

void print_row(operation const& operation, rival const& other, std::vector<double> const& ours,
               std::vector<double> const& theirs) {
    std::vector<double> ratios(ours.size());
    std::ranges::transform(ours, theirs, ratios.begin(), std::divides{});
    std::printf("%s\t%.1f\t%s\t%.1f\t%.3f\t%.3f\t%.3f\n", operation.what, median(ours), other.name, median(theirs),
                median(ratios), std::ranges::min(ratios), std::ranges::max(ratios));
}

void compare(operation const& operation, std::size_t number) {
    auto const name = [&](std::size_t rival) { return std::to_string(number) + "/" + std::to_string(rival); };
    auto const body = [&](std::size_t rival) { return rivals[rival]->*operation.body; };

    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < rivals.size(); ++i) {
        if (body(i) == nullptr) continue;
        order.push_back(i);
        benchmark::RegisterBenchmark(name(i).c_str(), [&, i](benchmark::State& state) {
            body(i)(state, operation.shared);
        })->Iterations(operation.iterations);
    }

    static std::minstd_rand random{1};
    stopwatch watch;
    std::array<std::vector<double>, rivals.size()> times;
    for (std::size_t const i : order) (void)watch.nanoseconds(name(i)); // the first time is for the caches
    for (int repetition = 0; repetition < operation.repetitions; ++repetition) {
        std::ranges::shuffle(order, random);
        for (std::size_t const i : order)
            times[i].push_back(watch.nanoseconds(name(i)) / static_cast<double>(operation.entries_per_iteration));
    }
    for (std::size_t i = 1; i < rivals.size(); ++i)
        if (!times[i].empty()) print_row(operation, *rivals[i], times[0], times[i]);
    std::fflush(stdout);
    benchmark::ClearRegisteredBenchmarks();
}

char const* compiler() {
#ifdef __clang__
    return __VERSION__;
#else
    return "g++ " __VERSION__;
#endif
}

} // namespace

int main(int argc, char** argv) {
    bool const quick = argc == 2 && std::string_view{argv[1]} == "--quick";
    if (argc > 1 && !quick) {
        std::fprintf(stderr, "usage: %s [--quick]\n", argv[0]);
        return 2;
    }

    auto const points = make_map(1024, 2048);
    auto const small = make_map(1'000, 1'000);
    auto const medium = make_map(100'000, 100'000);
    auto const large = make_map(1'000'000, 1'000'000);
    auto const sparse = make_map(1'000, 1'000'000);
    auto const table = table_type::create({.name = "bpfxx_bench", .max_entries = 1024}).value();
    auto const many = [&](std::size_t count) {
        auto made = make_map(1024, 2048);
        made.many = count;
        made.table = &table;
        return made;
    };
    std::array const counts{many(1), many(16), many(64), many(256), many(1024)};
    auto const at_most = [&](int number) { return quick ? 1 : number; };
    int const calls = quick ? 100 : 5'000;
    std::array const operations{
        operation{"lookup hit", &rival::lookup_hit, points, at_most(201), calls},
        operation{"lookup miss", &rival::lookup_miss, points, at_most(201), calls},
        operation{"update", &rival::update, points, at_most(201), calls},
        operation{"insert + erase", &rival::insert_erase, points, at_most(201), calls},
        operation{"erase miss", &rival::erase_miss, points, at_most(201), calls},
        operation{"walk 1k", &rival::walk, small, at_most(31), at_most(50), 1'000},
        operation{"walk 100k", &rival::walk, medium, at_most(21), 1, 100'000},
        operation{"walk 1M", &rival::walk, large, at_most(15), 1, 1'000'000},
        operation{"walk 1k of 1M", &rival::walk, sparse, at_most(21), 1, 1'000},
        operation{"lookup 1", &rival::lookup_many, counts[0], at_most(51), calls},
        operation{"lookup 16", &rival::lookup_many, counts[1], at_most(51), calls / 16, 16},
        operation{"lookup 64", &rival::lookup_many, counts[2], at_most(51), calls / 64, 64},
        operation{"lookup 256", &rival::lookup_many, counts[3], at_most(51), quick ? 1 : calls / 256, 256},
        operation{"lookup 1024", &rival::lookup_many, counts[4], at_most(51), quick ? 1 : calls / 1024, 1024},
        operation{"read element", &rival::read_element, counts[0], at_most(51), calls},
    };

    utsname machine{};
    uname(&machine);
    std::printf("# %s, Linux %s\n", compiler(), machine.release);
    std::printf("# CPU time of one call (of a walk: of one entry); ratio = bpfxx / other, side by side\n");
    std::printf("what\tbpfxx_ns\tother\tother_ns\tratio(median)\tmin\tmax\n");
    for (std::size_t i = 0; i < operations.size(); ++i) compare(operations[i], i);
}
