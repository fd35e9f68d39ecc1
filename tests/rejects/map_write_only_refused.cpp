// reject: the kernel makes no write-only descriptor of this type of map
#include <bpfxx/map/basic_map.hpp>

#ifdef REJECT
using kind = bpfxx::map_kind::task_storage;
#else
using kind = bpfxx::map_kind::hash;
#endif

using map = bpfxx::basic_map<kind, std::uint32_t, std::uint64_t, bpfxx::write_only>;
auto stored(map const& counts) { return counts.update(1, 2); }
