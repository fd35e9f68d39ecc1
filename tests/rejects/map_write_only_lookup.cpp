// reject: this view is write-only: open it as read_write
#include <bpfxx/map/hash.hpp>

#ifdef REJECT
using mode = bpfxx::write_only;
#else
using mode = bpfxx::read_only;
#endif

auto found(bpfxx::hash_map<std::uint32_t, std::uint64_t, mode> const& map) { return map.lookup(1); }
