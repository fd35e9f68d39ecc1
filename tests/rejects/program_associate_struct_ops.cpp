// reject: a struct_ops program belongs to its map already
#include <bpfxx/program/bind.hpp>

auto with(bpfxx::xdp_program const& program, bpfxx::fd_ref<bpfxx::kind::map> map) { return associate(program, map); }

#ifdef REJECT
auto with(bpfxx::struct_ops_program const& program, bpfxx::fd_ref<bpfxx::kind::map> map) {
    return associate(program, map);
}
#endif
