// reject: what is in a bloom filter cannot be taken out
#include <bpfxx/map/bloom_filter.hpp>
#include <bpfxx/map/queue.hpp>

#ifdef REJECT
using map = bpfxx::bloom_filter<int>;
#else
using map = bpfxx::queue_map<int>;
#endif

auto popped(map const& seen) { return seen.pop(); }
