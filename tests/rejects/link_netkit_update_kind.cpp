// reject: this kind of link runs programs of another type
#include <bpfxx/link/netkit.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
auto bad(netkit_link& link, xdp_program const& next) { return link.update(next); }
#else
auto good(netkit_link& link, sched_cls_program const& next) { return link.update(next); }
#endif
