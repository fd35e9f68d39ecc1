// reject: there is a value for each processor: lend all of them, or update_all
#include <bpfxx/map/per_cpu_hash.hpp>

using map = bpfxx::per_cpu_hash_map<std::uint32_t, std::uint64_t>;

auto stored(map const& counts) {
#ifdef REJECT
    return counts.update(1, std::uint64_t{7});
#else
    return counts.update_all(1, 7);
#endif
}
