// reject: this hook does not take programs of this type: see what the hook accepts
#include <bpfxx/link/xdp.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
auto bad(xdp_devmap_program const& program) { return program.attach(xdp_hook{.ifindex = interface_index{2}}); }
#else
auto good(xdp_program const& program) { return program.attach(xdp_hook{.ifindex = interface_index{2}}); }
#endif
