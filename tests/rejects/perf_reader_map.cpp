// reject: give a perf_event_array, opened as read_write
#include <bpfxx/map/hash.hpp>
#include <bpfxx/map/perf_event_array.hpp>
#include <bpfxx/perf/reader.hpp>

using namespace bpfxx;

#ifdef REJECT
auto bad(hash_map<std::uint32_t, std::uint32_t> const& map) { return perf_reader<std::uint64_t>::open(map); }
#else
auto good(perf_event_array<> const& map) { return perf_reader<std::uint64_t>::open(map); }
#endif
