// reject: a bloom filter hashes a value byte for byte
#include <bpfxx/map/bloom_filter.hpp>

#include <cstdint>

struct flow {
    std::uint32_t address;
    std::uint16_t port;
#ifndef REJECT
    std::uint16_t zero;
#endif
};

auto made() { return bpfxx::bloom_filter<flow>::create({.max_entries = 1}); }
