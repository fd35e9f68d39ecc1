// reject: this hook does not take programs of this type
#include <bpfxx/attach/xdp.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
auto bad(sched_cls_program const& program) { return program.attach(direct::xdp_hook{.ifindex = interface_index{1}}); }
#else
auto good(xdp_program const& program) { return program.attach(direct::xdp_hook{.ifindex = interface_index{1}}); }
#endif
