// reject: rows of values are as long as the machine says: lend for_each\(keys, rows, visit\)
#include <bpfxx/map/per_cpu_hash.hpp>

using map = bpfxx::per_cpu_hash_map<std::uint32_t, std::uint64_t>;

auto asked(map const& counts, [[maybe_unused]] std::span<std::uint32_t> keys,
           [[maybe_unused]] bpfxx::per_cpu_rows<std::uint64_t> rows) {
#ifdef REJECT
    return counts.for_each([](std::uint32_t, bpfxx::per_cpu_values<std::uint64_t const>) {});
#else
    return counts.for_each(keys, rows, [](std::uint32_t, bpfxx::per_cpu_values<std::uint64_t const>) {});
#endif
}
