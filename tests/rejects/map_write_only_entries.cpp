// reject: this view is write-only: open it as read_write
#include <bpfxx/map/hash.hpp>

#ifdef REJECT
using mode = bpfxx::write_only;
#else
using mode = bpfxx::read_only;
#endif

std::uint64_t sum(bpfxx::hash_map<std::uint32_t, std::uint64_t, mode> const& map) {
    std::uint64_t total = 0;
    for (auto const& [key, value] : map.entries()) total += value;
    return total;
}
