// reject: borrows from a temporary that closes at once: name the program
#include <bpfxx/map/program_array.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;
using steps = program_array<program_kind::xdp>;

#ifdef REJECT
auto bad(steps const& map, xdp_program (*make)()) { return map.update(0, make()); }
#else
auto good(steps const& map, xdp_program const& program) { return map.update(0, program); }
#endif
