// reject: a map key is copied byte for byte
#include <bpfxx/map/hash.hpp>

struct key {
#ifdef REJECT
    virtual void name() {}
#endif
    std::uint64_t number;
};

auto made() { return bpfxx::hash_map<key, std::uint64_t>::create({.max_entries = 1}); }
