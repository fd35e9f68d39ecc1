// reject: this map holds maps of another type
#include <bpfxx/map/array.hpp>
#include <bpfxx/map/map_in_map.hpp>

using namespace bpfxx;

#ifdef REJECT
using inner = array_map<std::uint32_t>;
#else
using inner = array_map<std::uint64_t>;
#endif

auto set(array_of_maps<array_map<std::uint64_t>> const& outer, inner const& map) { return outer.update(0, map); }
