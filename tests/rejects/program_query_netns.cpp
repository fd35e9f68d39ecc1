// reject: no programs of this attach type are at a network namespace
#include <bpfxx/program/query.hpp>

using namespace bpfxx;

#ifdef REJECT
auto bad(fd_ref<kind::netns> target, std::span<program_id> ids) {
    return attached_programs(target, attach_type::sk_msg_verdict, ids);
}
#else
auto good(fd_ref<kind::netns> target, std::span<program_id> ids) {
    return attached_programs(target, attach_type::sk_lookup, ids);
}
#endif
