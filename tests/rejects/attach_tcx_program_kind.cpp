// reject: this hook does not take programs of this type: see what the hook accepts
#include <bpfxx/attach/tcx.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
auto bad(xdp_program const& program) {
    return program.attach(direct::tcx_hook{.ifindex = interface_index{2}, .direction = tc_direction::ingress});
}
#else
auto good(sched_cls_program const& program) {
    return program.attach(direct::tcx_hook{.ifindex = interface_index{2}, .direction = tc_direction::ingress});
}
#endif
