// reject: there is a value for each processor: lend a buffer, take\(key, per_cpu_values\)
#include <bpfxx/map/per_cpu_hash.hpp>

using map = bpfxx::per_cpu_hash_map<std::uint32_t, std::uint64_t>;

auto asked(map const& counts, [[maybe_unused]] bpfxx::per_cpu_values<std::uint64_t> values) {
#ifdef REJECT
    return counts.take(1);
#else
    return counts.take(1, values);
#endif
}
