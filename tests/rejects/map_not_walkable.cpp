// reject: the kernel offers no walk over this type of map
#include <bpfxx/map/basic_map.hpp>

#ifdef REJECT
using kind = bpfxx::map_kind::task_storage;
#else
using kind = bpfxx::map_kind::hash;
#endif

using map = bpfxx::basic_map<kind, std::uint32_t, std::uint32_t, bpfxx::read_write>;
auto walked(map const& counts) {
    return counts.for_each([](std::uint32_t, std::uint32_t) {});
}
