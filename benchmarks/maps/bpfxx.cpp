// bpfxx, as a program uses it.

#include "loops.hpp"

#include <bpfxx/map/snapshot.hpp>
#include <bpfxx/map/vectored.hpp>

#include <algorithm>

namespace {

class bpfxx_calls {
  public:
    explicit bpfxx_calls(auto const& map) : map_{map} {}

    bool lookup(std::uint64_t const& key, std::uint64_t& value) const {
        auto const found = map_.lookup(key);
        maps::expect(found.has_value(), "look up");
        if (!*found) return false;
        value = **found;
        return true;
    }

    void update(std::uint64_t const& key, std::uint64_t const& value) const {
        maps::expect(map_.update(key, value).has_value(), "update");
    }

    bool insert(std::uint64_t const& key, std::uint64_t const& value) const {
        auto const fresh = map_.insert(key, value);
        maps::expect(fresh.has_value(), "insert");
        return *fresh;
    }

    bool erase(std::uint64_t const& key) const {
        auto const gone = map_.erase(key);
        maps::expect(gone.has_value(), "erase");
        return *gone;
    }

    std::uint64_t sum_by_walk() const {
        std::uint64_t sum = 0;
        for (auto const& [key, value] : map_.entries()) sum += key + value;
        return sum;
    }

  protected:
    decltype(maps::shared_map::map) const& map_;
};

class for_each_calls : public bpfxx_calls {
  public:
    using bpfxx_calls::bpfxx_calls;

    std::uint64_t sum_by_walk() const {
        std::uint64_t sum = 0;
        auto const walked = map_.for_each([&](std::uint64_t key, std::uint64_t value) { sum += key + value; });
        maps::expect(walked.has_value(), "walk");
        return sum;
    }
};

/// Made once and taken often, as by a program that watches a map; the first one finds out how full the map is.
void walk_by_snapshot(benchmark::State& state, maps::shared_map const& shared) {
    auto snapshot = bpfxx::make_snapshot(shared.map).value();
    maps::expect(snapshot.in_kernel(), "walk inside the kernel");
    maps::expect(snapshot.refresh().has_value(), "take a snapshot");
    maps::repeat_walk(state, shared.sum, [&] {
        maps::expect(snapshot.refresh().has_value(), "take a snapshot");
        std::uint64_t sum = 0;
        for (std::uint64_t const key : snapshot.keys()) sum += key;
        for (std::uint64_t const value : snapshot.values()) sum += value;
        return sum;
    });
}

void walk_per_cpu(benchmark::State& state, maps::shared_per_cpu_map const& shared) {
    std::uint64_t keys[maps::batch];
    std::vector<bpfxx::per_cpu_slot<std::uint64_t>> slots(maps::batch * shared.cpus.count());
    auto const rows = bpfxx::per_cpu_rows<std::uint64_t>::over(slots, shared.cpus).value();
    maps::repeat_walk(state, shared.sum, [&] {
        bpfxx::result<void> outcome = bpfxx::outcome::success();
        std::uint64_t sum = 0;
        for (auto const& [key, values] : shared.map.entries(keys, rows, outcome)) sum += key + values.sum();
        maps::expect(outcome.has_value(), "walk");
        return sum;
    });
}

auto made_vectored(maps::shared_map const& shared, std::size_t many) {
    auto made = bpfxx::make_vectored(shared.map, static_cast<std::uint32_t>(many)).value();
    maps::expect(made.in_kernel(), "run inside the kernel");
    return made;
}

/// One system call for all the keys, which are copied into its memory, as by a program that has them elsewhere.
void lookup_vectored(benchmark::State& state, maps::shared_map const& shared) {
    auto const many = static_cast<std::size_t>(state.range(0));
    auto const calls = made_vectored(shared, many);
    std::size_t i = 0;
    std::uint64_t sum = 0;
    std::uint64_t hits = 0;
    for (auto _ : state) {
        std::copy_n(shared.present.data() + i % shared.present.size(), many, calls.keys().data());
        i += many;
        hits += calls.lookup(static_cast<std::uint32_t>(many)).value();
        for (std::uint64_t const value : calls.values()) sum += value;
    }
    benchmark::DoNotOptimize(sum);
    maps::expect(hits == i, "look many up");
}

void update_vectored(benchmark::State& state, maps::shared_map const& shared) {
    auto const many = static_cast<std::size_t>(state.range(0));
    auto const calls = made_vectored(shared, many);
    std::size_t i = 0;
    std::uint64_t stored = 0;
    for (auto _ : state) {
        auto const* const keys = shared.present.data() + i % shared.present.size();
        std::copy_n(keys, many, calls.keys().data());
        std::copy_n(keys, many, calls.values().data());
        i += many;
        stored += calls.update(static_cast<std::uint32_t>(many)).value();
    }
    maps::expect(stored == i, "update many");
}

template <class Read>
void read_all(benchmark::State& state, maps::shared_array const& shared, Read const& read) {
    std::size_t const mask = shared.indices.size() - 1;
    std::size_t i = 0;
    std::uint64_t sum = 0;
    for (auto _ : state) {
        sum += read(shared.indices[i++ & mask]);
        benchmark::DoNotOptimize(sum);
    }
}

void read_mapped(benchmark::State& state, maps::shared_array const& shared) {
    auto const view = shared.map.view();
    read_all(state, shared, [&](std::uint32_t index) { return view[index]; });
}

void read_by_lookup(benchmark::State& state, maps::shared_array const& shared) {
    read_all(state, shared, [&](std::uint32_t index) { return shared.map.lookup(index).value().value(); });
}

void read_memory(benchmark::State& state, maps::shared_array const& shared) {
    std::vector<std::uint64_t> const memory(shared.indices.size());
    read_all(state, shared, [&](std::uint32_t index) { return memory[index]; });
}

using of = maps::loops<bpfxx_calls>;

} // namespace

constexpr maps::rival maps::by_bpfxx{
    .lookup_hit = {"lookup", of::lookup_hit},
    .lookup_miss = {"lookup", of::lookup_miss},
    .update = {"update", of::update},
    .insert_erase = {"insert, erase", of::insert_erase},
    .erase_miss = {"erase", of::erase_miss},
    .walk = {"entries", of::walk},
    .snapshot = {"snapshot", walk_by_snapshot},
    .per_cpu_walk = {"entries", walk_per_cpu},
    .lookup_many = {"vectored lookup", lookup_vectored},
    .update_many = {"vectored update", update_vectored},
    .read = {"mmap_array view", read_mapped},
};
constexpr maps::rival maps::by_bpfxx_otherwise{
    .walk = {"bpfxx for_each", loops<for_each_calls>::walk},
    .snapshot = {"bpfxx entries", of::walk},
    .read = {"bpfxx lookup", read_by_lookup},
};
constexpr maps::rival maps::by_plain_memory{.read = {"plain memory", read_memory}};
