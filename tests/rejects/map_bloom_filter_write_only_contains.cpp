// reject: this view is write-only: open it as read_write
#include <bpfxx/map/bloom_filter.hpp>

#ifdef REJECT
using map = bpfxx::bloom_filter<int, bpfxx::write_only>;
#else
using map = bpfxx::bloom_filter<int>;
#endif

auto asked(map const& counts) { return counts.contains(1); }
