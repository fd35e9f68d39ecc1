// reject: this key type has padding, .* the kernel compares and hashes bytes, so equal keys would not be found
#include <bpfxx/bytes.hpp>

#include <cstdint>

struct key {
    std::uint32_t address;
    std::uint16_t port;
#ifndef REJECT
    std::uint16_t zero;
#endif
};

static_assert(bpfxx::detail::check_element_types<key, int>());
