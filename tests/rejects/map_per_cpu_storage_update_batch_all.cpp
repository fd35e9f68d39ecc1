// reject: the kernel has no batches for this type of map
#include <bpfxx/map/per_cpu_cgroup_storage.hpp>
#include <bpfxx/map/per_cpu_hash.hpp>

#ifdef REJECT
using map = bpfxx::per_cpu_shared_cgroup_storage<std::uint64_t>;
#else
using map = bpfxx::per_cpu_hash_map<std::uint32_t, std::uint64_t>;
#endif

auto asked(map const& counts, std::span<map::key_type> keys, std::span<std::uint64_t> values, std::uint32_t& done) {
    return counts.update_batch_all(keys, values, done);
}
