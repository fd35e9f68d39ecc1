// reject: these bytes are unmapped at once: name the arena
#include <bpfxx/map/arena.hpp>

#ifdef REJECT
auto first(bpfxx::arena<> given) { return std::move(given).bytes()[0]; }
#else
auto first(bpfxx::arena<> given) { return given.bytes()[0]; }
#endif
