// reject: this view is write-only: open it as read_write
#include <bpfxx/map/per_cpu_hash.hpp>

#ifdef REJECT
using map = bpfxx::per_cpu_hash_map<std::uint32_t, std::uint64_t, bpfxx::write_only>;
#else
using map = bpfxx::per_cpu_hash_map<std::uint32_t, std::uint64_t>;
#endif

void walked(map const& counts, std::span<std::uint32_t> keys, bpfxx::per_cpu_rows<std::uint64_t> rows,
            bpfxx::result<void>& outcome) {
    for ([[maybe_unused]] auto const& each : counts.keys(keys, rows, outcome)) return;
}
