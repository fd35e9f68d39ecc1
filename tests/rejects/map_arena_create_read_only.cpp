// reject: an arena is created by who writes to it: create it as read_write
#include <bpfxx/map/arena.hpp>

#ifdef REJECT
using heap = bpfxx::arena<bpfxx::read_only>;
#else
using heap = bpfxx::arena<>;
#endif

auto make() { return heap::create({.pages = 16}); }
