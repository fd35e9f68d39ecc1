// reject: this type of map has no insert, its elements are set: use update
#include <bpfxx/map/array.hpp>
#include <bpfxx/map/hash.hpp>

#ifdef REJECT
using map = bpfxx::array_map<std::uint64_t>;
#else
using map = bpfxx::hash_map<std::uint32_t, std::uint64_t>;
#endif

auto fresh(map const& counts) { return counts.insert(1, 2); }
