// reject: this view is read-only: only a descriptor that may write can freeze
#include <bpfxx/map/hash.hpp>

#ifdef REJECT
using mode = bpfxx::read_only;
#else
using mode = bpfxx::write_only;
#endif

auto frozen(bpfxx::hash_map<std::uint32_t, std::uint64_t, mode> const& map) { return map.freeze(); }
