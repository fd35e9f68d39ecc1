// reject: a bloom filter has 1 to 15 hash functions
#include <bpfxx/map/bloom_filter.hpp>

#ifdef REJECT
constexpr int count = 16;
#else
constexpr int count = 15;
#endif

auto made() { return bpfxx::bloom_filter<int>::create({.max_entries = 1, .hash_functions = count}); }
