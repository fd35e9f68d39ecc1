// reject: the kernel gives nothing back from this type of map
#include <bpfxx/map/sock_map.hpp>
#include <bpfxx/map/xsk_map.hpp>

using namespace bpfxx;

#ifdef REJECT
using sockets = xsk_map<>;
#else
using sockets = sock_map<>;
#endif

auto find(sockets const& map) { return map.lookup(0); }
