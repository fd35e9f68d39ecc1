// reject: borrows from a temporary that closes at once
#include <bpfxx/link/cgroup.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

owned_fd<kind::cgroup> opened();

#ifdef REJECT
auto bad(sock_ops_program const& program) { return program.attach(cgroup_hook{.cgroup = opened()}); }
#else
auto good(sock_ops_program const& program) {
    auto const group = opened();
    return program.attach(cgroup_hook{.cgroup = group});
}
#endif
