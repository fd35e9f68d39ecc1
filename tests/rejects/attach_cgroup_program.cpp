// reject: this hook does not take programs of this type
#include <bpfxx/attach/cgroup.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
auto bad(sk_msg_program const& program, fd_ref<kind::cgroup> group) {
    return program.attach(direct::cgroup_hook{.cgroup = group});
}
#else
auto good(cgroup_device_program const& program, fd_ref<kind::cgroup> group) {
    return program.attach(direct::cgroup_hook{.cgroup = group});
}
#endif
