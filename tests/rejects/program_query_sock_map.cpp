// reject: no programs of this attach type are at a sock map
#include <bpfxx/program/query.hpp>

using namespace bpfxx;

#ifdef REJECT
auto bad(fd_ref<kind::map> target, std::span<program_id> ids) {
    return attached_programs(target, attach_type::xdp, ids);
}
#else
auto good(fd_ref<kind::map> target, std::span<program_id> ids) {
    return attached_programs(target, attach_type::sk_msg_verdict, ids);
}
#endif
