// reject: this kind of link runs programs of another type
#include <bpfxx/link/cgroup.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
auto bad(cgroup_link& link, sched_cls_program const& next) { return link.update(next); }
#else
auto good(cgroup_link& link, cgroup_inet_egress_program const& next) { return link.update(next); }
#endif
