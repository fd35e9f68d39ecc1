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
#include <numeric>
#include <random>
#include <string>
#include <string_view>

namespace {

using namespace maps;

/// The first is bpfxx, and the others follow in the order of the table.
constexpr std::array rivals{&by_bpfxx,           &by_syscall, &by_inlined_syscall, &by_libbpf,
                            &by_libbpf_next_key, &by_bcc,     &by_bpfxx_otherwise, &by_plain_memory};

struct bound_contender {
    char const* name;
    std::function<void(benchmark::State&)> loop;
};

struct operation {
    std::string what;
    std::vector<bound_contender> contenders;
    int elements_per_iteration;
    int iterations;
    int repetitions;
};

template <class Shared>
std::vector<bound_contender> everyone(contender<Shared> rival::* member, Shared const& shared) {
    std::vector<bound_contender> there;
    for (auto const* rival : rivals) {
        auto const [name, loop] = rival->*member;
        if (loop != nullptr) there.push_back({name, [loop, &shared](benchmark::State& state) { loop(state, shared); }});
    }
    return there;
}

/// Keys are odd multiples of a large odd number, so that they neither repeat nor lie next to each other.
std::vector<std::uint64_t> keys(std::size_t from, std::size_t count) {
    std::vector<std::uint64_t> made(count);
    for (std::size_t i = 0; i < count; ++i) made[i] = (2 * (from + i) + 1) * 0x9e37'79b9'7f4a'7c15;
    std::ranges::shuffle(made, std::minstd_rand{1});
    return made;
}

std::uint64_t sum_of(std::vector<std::uint64_t> const& keys) {
    return std::accumulate(keys.begin(), keys.end(), std::uint64_t{});
}

template <class Map>
Map create(std::size_t capacity) {
    auto created = Map::create({.name = "bpfxx_bench", .max_entries = static_cast<std::uint32_t>(capacity)});
    if (created) return std::move(*created);
    constexpr int exit_skipped = 77;
    bool const denied = created.error().code == bpfxx::errc::eperm || created.error().code == bpfxx::errc::enosys;
    std::printf("%s: this needs CAP_BPF, so run it as root\n", bpfxx::describe(created.error()).c_str());
    std::exit(denied ? exit_skipped : EXIT_FAILURE);
}

shared_map make_map(std::size_t entries, std::size_t capacity) {
    auto map = create<decltype(shared_map::map)>(capacity);
    auto present = keys(0, entries);
    std::uint32_t stored = 0;
    expect(map.update_batch(present, present, stored).has_value(), "fill the map");
    auto const sum = 2 * sum_of(present);
    return {std::move(map), std::move(present), keys(entries, 1024), sum};
}

shared_per_cpu_map make_per_cpu_map(std::size_t entries) {
    auto map = create<decltype(shared_per_cpu_map::map)>(entries);
    auto const cpus = bpfxx::possible_cpus::read().value();
    std::vector<bpfxx::per_cpu_slot<std::uint64_t>> slots(cpus.count());
    auto const values = bpfxx::per_cpu_values<std::uint64_t>::over(slots, cpus).value();
    auto const present = keys(0, entries);
    for (std::uint64_t const key : present) {
        values.fill(key);
        expect(map.update(key, values).has_value(), "fill the map");
    }
    return {std::move(map), cpus, (1 + cpus.count()) * sum_of(present)};
}

shared_array make_array(std::uint32_t size) {
    std::vector<std::uint32_t> indices(size);
    std::iota(indices.begin(), indices.end(), 0u);
    std::ranges::shuffle(indices, std::minstd_rand{1});
    return {create<decltype(shared_array::map)>(size), std::move(indices)};
}

class stopwatch : public benchmark::BenchmarkReporter {
  public:
    /// CPU time, kernel included, that one iteration took of one repetition.
    double nanoseconds(std::string const& name) {
        expect(benchmark::RunSpecifiedBenchmarks(this, "^" + name + "/") == 1, "run one rival");
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

void print_row(std::string const& what, char const* our_name, std::vector<double> const& ours, char const* other_name,
               std::vector<double> const& others) {
    std::vector<double> ratios(ours.size());
    std::ranges::transform(ours, others, ratios.begin(), std::divides{});
    std::printf("%-17s  %-15s  %9.1f  %-24s  %9.1f  %7.3f  %7.3f  %7.3f\n", what.c_str(), our_name, median(ours),
                other_name, median(others), median(ratios), std::ranges::min(ratios), std::ranges::max(ratios));
}

void compare(operation const& operation) {
    auto const& contenders = operation.contenders;
    std::vector<std::size_t> order(contenders.size());
    std::iota(order.begin(), order.end(), std::size_t{});
    for (std::size_t const i : order)
        benchmark::RegisterBenchmark(std::to_string(i).c_str(), contenders[i].loop)
            ->Arg(operation.elements_per_iteration)
            ->Iterations(operation.iterations);

    static std::minstd_rand random{1};
    stopwatch watch;
    std::vector<std::vector<double>> times(contenders.size());
    if (operation.repetitions > 1) // the first time is for the caches
        for (std::size_t const i : order) (void)watch.nanoseconds(std::to_string(i));
    for (int repetition = 0; repetition < operation.repetitions; ++repetition) {
        std::ranges::shuffle(order, random);
        for (std::size_t const i : order)
            times[i].push_back(watch.nanoseconds(std::to_string(i)) / operation.elements_per_iteration);
    }
    benchmark::ClearRegisteredBenchmarks();

    for (std::size_t i = 1; i < contenders.size(); ++i)
        print_row(operation.what, contenders[0].name, times[0], contenders[i].name, times[i]);
    std::fflush(stdout);
}

/// All that is shared.
struct stage {
    shared_map points = make_map(1024, 2048);
    shared_map small = make_map(1'000, 1'000);
    shared_map medium = make_map(100'000, 100'000);
    shared_map large = make_map(1'000'000, 1'000'000);
    shared_map sparse = make_map(1'000, 1'000'000);
    shared_per_cpu_map per_cpu = make_per_cpu_map(10'000);
    shared_array array = make_array(1024);
};

std::vector<operation> operations_on(stage const& on) {
    std::vector<operation> made;
    auto const calls = [&](char const* what, auto member, auto const& shared) {
        made.push_back({what, everyone(member, shared), 1, 5'000, 201});
    };
    auto const walk = [&](char const* what, auto member, auto const& shared, int entries) {
        int const repetitions = entries < 1'000'000 ? 31 : 11;
        made.push_back({what, everyone(member, shared), entries, std::max(1, 20'000 / entries), repetitions});
    };
    auto const many = [&](std::string const& what, auto member, int keys) {
        made.push_back({what + " " + std::to_string(keys), everyone(member, on.points), keys, 5'120 / keys, 51});
    };
    calls("lookup hit", &rival::lookup_hit, on.points);
    calls("lookup miss", &rival::lookup_miss, on.points);
    calls("update", &rival::update, on.points);
    calls("insert + erase", &rival::insert_erase, on.points);
    calls("erase miss", &rival::erase_miss, on.points);
    walk("walk 1k", &rival::walk, on.small, 1'000);
    walk("walk 100k", &rival::walk, on.medium, 100'000);
    walk("walk 1M", &rival::walk, on.large, 1'000'000);
    walk("walk 1k of 1M", &rival::walk, on.sparse, 1'000);
    walk("snapshot 1k", &rival::snapshot, on.small, 1'000);
    walk("snapshot 100k", &rival::snapshot, on.medium, 100'000);
    walk("snapshot 1M", &rival::snapshot, on.large, 1'000'000);
    walk("snapshot 1k of 1M", &rival::snapshot, on.sparse, 1'000);
    walk("per-CPU walk 10k", &rival::per_cpu_walk, on.per_cpu, 10'000);
    for (int const keys : {1, 16, 64, 256, 1024}) many("lookup", &rival::lookup_many, keys);
    for (int const keys : {64, 1024}) many("update", &rival::update_many, keys);
    calls("read element", &rival::read, on.array);
    return made;
}

char const* compiler() {
#ifdef __clang__
    return __VERSION__;
#else
    return "g++ " __VERSION__;
#endif
}

void print_header(std::uint32_t cpus) {
    utsname machine{};
    uname(&machine);
    std::printf("# %s, Linux %s, %u processors\n", compiler(), machine.release, cpus);
    std::printf("# ns: CPU time of one call, in a walk of one entry, with many keys at a time of one key; a median.\n");
    std::printf("# ratio: bpfxx / other, side by side, a median; where it is below 1, bpfxx is faster.\n");
    std::printf("%-17s  %-15s  %9s  %-24s  %9s  %7s  %7s  %7s\n", "what", "bpfxx", "ns", "other", "ns", "ratio", "min",
                "max");
}

} // namespace

int main(int argc, char** argv) {
    bool const quick = argc > 1 && std::string_view{argv[1]} == "--quick";
    std::vector<std::string_view> const wanted{argv + (quick ? 2 : 1), argv + argc};

    stage const shared;
    auto operations = operations_on(shared);
    for (auto const& what : wanted) {
        if (std::ranges::find(operations, what, &operation::what) != operations.end()) continue;
        std::fprintf(stderr, "usage: %s [--quick] [ROW...], where a ROW is one of\n", argv[0]);
        for (auto const& operation : operations) std::fprintf(stderr, "  '%s'\n", operation.what.c_str());
        return 2;
    }

    print_header(shared.per_cpu.cpus.count());
    for (auto& operation : operations) {
        if (!wanted.empty() && std::ranges::find(wanted, operation.what) == wanted.end()) continue;
        if (quick) operation.iterations = operation.repetitions = 1;
        compare(operation);
    }
}
