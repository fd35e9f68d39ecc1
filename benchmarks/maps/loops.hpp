#pragma once
// The loops, written once. `Calls` is made from the shared map and has lookup, update, insert, erase and sum_by_walk;
// every translation unit instantiates them with a `Calls` of its own unnamed namespace, so all of it is inlined there.

#include "rival.hpp"

#include <cerrno>

namespace maps {

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
        std::uint64_t expected = 0;
        for (std::uint64_t const key : shared.present) expected += 2 * key;
        for (auto _ : state) expect(calls.sum_by_walk() == expected, "see every entry once");
    }

    static void lookup_many(benchmark::State& state, shared_map const& shared) {
        Calls const calls{shared.map};
        std::uint64_t const* const keys = shared.present.data();
        std::size_t const mask = shared.present.size() - 1;
        std::size_t i = 0;
        std::size_t hits = 0;
        std::uint64_t sum = 0;
        for (auto _ : state) {
            for (std::size_t const end = i + shared.many; i != end; ++i) {
                std::uint64_t value;
                if (!calls.lookup(keys[i & mask], value)) continue;
                sum += value;
                ++hits;
            }
        }
        benchmark::DoNotOptimize(sum);
        expect(hits == i, "look many up");
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

template <class Calls>
constexpr rival rival_of(char const* name) {
    using of = loops<Calls>;
    return {
        .name = name,
        .lookup_hit = of::lookup_hit,
        .lookup_miss = of::lookup_miss,
        .update = of::update,
        .insert_erase = of::insert_erase,
        .erase_miss = of::erase_miss,
        .walk = of::walk,
        .lookup_many = of::lookup_many,
    };
}

/// The batch loop that a C programmer writes. `Calls::next_batch` fills keys and values from `in` on, moves `out`, sets
/// the count and answers 0, or -ENOENT with the last entries.
template <class Calls>
std::uint64_t sum_by_batches(Calls const& calls) {
    std::uint64_t keys[batch];
    std::uint64_t values[batch];
    std::uint64_t sum = 0;
    std::uint64_t position = 0;
    for (void const* in = nullptr;; in = &position) {
        std::uint32_t count = batch;
        int const answer = calls.next_batch(in, &position, keys, values, count);
        expect(answer == 0 || answer == -ENOENT, "walk by batches");
        for (std::uint32_t i = 0; i < count; ++i) sum += keys[i] + values[i];
        if (answer != 0) return sum;
    }
}

} // namespace maps
