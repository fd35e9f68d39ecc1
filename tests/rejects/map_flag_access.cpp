// reject: the access of a view is part of its type: name read_only or write_only there
#include <bpfxx/map/hash.hpp>

#ifdef REJECT
auto made() {
    return bpfxx::hash_map<std::uint32_t, int>::create({.max_entries = 16, .flags = bpfxx::map_flags::rdonly});
}
#else
auto made() { return bpfxx::hash_map<std::uint32_t, int, bpfxx::read_only>::create({.max_entries = 16}); }
#endif
