// reject: programs are attached to a sock_map or a sock_hash, and to no other map
#include <bpfxx/link/sock_map.hpp>
#include <bpfxx/map/hash.hpp>
#include <bpfxx/map/sock_map.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
using map_type_here = hash_map<int, int>;
#else
using map_type_here = sock_hash<int>;
#endif

auto attach(sk_msg_program const& program, map_type_here const& map) {
    return program.attach(sock_map_hook{.map = map});
}
