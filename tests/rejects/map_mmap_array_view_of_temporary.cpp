// reject: these elements are unmapped at once: name the array
#include <bpfxx/map/mmap_array.hpp>

using table = bpfxx::mmap_array<std::uint64_t>;

#ifdef REJECT
auto first(table given) { return std::move(given).view()[0]; }
#else
auto first(table given) { return given.view()[0]; }
#endif
