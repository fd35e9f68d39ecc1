// reject: memory that may be written may be read: name read_write or read_only
#include <bpfxx/map/mmap_array.hpp>

#ifdef REJECT
using table = bpfxx::mmap_array<std::uint64_t, bpfxx::write_only>;
#else
using table = bpfxx::mmap_array<std::uint64_t, bpfxx::read_only>;
#endif

auto size(table const& given) { return given.view().size(); }
