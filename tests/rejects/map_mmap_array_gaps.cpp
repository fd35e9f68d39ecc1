// reject: the size of these elements is no multiple of 8, so that there are gaps: use begin\(\) and end\(\)
#include <bpfxx/map/mmap_array.hpp>

#ifdef REJECT
using table = bpfxx::mmap_array<std::uint32_t>;
#else
using table = bpfxx::mmap_array<std::uint64_t>;
#endif

auto all(table const& given) { return given.view().span(); }
