// reject: this map holds programs of another type than this one
#include <bpfxx/map/dev_map.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
using filter = xdp_program;
#else
using filter = xdp_devmap_program;
#endif

dev_map_value target(filter const& program) { return {.interface = interface_index{1}, .program = program}; }
