// reject: a cgroup hook needs the cgroup: give .cgroup
#include <bpfxx/link/cgroup.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
auto bad(sock_ops_program const& program, fd_ref<kind::cgroup>) {
    return program.attach(cgroup_hook{.preorder = true});
}
#else
auto good(sock_ops_program const& program, fd_ref<kind::cgroup> group) {
    return program.attach(cgroup_hook{.cgroup = group, .preorder = true});
}
#endif
