// reject: vectored works on hash, LRU hash and array maps, their per-CPU forms, and LPM tries
#include <bpfxx/map/basic_map.hpp>
#include <bpfxx/map/vectored.hpp>

#ifdef REJECT
using map = bpfxx::basic_map<bpfxx::map_kind::stack_trace, std::uint32_t, std::uint64_t, bpfxx::read_write>;
#else
using map = bpfxx::basic_map<bpfxx::map_kind::array, std::uint32_t, std::uint64_t, bpfxx::read_write>;
#endif
bool made(map const& given) { return bpfxx::make_vectored(given, 16).has_value(); }
