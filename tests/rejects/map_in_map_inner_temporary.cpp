// reject: borrows from a temporary that closes at once: name the inner map
#include <bpfxx/map/array.hpp>
#include <bpfxx/map/map_in_map.hpp>

using namespace bpfxx;
using inner = array_map<std::uint64_t>;
using outer = array_of_maps<inner>;

#ifdef REJECT
auto bad(outer const& maps, inner (*make)()) { return maps.update(0, make()); }
#else
auto good(outer const& maps, inner const& map) { return maps.update(0, map); }
#endif
