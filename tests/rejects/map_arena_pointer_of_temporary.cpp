// reject: this points into an arena that is unmapped at once: name the arena
#include <bpfxx/map/arena.hpp>

#ifdef REJECT
auto number(bpfxx::arena<> given, bpfxx::arena_ptr<int> pointer) { return *std::move(given).at(pointer); }
#else
auto number(bpfxx::arena<> given, bpfxx::arena_ptr<int> pointer) { return *given.at(pointer); }
#endif
