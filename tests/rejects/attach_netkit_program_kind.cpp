// reject: this hook does not take programs of this type: see what the hook accepts
#include <bpfxx/attach/netkit.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
auto bad(xdp_program const& program) {
    return program.attach(direct::netkit_hook{.ifindex = interface_index{2}, .side = netkit_side::peer});
}
#else
auto good(sched_cls_program const& program) {
    return program.attach(direct::netkit_hook{.ifindex = interface_index{2}, .side = netkit_side::peer});
}
#endif
