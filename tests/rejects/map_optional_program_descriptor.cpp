// reject: a descriptor does not say the program's type: see unchecked
#include <bpfxx/map/cpu_map.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
cpu_map_value target(xdp_cpumap_program const& program) { return {.queue_size = 192, .program = program.fd()}; }
#else
cpu_map_value target(xdp_cpumap_program const& program) { return {.queue_size = 192, .program = program}; }
#endif
