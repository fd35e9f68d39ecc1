// reject: elements too large for a buffer on the stack: lend one
#include <bpfxx/map/hash.hpp>

struct value {
#ifdef REJECT
    std::byte bytes[64 * 1024];
#else
    std::byte bytes[64];
#endif
};

auto first(bpfxx::hash_map<std::uint32_t, value> const& map) {
    for (auto const& [key, found] : map.entries()) return found.bytes[key % 64];
    return std::byte{};
}
