// reject: only a linked map has a link
#include <bpfxx/link/struct_ops.hpp>

using value = bpfxx::struct_ops_bytes<256>;
auto attach_linked(bpfxx::linked_struct_ops_map<value> const& map) { return attach(map); }

#ifdef REJECT
auto attach_unlinked(bpfxx::struct_ops_map<value> const& map) { return attach(map); }
#endif
