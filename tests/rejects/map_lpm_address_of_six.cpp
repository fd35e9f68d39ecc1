// reject: bytes after the address would belong to it
#include <bpfxx/map/lpm_trie.hpp>

#include <array>
#include <cstdint>

#ifdef REJECT
using address = std::array<std::uint8_t, 6>;
#else
using address = std::array<std::uint8_t, 8>;
#endif

auto made() { return bpfxx::lpm_trie<bpfxx::lpm_key<address>, std::uint32_t>::create({.max_entries = 1}); }
