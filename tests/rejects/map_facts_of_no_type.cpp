// reject: bpfxx knows no such type of map
#include <bpfxx/map/facts.hpp>

#ifdef REJECT
using kind = bpfxx::map_kind::of<bpfxx::map_type::unspec>;
#else
using kind = bpfxx::map_kind::of<bpfxx::map_type::hash>;
#endif

static_assert(kind::facts.type != bpfxx::map_type{});
