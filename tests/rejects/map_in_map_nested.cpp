// reject: maps of maps cannot hold maps of maps
#include <bpfxx/map/array.hpp>
#include <bpfxx/map/map_in_map.hpp>

using namespace bpfxx;
using counters = array_map<std::uint64_t>;

#ifdef REJECT
using inner = array_of_maps<counters>;
#else
using inner = counters;
#endif

auto open() { return array_of_maps<inner>::open(map_id{1}); }
