// reject: this view is read-only: open it as read_write
#include <bpfxx/map/per_cpu_hash.hpp>

#ifdef REJECT
using map = bpfxx::per_cpu_hash_map<std::uint32_t, std::uint64_t, bpfxx::read_only>;
#else
using map = bpfxx::per_cpu_hash_map<std::uint32_t, std::uint64_t>;
#endif

auto asked(map const& counts, bpfxx::per_cpu_values<std::uint64_t> values) { return counts.insert(1, values); }
