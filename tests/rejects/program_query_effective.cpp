// reject: no programs of this attach type are at a cgroup
#include <bpfxx/program/query.hpp>

using namespace bpfxx;

#ifdef REJECT
auto bad(fd_ref<kind::cgroup> group, std::span<program_id> ids) {
    return effective_programs(group, attach_type::sk_lookup, ids);
}
#else
auto good(fd_ref<kind::cgroup> group, std::span<program_id> ids) {
    return effective_programs(group, attach_type::cgroup_sysctl, ids);
}
#endif
