// reject: this view is write-only: open it as read_write
#include <bpfxx/map/hash.hpp>
#include <bpfxx/map/snapshot.hpp>

#ifdef REJECT
using map = bpfxx::hash_map<int, int, bpfxx::write_only>;
#else
using map = bpfxx::hash_map<int, int, bpfxx::read_only>;
#endif
bool taken(map const& given) { return bpfxx::make_snapshot(given).has_value(); }
