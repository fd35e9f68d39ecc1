// reject: borrows from a temporary that closes at once: name the map
#include <bpfxx/link/sock_map.hpp>
#include <bpfxx/map/sock_map.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
auto bad(sk_msg_program const& program, sock_map<> (*make)()) { return program.attach(sock_map_hook{.map = make()}); }
#else
auto good(sk_msg_program const& program, sock_map<> const& map) { return program.attach(sock_map_hook{.map = map}); }
#endif
