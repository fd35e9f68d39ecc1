// reject: this hook does not take programs of this type
#include <bpfxx/attach/sock_map.hpp>
#include <bpfxx/map/sock_map.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
using program_type_here = sock_ops_program;
#else
using program_type_here = sk_msg_program;
#endif

auto attach(program_type_here const& program, sock_map<> const& map) {
    return program.attach(direct::sock_map_hook{.map = map});
}
