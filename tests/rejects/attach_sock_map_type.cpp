// reject: programs are attached to a sock_map or a sock_hash, and to no other map
#include <bpfxx/attach/sock_map.hpp>
#include <bpfxx/map/reuseport_array.hpp>
#include <bpfxx/map/sock_map.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
using map_type_here = reuseport_array<>;
#else
using map_type_here = sock_map<>;
#endif

auto attach(sk_msg_program const& program, map_type_here const& map) {
    return program.attach(direct::sock_map_hook{.map = map});
}
