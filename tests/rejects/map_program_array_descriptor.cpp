// reject: a descriptor does not say the program's type: see unchecked
#include <bpfxx/map/program_array.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;
using steps = program_array<program_kind::xdp>;

#ifdef REJECT
auto bad(steps const& map, xdp_program const& program) { return map.update(0, program.fd()); }
#else
auto good(steps const& map, xdp_program const& program) {
    return map.update(0, program_reference<program_kind::xdp>::unchecked(program.fd()));
}
#endif
