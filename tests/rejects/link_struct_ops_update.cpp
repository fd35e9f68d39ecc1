// reject: this kind of link runs programs of another type
#include <bpfxx/link/struct_ops.hpp>
#include <bpfxx/program/handle.hpp>

using value = bpfxx::struct_ops_bytes<256>;
auto update(bpfxx::struct_ops_link& link, bpfxx::linked_struct_ops_map<value> const& next) { return link.update(next); }

#ifdef REJECT
auto update(bpfxx::struct_ops_link& link, bpfxx::struct_ops_program const& next) { return link.update(next); }
#endif
