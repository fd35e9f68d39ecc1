// reject: the kernel takes no BTF for this type of map: leave \.btf out
#include <bpfxx/map/options.hpp>

#ifdef REJECT
using kind = bpfxx::map_kind::stack_trace;
#else
using kind = bpfxx::map_kind::queue;
#endif

void give(bpfxx::map_options<kind>& options, bpfxx::map_btf const& types) { options.btf = types; }
