// reject: take_all reads and removes: open the map as read_write
#include <bpfxx/map/per_cpu_hash.hpp>

#ifdef REJECT
using map = bpfxx::per_cpu_hash_map<std::uint32_t, std::uint64_t, bpfxx::write_only>;
#else
using map = bpfxx::per_cpu_hash_map<std::uint32_t, std::uint64_t>;
#endif

auto asked(map const& counts, std::span<std::uint32_t> keys, bpfxx::per_cpu_rows<std::uint64_t> rows) {
    return counts.take_all(keys, rows, [](std::uint32_t, bpfxx::per_cpu_values<std::uint64_t const>) {});
}
