// reject: this borrows from a temporary, which closes first: name the owner
#include <bpfxx/netlink/socket.hpp>

#include <utility>

using namespace bpfxx;

#ifdef REJECT
auto bad(netlink::route_socket routes) { return std::move(routes).fd().raw(); }
#else
auto good(netlink::route_socket const& routes) { return routes.fd().raw(); }
#endif
