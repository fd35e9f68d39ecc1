// bpfxx, as a program uses it.

#include "loops.hpp"

#include <bpfxx/map/snapshot.hpp>
#include <bpfxx/map/vectored.hpp>

#include <algorithm>

namespace {

class bpfxx_calls {
  public:
    explicit bpfxx_calls(maps::map_type const& map) : map_{map} {}

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
    maps::map_type const& map_;
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

/// Made once, taken as often as wanted, as a program does that watches a map.
void walk_by_snapshot(benchmark::State& state, maps::shared_map const& shared) {
    static auto const* taken_of = &shared;
    static auto snapshot = bpfxx::make_snapshot(shared.map).value();
    if (taken_of != &shared) {
        snapshot = bpfxx::make_snapshot(shared.map).value();
        taken_of = &shared;
    }
    std::uint64_t expected = 0;
    for (std::uint64_t const key : shared.present) expected += 2 * key;
    for (auto _ : state) {
        maps::expect(snapshot.refresh().has_value(), "take a snapshot");
        std::uint64_t sum = 0;
        for (std::uint64_t const key : snapshot.keys()) sum += key;
        for (std::uint64_t const value : snapshot.values()) sum += value;
        maps::expect(sum == expected, "see every entry once");
    }
}

/// One system call for all the keys, which are copied into its memory as another program's would be.
void lookup_many(benchmark::State& state, maps::shared_map const& shared) {
    auto const many = bpfxx::make_vectored(shared.map, static_cast<std::uint32_t>(shared.many)).value();
    maps::expect(many.in_kernel(), "look up in the kernel");
    std::size_t const count = shared.many;
    std::size_t i = 0;
    std::uint64_t sum = 0;
    std::uint64_t hits = 0;
    for (auto _ : state) {
        std::copy_n(shared.present.data() + i % shared.present.size(), count, many.keys().data());
        i += count;
        hits += many.lookup(static_cast<std::uint32_t>(count)).value();
        for (std::uint64_t const value : many.values()) sum += value;
    }
    benchmark::DoNotOptimize(sum);
    maps::expect(hits == i, "look many up");
}

/// Elements in an order that no processor can guess: `read(index)` gives one.
template <class Read>
void read_elements(benchmark::State& state, maps::shared_map const& shared, Read const& read) {
    std::size_t const mask = shared.present.size() - 1;
    std::size_t i = 0;
    std::uint64_t sum = 0;
    for (auto _ : state) {
        auto const index = static_cast<std::uint32_t>(shared.present[i++ & mask] >> 40) & 1023;
        sum += read(index);
        benchmark::DoNotOptimize(sum);
    }
}

void read_mapped(benchmark::State& state, maps::shared_map const& shared) {
    auto const view = shared.table->view();
    read_elements(state, shared, [&](std::uint32_t index) { return view[index]; });
}

void read_by_lookup(benchmark::State& state, maps::shared_map const& shared) {
    read_elements(state, shared, [&](std::uint32_t index) { return shared.table->lookup(index).value().value(); });
}

void read_memory(benchmark::State& state, maps::shared_map const& shared) {
    std::vector<std::uint64_t> const memory(1024, 1);
    read_elements(state, shared, [&](std::uint32_t index) { return memory[index]; });
}

constexpr maps::rival with_more(maps::rival made) {
    made.lookup_many = lookup_many;
    made.read_element = read_mapped;
    return made;
}

} // namespace

constexpr maps::rival maps::by_bpfxx = with_more(rival_of<bpfxx_calls>("bpfxx"));
constexpr maps::rival maps::by_bpfxx_for_each{.name = "bpfxx for_each", .walk = loops<for_each_calls>::walk};
constexpr maps::rival maps::by_bpfxx_snapshot{.name = "bpfxx snapshot", .walk = walk_by_snapshot};
constexpr maps::rival maps::by_array_lookup{.name = "bpfxx lookup", .read_element = read_by_lookup};
constexpr maps::rival maps::by_plain_memory{.name = "plain memory", .read_element = read_memory};
