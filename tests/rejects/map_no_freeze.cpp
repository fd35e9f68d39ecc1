// reject: the kernel cannot freeze this type of map
#include <bpfxx/map/basic_map.hpp>

#ifdef REJECT
using kind = bpfxx::map_kind::struct_ops;
#else
using kind = bpfxx::map_kind::hash;
#endif

using map = bpfxx::basic_map<kind, std::uint32_t, std::uint32_t, bpfxx::read_write>;
auto frozen(map const& counts) { return counts.freeze(); }
