// reject: this view is write-only: open it as read_write
#include <bpfxx/map/array.hpp>
#include <bpfxx/map/map_in_map.hpp>

using namespace bpfxx;
using counters = array_map<std::uint64_t>;

#ifdef REJECT
using outer = array_of_maps<counters, write_only>;
#else
using outer = array_of_maps<counters>;
#endif

auto find(outer const& map) { return map.open_inner(0); }
