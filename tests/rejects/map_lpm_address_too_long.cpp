// reject: an LPM trie takes addresses of at most 256 bytes
#include <bpfxx/map/lpm_key.hpp>

#ifdef REJECT
using address = std::array<std::uint8_t, 260>;
#else
using address = std::array<std::uint8_t, 256>;
#endif

std::uint32_t bits_of_an_address() { return bpfxx::lpm_key<address>::address_bits; }
