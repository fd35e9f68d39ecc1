// reject: rows of values are as long as the machine says: lend entries\(keys, rows, outcome\)
#include <bpfxx/map/per_cpu_hash.hpp>

using map = bpfxx::per_cpu_hash_map<std::uint32_t, std::uint64_t>;

void walked(map const& counts, [[maybe_unused]] std::span<std::uint32_t> keys,
            [[maybe_unused]] bpfxx::per_cpu_rows<std::uint64_t> rows, [[maybe_unused]] bpfxx::result<void>& outcome) {
#ifdef REJECT
    static_cast<void>(counts.entries());
#else
    static_cast<void>(counts.entries(keys, rows, outcome));
#endif
}
