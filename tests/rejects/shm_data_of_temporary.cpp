// reject: these bytes are unmapped at once: name the mapping
#include <bpfxx/shm/mapping.hpp>

using mapped = bpfxx::mapping<bpfxx::read_only>;

#ifdef REJECT
auto first(mapped given) { return *std::move(given).data(); }
#else
auto first(mapped given) { return *given.data(); }
#endif
