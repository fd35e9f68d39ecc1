// reject: pop reads and removes: open the map as read_write
#include <bpfxx/map/queue.hpp>

#ifdef REJECT
using map = bpfxx::queue_map<int, bpfxx::read_only>;
#else
using map = bpfxx::queue_map<int>;
#endif

auto popped(map const& queue) { return queue.pop(); }
