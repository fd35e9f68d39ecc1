// reject: the kernel compares and hashes bytes, so equal keys would not be found
#include <bpfxx/map/hash.hpp>

#ifdef REJECT
using key = float; // 0.0 and -0.0 are equal in C++ and two keys in the kernel
#else
using key = std::uint32_t;
#endif

auto made() { return bpfxx::hash_map<key, std::uint64_t>::create({.max_entries = 1}); }
