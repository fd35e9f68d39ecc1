// reject: this type of map cannot be created with this flag
#include <bpfxx/map/hash.hpp>

using map = bpfxx::hash_map<std::uint32_t, std::uint64_t>;

#ifdef REJECT
auto made() { return map::create({.max_entries = 16, .flags = bpfxx::map_flags::mmapable}); }
#else
auto made() { return map::create({.max_entries = 16, .flags = bpfxx::map_flags::no_prealloc}); }
#endif
