// reject: this key type has padding
#include <bpfxx/map/hash.hpp>

struct key {
    std::uint32_t address;
    std::uint16_t port;
#ifndef REJECT
    std::uint16_t zero;
#endif
};

auto made() { return bpfxx::hash_map<key, std::uint64_t>::create({.max_entries = 1}); }
