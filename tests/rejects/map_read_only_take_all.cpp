// reject: take_all reads and removes: open the map as read_write
#include <bpfxx/map/hash.hpp>

#ifdef REJECT
using mode = bpfxx::read_only;
#else
using mode = bpfxx::read_write;
#endif

auto emptied(bpfxx::hash_map<std::uint32_t, std::uint64_t, mode> const& map) {
    return map.take_all([](std::uint32_t, std::uint64_t) {});
}
