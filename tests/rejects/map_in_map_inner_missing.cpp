// reject: this type of map needs its capacity: give \.max_entries
#include <bpfxx/map/array.hpp>
#include <bpfxx/map/map_in_map.hpp>

using namespace bpfxx;
using outer = array_of_maps<array_map<std::uint64_t>>;

#ifdef REJECT
auto bad() { return outer::create({.max_entries = 4}); }
#else
auto good() { return outer::create({.max_entries = 4, .inner = {.max_entries = 1}}); }
#endif
