// reject: what drain visits is out of the map already: the visitor cannot stop it
#include <bpfxx/map/queue.hpp>

auto drained(bpfxx::queue_map<int> const& queue) {
#ifdef REJECT
    return queue.drain([](int value) { return value != 7; });
#else
    return queue.drain([](int) {});
#endif
}
