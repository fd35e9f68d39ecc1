// reject: the access of a view is part of its type: name read_only or write_only there
#include <bpfxx/map/options.hpp>

#ifdef REJECT
constexpr auto flag = bpfxx::map_flags::wronly;
#else
constexpr auto flag = bpfxx::map_flags::wronly_prog;
#endif

bpfxx::map_options<bpfxx::map_kind::hash> options() { return {.max_entries = 16, .flags = flag}; }
