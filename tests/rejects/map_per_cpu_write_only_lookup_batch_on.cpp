// reject: this view is write-only: open it as read_write
#include <bpfxx/map/per_cpu_hash.hpp>

#ifdef REJECT
using map = bpfxx::per_cpu_hash_map<std::uint32_t, std::uint64_t, bpfxx::write_only>;
#else
using map = bpfxx::per_cpu_hash_map<std::uint32_t, std::uint64_t>;
#endif

auto asked(map const& counts, std::span<std::uint32_t> keys, std::span<std::uint64_t> values,
           bpfxx::one_cpu_cursor<std::uint32_t>& cursor) {
    return counts.lookup_batch_on(cursor, keys, values);
}
