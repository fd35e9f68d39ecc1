// reject: give the token itself, .token sets the flag
#include <bpfxx/map/hash.hpp>

using map = bpfxx::hash_map<std::uint32_t, int>;

#ifdef REJECT
auto made() { return map::create({.max_entries = 16, .flags = bpfxx::map_flags::token_fd}); }
#else
auto made(bpfxx::fd_ref<bpfxx::kind::token> token) { return map::create({.max_entries = 16, .token = token}); }
#endif
