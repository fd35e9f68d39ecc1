// reject: no map is frozen while it is mapped to be written: std::move\(array\)\.freeze\(\) gives that up
#include <bpfxx/map/mmap_array.hpp>

using table = bpfxx::mmap_array<std::uint64_t>;

#ifdef REJECT
auto constants(table& given) { return given.freeze(); }
#else
auto constants(table& given) { return std::move(given).freeze(); }
#endif
