// reject: this view is read-only: open it as read_write
#include <bpfxx/map/sock_map.hpp>

using namespace bpfxx;

#ifdef REJECT
using sockets = sock_map<read_only>;
#else
using sockets = sock_map<>;
#endif

auto gone(sockets const& map) { return map.erase(0); }
