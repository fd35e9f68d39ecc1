// reject: take reads and removes: open the map as read_write
#include <bpfxx/map/per_cpu_hash.hpp>

#ifdef REJECT
using mode = bpfxx::write_only;
#else
using mode = bpfxx::read_write;
#endif

auto out(bpfxx::per_cpu_hash_map<std::uint32_t, std::uint64_t, mode> const& counts,
         bpfxx::per_cpu_values<std::uint64_t> values) {
    return counts.take(1, values);
}
