// reject: this type of map has no capacity to choose: leave .max_entries out
#include <bpfxx/map/options.hpp>

#ifdef REJECT
using kind = bpfxx::map_kind::task_storage;
#else
using kind = bpfxx::map_kind::hash;
#endif

bpfxx::map_options<kind> options() { return {.max_entries = 16}; }
