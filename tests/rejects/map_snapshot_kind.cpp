// reject: a snapshot is taken of hash, LRU hash and array maps
#include <bpfxx/map/basic_map.hpp>
#include <bpfxx/map/snapshot.hpp>

#ifdef REJECT
using map = bpfxx::basic_map<bpfxx::map_kind::lpm_trie, std::uint64_t, int, bpfxx::read_write>;
#else
using map = bpfxx::basic_map<bpfxx::map_kind::lru_hash, std::uint64_t, int, bpfxx::read_write>;
#endif
bool taken(map const& given) { return bpfxx::make_snapshot(given).has_value(); }
