// reject: a cgroup hook needs the cgroup: give .cgroup
#include <bpfxx/attach/cgroup.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
auto bad(cgroup_device_program const& program, fd_ref<kind::cgroup>) {
    return program.attach(direct::cgroup_hook{.sharing = cgroup_sharing::exclusive});
}
#else
auto good(cgroup_device_program const& program, fd_ref<kind::cgroup> group) {
    return program.attach(direct::cgroup_hook{.cgroup = group, .sharing = cgroup_sharing::exclusive});
}
#endif
