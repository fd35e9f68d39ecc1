// reject: this field has no default: give it in the braces
#include <bpfxx/map/hash.hpp>

using map = bpfxx::hash_map<std::uint32_t, std::uint64_t>;

#ifdef REJECT
auto made() { return map::create({.name = "counts"}); }
#else
auto made() { return map::create({.name = "counts", .max_entries = 16}); }
#endif
