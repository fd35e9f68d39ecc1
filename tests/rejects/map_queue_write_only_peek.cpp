// reject: this view is write-only: open it as read_write
#include <bpfxx/map/queue.hpp>

#ifdef REJECT
using map = bpfxx::queue_map<int, bpfxx::write_only>;
#else
using map = bpfxx::queue_map<int>;
#endif

auto asked(map const& counts) { return counts.peek(); }
