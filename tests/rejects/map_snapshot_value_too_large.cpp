// reject: a snapshot copies keys and values of at most 4096 bytes: walk this map with for_each
#include <bpfxx/map/hash.hpp>
#include <bpfxx/map/snapshot.hpp>

#include <array>

#ifdef REJECT
using map = bpfxx::hash_map<int, std::array<char, 4097>>;
#else
using map = bpfxx::hash_map<int, std::array<char, 4096>>;
#endif
bool taken(map const& given) { return bpfxx::make_snapshot(given).has_value(); }
