// reject: the kernel looks for the struct_ops_header at the start of the value: make common its first member
#include <bpfxx/map/struct_ops.hpp>

struct functions {
#ifdef REJECT
    bpfxx::struct_ops_function first;
    bpfxx::struct_ops_header common;
#else
    bpfxx::struct_ops_header common;
    bpfxx::struct_ops_function first;
#endif
};

auto found(bpfxx::struct_ops_map<functions> const& map) { return map.lookup(); }
