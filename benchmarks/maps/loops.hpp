#pragma once
// The loops, written once. `Calls` is made from a shared map and has lookup, update, insert, erase and sum_by_walk, or
// those of them that are asked for; every translation unit instantiates the loops with a `Calls` of its own unnamed
// namespace, so all of it is inlined there.

#include "rival.hpp"

#include <cerrno>

namespace maps {

/// `sum()` is a walk; it has seen what it had to see when its sum is right.
template <class Sum>
void repeat_walk(benchmark::State& state, std::uint64_t expected, Sum const& sum) {
    for (auto _ : state) expect(sum() == expected, "see every entry once");
}

template <class Calls>
struct loops {
    static void lookup_hit(benchmark::State& state, shared_map const& shared) {
        look_up(state, shared, shared.present, 1);
    }

    static void lookup_miss(benchmark::State& state, shared_map const& shared) {
        look_up(state, shared, shared.absent, 0);
    }

    static void update(benchmark::State& state, shared_map const& shared) {
        Calls const calls{shared.map};
        std::uint64_t const* const keys = shared.present.data();
        std::size_t const mask = shared.present.size() - 1;
        std::size_t i = 0;
        for (auto _ : state) {
            std::uint64_t const& key = keys[i++ & mask];
            calls.update(key, key);
        }
    }

    static void insert_erase(benchmark::State& state, shared_map const& shared) {
        Calls const calls{shared.map};
        std::uint64_t const* const keys = shared.absent.data();
        std::size_t const mask = shared.absent.size() - 1;
        std::size_t i = 0;
        std::size_t done = 0;
        for (auto _ : state) {
            std::uint64_t const& key = keys[i++ & mask];
            done += calls.insert(key, key) ? 1 : 0;
            done += calls.erase(key) ? 1 : 0;
        }
        expect(done == 2 * i, "insert and erase");
    }

    static void erase_miss(benchmark::State& state, shared_map const& shared) {
        Calls const calls{shared.map};
        std::uint64_t const* const keys = shared.absent.data();
        std::size_t const mask = shared.absent.size() - 1;
        std::size_t i = 0;
        std::size_t erased = 0;
        for (auto _ : state) erased += calls.erase(keys[i++ & mask]) ? 1 : 0;
        expect(erased == 0, "erase what is not there");
    }

    static void walk(benchmark::State& state, shared_map const& shared) {
        Calls const calls{shared.map};
        repeat_walk(state, shared.sum, [&] { return calls.sum_by_walk(); });
    }

    static void lookup_many(benchmark::State& state, shared_map const& shared) {
        Calls const calls{shared.map};
        std::uint64_t const* const keys = shared.present.data();
        std::size_t const mask = shared.present.size() - 1;
        auto const many = static_cast<std::size_t>(state.range(0));
        std::size_t i = 0;
        std::size_t hits = 0;
        std::uint64_t sum = 0;
        for (auto _ : state) {
            for (std::size_t const end = i + many; i != end; ++i) {
                std::uint64_t value;
                if (!calls.lookup(keys[i & mask], value)) continue;
                sum += value;
                ++hits;
            }
        }
        benchmark::DoNotOptimize(sum);
        expect(hits == i, "look many up");
    }

    static void update_many(benchmark::State& state, shared_map const& shared) {
        Calls const calls{shared.map};
        std::uint64_t const* const keys = shared.present.data();
        std::size_t const mask = shared.present.size() - 1;
        auto const many = static_cast<std::size_t>(state.range(0));
        std::size_t i = 0;
        for (auto _ : state)
            for (std::size_t const end = i + many; i != end; ++i) calls.update(keys[i & mask], keys[i & mask]);
    }

  private:
    static void look_up(benchmark::State& state, shared_map const& shared, std::vector<std::uint64_t> const& from,
                        std::size_t hits_per_call) {
        Calls const calls{shared.map};
        std::uint64_t const* const keys = from.data();
        std::size_t const mask = from.size() - 1;
        std::size_t i = 0;
        std::size_t hits = 0;
        std::uint64_t sum = 0;
        for (auto _ : state) {
            std::uint64_t value;
            if (!calls.lookup(keys[i++ & mask], value)) continue;
            sum += value;
            ++hits;
        }
        benchmark::DoNotOptimize(sum);
        expect(hits == hits_per_call * i, "look up");
    }
};

/// The batch loop that a C programmer writes. `calls.next_batch` fills keys and values from `in` on, moves `out`, sets
/// the count and answers 0, or -ENOENT with the last entries; `visit(count)` reads them.
template <class Calls, class Visit>
void visit_batches(Calls const& calls, std::uint64_t* keys, std::uint64_t* values, Visit const& visit) {
    std::uint64_t position = 0;
    for (void const* in = nullptr;; in = &position) {
        std::uint32_t count = batch;
        int const answer = calls.next_batch(in, &position, keys, values, count);
        expect(answer == 0 || answer == -ENOENT, "walk by batches");
        visit(count);
        if (answer != 0) return;
    }
}

template <class Calls>
std::uint64_t sum_by_batches(Calls const& calls) {
    std::uint64_t keys[batch];
    std::uint64_t values[batch];
    std::uint64_t sum = 0;
    visit_batches(calls, keys, values, [&](std::uint32_t count) {
        for (std::uint32_t i = 0; i < count; ++i) sum += keys[i] + values[i];
    });
    return sum;
}

/// In a per-CPU map the kernel writes as many values for each key as there are possible processors.
template <class Calls>
void per_cpu_batches(benchmark::State& state, shared_per_cpu_map const& shared) {
    Calls const calls{shared.map};
    std::size_t const cpus = shared.cpus.count();
    std::uint64_t keys[batch];
    std::vector<std::uint64_t> values(batch * cpus);
    repeat_walk(state, shared.sum, [&] {
        std::uint64_t sum = 0;
        visit_batches(calls, keys, values.data(), [&](std::uint32_t count) {
            for (std::uint32_t i = 0; i < count; ++i) sum += keys[i];
            for (std::size_t i = 0; i < count * cpus; ++i) sum += values[i];
        });
        return sum;
    });
}

/// A rival that asks for elements one by one and walks by batches.
template <class Calls>
constexpr rival rival_of(char const* name, char const* batches) {
    using of = loops<Calls>;
    return {
        .lookup_hit = {name, of::lookup_hit},
        .lookup_miss = {name, of::lookup_miss},
        .update = {name, of::update},
        .insert_erase = {name, of::insert_erase},
        .erase_miss = {name, of::erase_miss},
        .walk = {batches, of::walk},
        .snapshot = {batches, of::walk},
        .per_cpu_walk = {batches, per_cpu_batches<Calls>},
        .lookup_many = {name, of::lookup_many},
        .update_many = {name, of::update_many},
    };
}

} // namespace maps
