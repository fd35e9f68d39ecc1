// reject: the value of a struct_ops map begins with a struct_ops_header
#include <bpfxx/map/struct_ops.hpp>

struct functions {
#ifndef REJECT
    bpfxx::struct_ops_header common;
#endif
    std::uint64_t padding[7];
    bpfxx::struct_ops_function first;
};

auto gone(bpfxx::struct_ops_map<functions> const& ops) { return ops.erase(); }
