// reject: the kernel takes no BTF for this type of map: leave \.btf out
#include <bpfxx/map/options.hpp>

#ifdef REJECT
using kind = bpfxx::map_kind::devmap;
#else
using kind = bpfxx::map_kind::hash;
#endif

bpfxx::map_options<kind> options(bpfxx::map_btf const& types) { return {.max_entries = 16, .btf = types}; }
