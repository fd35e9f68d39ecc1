// reject: the key of an LPM trie is a prefix length and an address
#include <bpfxx/map/ip_prefix.hpp>
#include <bpfxx/map/lpm_trie.hpp>

#include <cstdint>

#ifdef REJECT
using key = std::uint64_t;
#else
using key = bpfxx::ipv4_prefix;
#endif

auto made() { return bpfxx::lpm_trie<key, std::uint32_t>::create({.max_entries = 1}); }
