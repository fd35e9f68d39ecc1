// reject: give the NUMA node itself, .numa_node sets the flag
#include <bpfxx/map/hash.hpp>

using map = bpfxx::hash_map<std::uint32_t, int>;

#ifdef REJECT
auto made() { return map::create({.max_entries = 16, .flags = bpfxx::map_flags::numa_node}); }
#else
auto made() { return map::create({.max_entries = 16, .numa_node = 0}); }
#endif
