// reject: borrows from a temporary that closes at once: name the owner
#include <bpfxx/fd.hpp>
#include <bpfxx/map/sock_map.hpp>

using namespace bpfxx;
using sockets = sock_map<>;

#ifdef REJECT
auto bad(sockets const& map, owned_fd<kind::socket> (*make)()) { return map.update(0, make()); }
#else
auto good(sockets const& map, owned_fd<kind::socket> const& socket) { return map.update(0, socket); }
#endif
