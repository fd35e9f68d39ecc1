// reject: maps of maps cannot hold maps of maps, program arrays, or maps that belong to one program
#include <bpfxx/map/array.hpp>
#include <bpfxx/map/map_in_map.hpp>
#include <bpfxx/map/program_array.hpp>

using namespace bpfxx;

#ifdef REJECT
using inner = program_array<program_kind::xdp>;
#else
using inner = array_map<std::uint64_t>;
#endif

auto id_at(array_of_maps<inner> const& outer) { return outer.lookup(0); }
