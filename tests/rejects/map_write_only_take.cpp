// reject: take reads and removes: open the map as read_write
#include <bpfxx/map/hash.hpp>

#ifdef REJECT
using mode = bpfxx::write_only;
#else
using mode = bpfxx::read_write;
#endif

auto out(bpfxx::hash_map<std::uint32_t, std::uint64_t, mode> const& map) { return map.take(1); }
