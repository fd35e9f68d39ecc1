// reject: this type of map has no replace, its elements are set: use update
#include <bpfxx/map/per_cpu_array.hpp>
#include <bpfxx/map/per_cpu_hash.hpp>

#ifdef REJECT
using map = bpfxx::per_cpu_array<std::uint64_t>;
#else
using map = bpfxx::per_cpu_hash_map<std::uint32_t, std::uint64_t>;
#endif

auto asked(map const& counts, bpfxx::per_cpu_values<std::uint64_t> values) { return counts.replace(1, values); }
