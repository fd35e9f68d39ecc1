// reject: these objects are unmapped at once: name the arena
#include <bpfxx/map/arena.hpp>

#ifdef REJECT
auto number(bpfxx::arena<> given) { return std::move(given).array_at<int>(64, 2)[1]; }
#else
auto number(bpfxx::arena<> given) { return given.array_at<int>(64, 2)[1]; }
#endif
