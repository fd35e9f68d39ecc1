// reject: this view is read-only: only a view that may write can freeze
#include <bpfxx/map/mmap_array.hpp>

#ifdef REJECT
using table = bpfxx::mmap_array<std::uint64_t, bpfxx::read_only>;
#else
using table = bpfxx::mmap_array<std::uint64_t>;
#endif

auto constants(table& given) { return std::move(given).freeze(); }
