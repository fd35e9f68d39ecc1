// reject: no programs of this attach type are at a network device
#include <bpfxx/program/query.hpp>

using namespace bpfxx;

#ifdef REJECT
auto bad(interface_index target, std::span<program_id> ids) {
    return attached_programs(target, attach_type::cgroup_inet_egress, ids);
}
#else
auto good(interface_index target, std::span<program_id> ids) {
    return attached_programs(target, attach_type::tcx_egress, ids);
}
#endif
