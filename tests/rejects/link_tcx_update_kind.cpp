// reject: this kind of link runs programs of another type
#include <bpfxx/link/tcx.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
auto bad(tcx_link& link, sched_act_program const& next) { return link.update(next); }
#else
auto good(tcx_link& link, sched_cls_program const& next) { return link.update(next); }
#endif
