// reject: this type of map needs its capacity: give \.max_entries
#include <bpfxx/map/hash.hpp>

using map = bpfxx::hash_map<std::uint32_t, std::uint64_t>;

#ifdef REJECT
auto made() { return map::create({.name = "counts"}); }
#else
auto made() { return map::create({.name = "counts", .max_entries = 16}); }
#endif
