// reject: the address follows the 4 bytes of the prefix length at once
#include <bpfxx/map/lpm_key.hpp>

#ifdef REJECT
using address = std::uint64_t;
#else
using address = std::array<std::uint32_t, 2>;
#endif

std::uint32_t bits_of_an_address() { return bpfxx::lpm_key<address>::address_bits; }
