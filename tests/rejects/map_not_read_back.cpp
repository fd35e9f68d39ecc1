// reject: the kernel gives nothing back from this type of map: it cannot be looked up
#include <bpfxx/map/basic_map.hpp>

#ifdef REJECT
using kind = bpfxx::map_kind::cgroup_array;
#else
using kind = bpfxx::map_kind::array;
#endif

using map = bpfxx::basic_map<kind, std::uint32_t, std::uint32_t, bpfxx::read_write>;
auto found(map const& counts) { return counts.lookup(1); }
