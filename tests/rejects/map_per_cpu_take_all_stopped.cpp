// reject: what take_all visits is removed from the map already: the visitor cannot stop it, return void
#include <bpfxx/map/per_cpu_hash.hpp>

using map = bpfxx::per_cpu_hash_map<std::uint32_t, std::uint64_t>;

auto emptied(map const& counts, std::span<std::uint32_t> keys, bpfxx::per_cpu_rows<std::uint64_t> rows) {
    return counts.take_all(keys, rows, [](std::uint32_t, bpfxx::per_cpu_values<std::uint64_t const>) {
#ifdef REJECT
        return false;
#endif
    });
}
