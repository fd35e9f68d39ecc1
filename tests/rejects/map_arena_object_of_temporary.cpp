// reject: this points into an arena that is unmapped at once: name the arena
#include <bpfxx/map/arena.hpp>

#ifdef REJECT
auto number(bpfxx::arena<> given) { return *std::move(given).at<int>(64); }
#else
auto number(bpfxx::arena<> given) { return *given.at<int>(64); }
#endif
