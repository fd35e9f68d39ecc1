// reject: this view is read-only: open it as read_write
#include <bpfxx/map/hash.hpp>

#ifdef REJECT
using mode = bpfxx::read_only;
#else
using mode = bpfxx::write_only;
#endif

auto gone(bpfxx::hash_map<std::uint32_t, std::uint64_t, mode> const& map, std::span<std::uint32_t const> keys,
          std::uint32_t& done) {
    return map.erase_batch(keys, done);
}
