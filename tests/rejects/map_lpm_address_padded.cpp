// reject: an address is compared byte for byte
#include <bpfxx/map/lpm_key.hpp>

template <class First>
struct two {
    First first;
    std::uint8_t second;
    std::array<std::uint8_t, sizeof(First) == 1 ? 2 : 4> rest;
};

#ifdef REJECT
using address = two<std::uint16_t>;
#else
using address = two<std::uint8_t>;
#endif

std::uint32_t bits_of_an_address() { return bpfxx::lpm_key<address>::address_bits; }
