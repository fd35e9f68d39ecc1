// reject: values of this type of map cannot hold a lock
#include <bpfxx/map/basic_map.hpp>

struct counter {
    bpfxx::spin_lock lock;
    std::uint32_t number;
};

#ifdef REJECT
using kind = bpfxx::map_kind::lru_hash;
#else
using kind = bpfxx::map_kind::hash;
#endif

using map = bpfxx::basic_map<kind, std::uint32_t, counter, bpfxx::read_write>;
auto stored(map const& counters, counter const& given) { return counters.update_locked(1, given); }
