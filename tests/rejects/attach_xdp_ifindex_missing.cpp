// reject: this field has no default: give it in the braces
#include <bpfxx/attach/xdp.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
auto bad(xdp_program const& program) { return program.attach(direct::xdp_hook{.mode = xdp_mode::native}); }
#else
auto good(xdp_program const& program) { return program.attach(direct::xdp_hook{.ifindex = interface_index{1}}); }
#endif
