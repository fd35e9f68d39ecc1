// reject: this view is read-only: open it as read_write
#include <bpfxx/map/queue.hpp>

#ifdef REJECT
using map = bpfxx::queue_map<int, bpfxx::read_only>;
#else
using map = bpfxx::queue_map<int>;
#endif

auto asked(map const& counts) { return counts.push_dropping_oldest(1); }
