// reject: the kernel has no batch for this type of map that reads and removes
#include <bpfxx/map/per_cpu_array.hpp>
#include <bpfxx/map/per_cpu_hash.hpp>

#ifdef REJECT
using map = bpfxx::per_cpu_array<std::uint64_t>;
#else
using map = bpfxx::per_cpu_hash_map<std::uint32_t, std::uint64_t>;
#endif

auto asked(map const& counts, std::span<std::uint32_t> keys, bpfxx::per_cpu_rows<std::uint64_t> rows,
           bpfxx::batch_cursor<std::uint32_t>& cursor) {
    return counts.take_batch(cursor, keys, rows);
}
