// reject: what take_all visits is removed from the map already: the visitor cannot stop it
#include <bpfxx/map/hash.hpp>

#ifdef REJECT
using answer = bool;
#else
using answer = void;
#endif

auto emptied(bpfxx::hash_map<std::uint32_t, std::uint64_t> const& map) {
    return map.take_all([](std::uint32_t, std::uint64_t) { return answer(1); });
}
