// reject: drain reads and removes: open the map as read_write
#include <bpfxx/map/queue.hpp>

#ifdef REJECT
using map = bpfxx::queue_map<int, bpfxx::write_only>;
#else
using map = bpfxx::queue_map<int>;
#endif

auto asked(map const& counts) {
    return counts.drain([](int) {});
}
