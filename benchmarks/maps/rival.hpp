#pragma once
// What every rival offers to main.cpp: one loop for each operation, over one map that all of them share.

#include <bpfxx/map/hash.hpp>
#include <bpfxx/map/mmap_array.hpp>

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace maps {

using map_type = bpfxx::hash_map<std::uint64_t, std::uint64_t>;
using table_type = bpfxx::mmap_array<std::uint64_t>;

/// The map, and keys in an order that no processor can guess.
struct shared_map {
    map_type map;
    std::vector<std::uint64_t> present;
    std::vector<std::uint64_t> absent;
    /// How many keys `lookup_many` looks up at a time.
    std::size_t many = 1;
    /// What `read_element` reads.
    table_type const* table = nullptr;
};

using loop = void(benchmark::State&, shared_map const&);

/// A way to use maps; a loop that it does not have is null.
struct rival {
    char const* name;
    loop* lookup_hit = nullptr;
    loop* lookup_miss = nullptr;
    loop* update = nullptr;
    loop* insert_erase = nullptr;
    loop* erase_miss = nullptr;
    loop* walk = nullptr;
    loop* lookup_many = nullptr;
    loop* read_element = nullptr;
};

extern rival const by_bpfxx;
extern rival const by_bpfxx_for_each;
extern rival const by_bpfxx_snapshot;
extern rival const by_array_lookup;
extern rival const by_plain_memory;
extern rival const by_syscall;
extern rival const by_inlined_syscall;
extern rival const by_libbpf;
extern rival const by_libbpf_next_key;

/// Entries that hand-written batch loops ask for at once: as many as bpfxx does.
inline constexpr std::size_t batch = 1024;
static_assert(batch == bpfxx::default_batch<std::uint64_t, std::uint64_t>);

/// A rival that does less work than the others would win: the loops count, and a wrong count ends the run.
inline void expect(bool right, char const* what) {
    if (right) return;
    std::fprintf(stderr, "a loop of this benchmark did something else than %s\n", what);
    std::exit(EXIT_FAILURE);
}

} // namespace maps
