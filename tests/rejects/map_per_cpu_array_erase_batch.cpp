// reject: the kernel has no batch for this type of map that removes
#include <bpfxx/map/per_cpu_array.hpp>
#include <bpfxx/map/per_cpu_hash.hpp>

#ifdef REJECT
using map = bpfxx::per_cpu_array<std::uint64_t>;
#else
using map = bpfxx::per_cpu_hash_map<std::uint32_t, std::uint64_t>;
#endif

auto asked(map const& counts, std::span<std::uint32_t> keys, std::uint32_t& done) {
    return counts.erase_batch(keys, done);
}
