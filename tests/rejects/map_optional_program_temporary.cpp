// reject: borrows from a temporary that closes at once: name the program
#include <bpfxx/map/dev_map.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
dev_map_value target(xdp_devmap_program (*make)()) { return {.interface = interface_index{1}, .program = make()}; }
#else
dev_map_value target(xdp_devmap_program const& program) {
    return {.interface = interface_index{1}, .program = program};
}
#endif
