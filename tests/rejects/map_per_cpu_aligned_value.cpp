// reject: the kernel places per-CPU values at multiples of 8 bytes: a type that is aligned more strictly cannot be one
#include <bpfxx/map/per_cpu_hash.hpp>

#ifdef REJECT
struct alignas(16) pair {
#else
struct pair {
#endif
    std::uint64_t left, right;
};

auto made() { return bpfxx::per_cpu_hash_map<std::uint32_t, pair>::create({.max_entries = 1}); }
auto room(std::span<bpfxx::per_cpu_slot<pair>> slots, bpfxx::possible_cpus const& cpus) {
    return bpfxx::per_cpu_values<pair>::over(slots, cpus);
}
