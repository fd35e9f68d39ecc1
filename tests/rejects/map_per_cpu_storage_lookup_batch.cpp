// reject: the kernel has no batches for this type of map
#include <bpfxx/map/per_cpu_cgroup_storage.hpp>
#include <bpfxx/map/per_cpu_hash.hpp>

#ifdef REJECT
using map = bpfxx::per_cpu_shared_cgroup_storage<std::uint64_t>;
#else
using map = bpfxx::per_cpu_hash_map<std::uint32_t, std::uint64_t>;
#endif

auto asked(map const& counts, std::span<map::key_type> keys, bpfxx::per_cpu_rows<std::uint64_t> rows,
           bpfxx::batch_cursor<map::key_type>& cursor) {
    return counts.lookup_batch(cursor, keys, rows);
}
