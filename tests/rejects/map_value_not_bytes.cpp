// reject: a map value is copied byte for byte
#include <bpfxx/map/hash.hpp>

struct value {
    std::uint64_t count;
#ifdef REJECT
    ~value() { count = 0; }
#endif
};

auto made() { return bpfxx::hash_map<std::uint32_t, value>::create({.max_entries = 1}); }
