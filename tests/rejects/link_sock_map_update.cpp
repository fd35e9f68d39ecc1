// reject: this kind of link runs programs of another type
#include <bpfxx/link/sock_map.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
using program_type_here = sk_lookup_program;
#else
using program_type_here = sk_msg_program;
#endif

auto update(sock_map_link& link, program_type_here const& next) { return link.update(next, next); }
