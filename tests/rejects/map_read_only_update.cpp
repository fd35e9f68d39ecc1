// reject: this view is read-only: open it as read_write
#include <bpfxx/map/hash.hpp>

#ifdef REJECT
using mode = bpfxx::read_only;
#else
using mode = bpfxx::read_write;
#endif

auto changed(bpfxx::hash_map<std::uint32_t, std::uint64_t, mode> const& map) { return map.update(1, 2); }
