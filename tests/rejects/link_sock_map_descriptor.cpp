// reject: a descriptor does not say the map's type: see unchecked
#include <bpfxx/link/sock_map.hpp>
#include <bpfxx/map/sock_map.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
auto bad(sk_msg_program const& program, fd_ref<kind::map> map) { return program.attach(sock_map_hook{.map = map}); }
#else
auto good(sk_msg_program const& program, fd_ref<kind::map> map) {
    return program.attach(sock_map_hook{.map = sock_map_reference::unchecked(map)});
}
#endif
