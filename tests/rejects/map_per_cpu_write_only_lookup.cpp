// reject: this view is write-only: open it as read_write
#include <bpfxx/map/lru_hash.hpp>

#ifdef REJECT
using mode = bpfxx::write_only;
#else
using mode = bpfxx::read_write;
#endif

auto found(bpfxx::lru_per_cpu_hash_map<std::uint32_t, std::uint64_t, mode> const& counts,
           bpfxx::per_cpu_values<std::uint64_t> values) {
    return counts.lookup(1, values);
}
