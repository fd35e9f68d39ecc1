// reject: the kernel keeps each value with its owner: it has no list of them
#include <bpfxx/map/hash.hpp>
#include <bpfxx/map/local_storage.hpp>

#ifdef REJECT
using map = bpfxx::sk_storage<std::uint64_t>;
#else
using map = bpfxx::hash_map<std::uint32_t, std::uint64_t>;
#endif

auto walked(map const& storage) {
    return storage.for_each([](auto const&, auto const&) {});
}
