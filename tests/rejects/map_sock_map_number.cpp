// reject: a number does not say what it refers to
#include <bpfxx/map/sock_map.hpp>

using namespace bpfxx;

#ifdef REJECT
using socket_type = int;
#else
using socket_type = fd_ref<kind::socket>;
#endif

auto set(sock_map<> const& sockets, socket_type socket) { return sockets.update(0, socket); }
