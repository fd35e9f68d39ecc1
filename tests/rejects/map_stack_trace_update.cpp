// reject: only programs write to this type of map: user space cannot update it
#include <bpfxx/map/basic_map.hpp>

#ifdef REJECT
using kind = bpfxx::map_kind::stack_trace;
#else
using kind = bpfxx::map_kind::array;
#endif

using map = bpfxx::basic_map<kind, std::uint32_t, std::uint64_t, bpfxx::read_write>;
auto stored(map const& counts) { return counts.update(1, 2); }
