// reject: no programs of this attach type are at a cgroup
#include <bpfxx/program/query.hpp>

using namespace bpfxx;

#ifdef REJECT
auto bad(fd_ref<kind::cgroup> target, std::span<program_id> ids) {
    return attached_programs(target, attach_type::tcx_ingress, ids);
}
#else
auto good(fd_ref<kind::cgroup> target, std::span<program_id> ids) {
    return attached_programs(target, attach_type::cgroup_device, ids);
}
#endif
