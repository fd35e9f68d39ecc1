// reject: this type of map cannot be put on a NUMA node: leave .numa_node out
#include <bpfxx/map/options.hpp>

#ifdef REJECT
using kind = bpfxx::map_kind::percpu_hash;
#else
using kind = bpfxx::map_kind::hash;
#endif

bpfxx::map_options<kind> options() { return {.max_entries = 16, .numa_node = 0}; }
