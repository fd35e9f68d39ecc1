// reject: this field has no default: give it in the braces
#include <bpfxx/attach/tcx.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
auto bad(sched_cls_program const& program) {
    return program.attach(direct::tcx_hook{.direction = tc_direction::ingress});
}
#else
auto good(sched_cls_program const& program) {
    return program.attach(direct::tcx_hook{.ifindex = interface_index{2}, .direction = tc_direction::ingress});
}
#endif
