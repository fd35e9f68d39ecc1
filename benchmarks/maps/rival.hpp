#pragma once
// What is shared between all rivals, and what each of them offers to main.cpp: loops over it, one for each operation.

#include <bpfxx/map/hash.hpp>
#include <bpfxx/map/mmap_array.hpp>
#include <bpfxx/map/per_cpu_hash.hpp>

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace maps {

/// A map whose values are their keys, and keys in an order that no processor can guess.
struct shared_map {
    bpfxx::hash_map<std::uint64_t, std::uint64_t> map;
    std::vector<std::uint64_t> present;
    std::vector<std::uint64_t> absent;
    /// Of all keys and values.
    std::uint64_t sum;
};

/// The same with a value for each possible processor.
struct shared_per_cpu_map {
    bpfxx::per_cpu_hash_map<std::uint64_t, std::uint64_t> map;
    bpfxx::possible_cpus cpus;
    std::uint64_t sum;
};

/// An array, and indices in an order that no processor can guess; there are as many, a power of two.
struct shared_array {
    bpfxx::mmap_array<std::uint64_t> map;
    std::vector<std::uint32_t> indices;
};

/// One way to do an operation: `state.range(0)` elements in each iteration. Where there is none, `loop` is null.
template <class Shared>
struct contender {
    char const* name = nullptr;
    void (*loop)(benchmark::State& state, Shared const& shared) = nullptr;
};

/// A library, or a way to use one.
struct rival {
    contender<shared_map> lookup_hit{};
    contender<shared_map> lookup_miss{};
    contender<shared_map> update{};
    contender<shared_map> insert_erase{};
    contender<shared_map> erase_miss{};
    contender<shared_map> walk{};
    contender<shared_map> snapshot{};
    contender<shared_per_cpu_map> per_cpu_walk{};
    contender<shared_map> lookup_many{};
    contender<shared_map> update_many{};
    contender<shared_array> read{};
};

extern rival const by_bpfxx;
extern rival const by_bpfxx_otherwise;
extern rival const by_syscall;
extern rival const by_inlined_syscall;
extern rival const by_libbpf;
extern rival const by_libbpf_next_key;
extern rival const by_bcc;
extern rival const by_plain_memory;

/// Entries that batch loops ask for at once: as many as bpfxx does.
inline constexpr std::size_t batch = 1024;
static_assert(batch == bpfxx::default_batch<std::uint64_t, std::uint64_t>);

/// A rival that does less work than the others would win: the loops count, and a wrong count ends the run.
inline void expect(bool right, char const* what) {
    if (right) return;
    std::fprintf(stderr, "a loop of this benchmark did something else than %s\n", what);
    std::exit(EXIT_FAILURE);
}

} // namespace maps
