// reject: the kernel has no batch for this type of map that reads and removes
#include <bpfxx/map/array.hpp>
#include <bpfxx/map/hash.hpp>

#ifdef REJECT
using map = bpfxx::array_map<std::uint64_t>;
#else
using map = bpfxx::hash_map<std::uint32_t, std::uint64_t>;
#endif

auto emptied(map const& counts) {
    return counts.take_all([](std::uint32_t, std::uint64_t) {});
}
