// reject: this hook does not take programs of this type
#include <bpfxx/link/cgroup.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
auto bad(xdp_program const& program, fd_ref<kind::cgroup> group) {
    return program.attach(cgroup_hook{.cgroup = group});
}
#else
auto good(sock_ops_program const& program, fd_ref<kind::cgroup> group) {
    return program.attach(cgroup_hook{.cgroup = group});
}
#endif
