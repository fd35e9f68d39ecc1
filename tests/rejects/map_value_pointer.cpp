// reject: a map value is copied byte for byte
#include <bpfxx/map/hash.hpp>

#ifdef REJECT
using value = char const*;
#else
using value = std::uint64_t;
#endif

auto made() { return bpfxx::hash_map<std::uint32_t, value>::create({.max_entries = 1}); }
