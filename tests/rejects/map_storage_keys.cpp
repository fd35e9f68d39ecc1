// reject: the kernel keeps each value with its owner: it has no list of them
#include <bpfxx/map/hash.hpp>
#include <bpfxx/map/local_storage.hpp>

#ifdef REJECT
using map = bpfxx::sk_storage<std::uint64_t>;
#else
using map = bpfxx::hash_map<std::uint32_t, std::uint64_t>;
#endif

void walked(map const& storage) {
    for ([[maybe_unused]] auto const& key : storage.keys()) return;
}
