// reject: elements of this type of map always exist: none can be removed
#include <bpfxx/map/array.hpp>
#include <bpfxx/map/hash.hpp>

#ifdef REJECT
using map = bpfxx::array_map<std::uint64_t>;
#else
using map = bpfxx::hash_map<std::uint32_t, std::uint64_t>;
#endif

auto gone(map const& counts) { return counts.erase(1); }
