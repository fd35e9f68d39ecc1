// reject: these bytes are unmapped at once: name the mapping
#include <bpfxx/shm/mapping.hpp>

using mapped = bpfxx::mapping<bpfxx::read_write>;

#ifdef REJECT
auto first(mapped given) { return std::move(given).bytes()[0]; }
#else
auto first(mapped given) { return given.bytes()[0]; }
#endif
