// reject: the batches bring rows of values too, as long as the machine says: lend keys\(keys, rows, outcome\)
#include <bpfxx/map/per_cpu_hash.hpp>

using map = bpfxx::per_cpu_hash_map<std::uint32_t, std::uint64_t>;

void walked(map const& counts, [[maybe_unused]] std::span<std::uint32_t> keys,
            [[maybe_unused]] bpfxx::per_cpu_rows<std::uint64_t> rows, [[maybe_unused]] bpfxx::result<void>& outcome) {
#ifdef REJECT
    for ([[maybe_unused]] auto const& key : counts.keys()) return;
#else
    for ([[maybe_unused]] auto const& key : counts.keys(keys, rows, outcome)) return;
#endif
}
